"""What Waybill says happened, in one shape: from its history, from its events, from its replies."""

import datetime
import re
import urllib.parse
from typing import NamedTuple, Optional

from support.process import wait_until


class Said(NamedTuple):
    """A reply, whoever gave it."""
    code: int
    enhanced: str
    text: str


class Fact(NamedTuple):
    """An event as far as tests look at it. `stage` and `by` are empty where there is no refusal."""
    kind: str
    target: str = ""
    by: str = ""
    stage: str = ""
    rule: str = ""
    reply: Optional[Said] = None


def said(reply):
    """Of an SmtpClient's Reply: the enhanced code is on every line (RFC 2034 4)."""
    lines = [re.sub(r"^[245]\.\d{1,3}\.\d{1,3} ?", "", line) for line in reply.lines]
    return Said(reply.code, reply.enhanced, "\n".join(lines))


def _said_of(reply):
    return Said(reply["code"], reply.get("enhanced", ""), reply.get("text", "")) if reply else None


def fact_of_entry(entry):
    """Of an entry in a history. An acceptance's targets are told by its outcomes."""
    target = "" if entry["kind"] == "accepted" else entry.get("target", "")
    return Fact(entry["kind"], target, entry.get("by", ""), entry.get("stage", ""),
                entry.get("rule", ""), _said_of(entry.get("reply")))


def fact_of_event(event):
    """Of an event as /v1/messages and /v1/deliveries show it."""
    body = event.get(event["kind"], {})
    return Fact(event["kind"], body.get("target", ""), body.get("by", ""), body.get("stage", ""),
                body.get("rule", ""), _said_of(body.get("reply")))


def history(waybill, address, role="alias"):
    """Every entry, oldest first, once the views have all that is on record now."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")

    def caught_up():
        answer = waybill.http.history(address, role=role, limit=500)
        if answer.status != 200:
            raise AssertionError(f"{answer.status}: {answer.body!r}")
        return answer.json if answer.json["as_of"].get("complete_at", "") > now else None
    page = wait_until(caught_up, "the views have everything")
    entries = page["entries"]
    while "next_cursor" in page:
        page = waybill.http.history(address, role=role, limit=500,
                                    cursor=page["next_cursor"]).json
        entries += page["entries"]
    return entries[::-1]


def facts(waybill, address, role="alias"):
    return [fact_of_entry(entry) for entry in history(waybill, address, role)]


def messages(waybill, rfc5322_message_id):
    """The lists of facts of each message that bore this Message-ID."""
    answer = waybill.http.get("/v1/messages", message_id=rfc5322_message_id)
    return [[fact_of_event(event) for event in message["events"]]
            for message in answer.json["messages"]]


def facts_of_message(waybill, message_id):
    answer = waybill.http.message(urllib.parse.quote(message_id))
    return [fact_of_event(event) for event in answer.json["events"]]
