"""Reports about TLS as they come, held against what RFC 8460 asks of every one."""

import datetime
import email
import email.policy
import gzip
import ipaddress
import json
import re

_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
# RFC 3339 5.6
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_MAILBOX = re.compile(r"[^\s@<>]+@[^\s@<>]+")
# RFC 8460 5.1; the file is packed.
_FILE_NAME = re.compile(r"([^!\s]+)!([^!\s]+)!(\d+)!(\d+)(![^!\s.]([^!\s]*))?\.json\.gz")
_TLSA = re.compile(r"\d{1,3} \d{1,3} \d{1,3} ([0-9A-Fa-f]{2})+")
_POLICY_LINE = re.compile(r"(version: STSv1|mode: (enforce|testing|none)|mx: \S+|max_age: \d+)")

# RFC 8460 4.3: those that every policy may meet, and those of one kind of policy.
_OF_ANY = {"starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
           "certificate-not-trusted", "validation-failure"}
_RESULTS = {
    "tlsa": _OF_ANY | {"tlsa-invalid", "dnssec-invalid", "dane-required"},
    "sts": _OF_ANY | {"sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"},
    "no-policy-found": _OF_ANY,
}
_LINES = {"tlsa": _TLSA, "sts": _POLICY_LINE}


class Mailed:
    """A report as it came by mail."""

    def __init__(self, octets):
        self.message = email.message_from_bytes(octets, policy=email.policy.default)
        self.parts = list(self.message.iter_parts())
        self.report = unpacked(self.parts[1].get_content())

    def wrong(self):
        """As wrong() has it, of the message too (RFC 8460 5.3)."""
        report, head = self.report, self.message
        out = wrong(report)
        domain, submitter = head["TLS-Report-Domain"], head["TLS-Report-Submitter"]
        if (head.get_content_type(), head.get_param("report-type")) != ("multipart/report",
                                                                        "tlsrpt"):
            out.append(f"Content-Type {head['Content-Type']}")
        if head["Subject"] != (f"Report Domain: {domain} Submitter: {submitter} "
                               f"Report-ID: <{report.get('report-id')}>"):
            out.append(f"Subject {head['Subject']!r}")
        types = [part.get_content_type() for part in self.parts]
        if types != ["text/plain", "application/tlsrpt+gzip"]:
            out.append(f"parts {types}")
        name = _FILE_NAME.fullmatch(self.parts[1].get_filename() or "")
        times = tuple(str(int(_instant(text).timestamp())) for text in (
            report["date-range"]["start-datetime"], report["date-range"]["end-datetime"]))
        if not name or name.groups()[:4] != (submitter, domain, *times):
            out.append(f"file name {self.parts[1].get_filename()}")
        return out


def unpacked(octets):
    return json.loads(gzip.decompress(octets).decode("utf-8"), object_pairs_hook=_once)


def _once(pairs):
    """RFC 7493 2.3: no member twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a member stands twice: {names}")
    return dict(pairs)


def wrong(report):
    """What RFC 8460 4.4 does not allow, in words; empty: nothing."""
    complaints = []
    one = _Members("report", report, complaints)
    one.known("organization-name", "date-range", "contact-info", "report-id", "policies")
    one.text("organization-name")
    one.text("report-id")
    one.text("contact-info", _MAILBOX)
    range_ = one.part("date-range")
    range_.known("start-datetime", "end-datetime")
    if range_.text("start-datetime", _DATE_TIME) and range_.text("end-datetime", _DATE_TIME):
        begin, end = (_instant(range_.members[f"{name}-datetime"]) for name in ("start", "end"))
        # RFC 8460 4.1: a day of UTC.
        if (begin.time(), end - begin) != (datetime.time(), datetime.timedelta(seconds=86399)):
            complaints.append(f"no day of UTC: {begin} to {end}")
    for number, policy in enumerate(one.items("policies")):
        _policy(_Members(f"policies[{number}]", policy, complaints))
    return complaints


def _instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _policy(one):
    one.known("policy", "summary", "failure-details")
    policy, summary = one.part("policy"), one.part("summary")
    policy.known("policy-type", "policy-string", "policy-domain", "mx-host")
    kind = policy.members.get("policy-type")
    if kind not in _RESULTS:
        policy.complain(f"policy-type {kind!r}")
        return
    policy.text("policy-domain", _DOMAIN)
    policy.texts("policy-string", _LINES.get(kind))
    policy.texts("mx-host", re.compile(r"(\*\.)?" + _DOMAIN.pattern) if kind == "sts" else None)
    summary.known("total-successful-session-count", "total-failure-session-count")
    good = summary.number("total-successful-session-count", 0)
    failed = summary.number("total-failure-session-count", 0)
    if good == failed == 0:
        summary.complain("no session at all")
    details = one.items("failure-details") if "failure-details" in one.members else []
    counted = sum(_failure(_Members(f"{one.place}.failure-details[{number}]", detail,
                                    one.complaints), kind)
                  for number, detail in enumerate(details))
    if counted != failed:
        one.complain(f"{failed} sessions failed, and the details have {counted}")


def _failure(one, kind):
    """How many sessions."""
    one.known("result-type", "sending-mta-ip", "receiving-mx-hostname", "receiving-mx-helo",
              "receiving-ip", "failed-session-count", "additional-information",
              "failure-reason-code")
    if one.members.get("result-type") not in _RESULTS[kind]:
        one.complain(f"result-type {one.members.get('result-type')!r} of {kind}")
    one.text("receiving-mx-hostname", _DOMAIN)
    # Where there was no connection, nobody has an address of it.
    ends = [name for name in ("sending-mta-ip", "receiving-ip") if name in one.members]
    if len(ends) == 1:
        one.complain(f"of two addresses {ends} alone")
    for name in ends:
        one.address(name)
    for name in ("failure-reason-code", "additional-information", "receiving-mx-helo"):
        if name in one.members:
            one.text(name)
    return one.number("failed-session-count", 1) or 0


class _Members:
    """Those of one JSON object, and where it stands."""

    def __init__(self, place, value, complaints):
        self.place = place
        self.complaints = complaints
        self.members = value if isinstance(value, dict) else {}
        if self.members is not value:
            self.complain("no object")

    def complain(self, words):
        self.complaints.append(f"{self.place}: {words}")

    def known(self, *names):
        for name in self.members.keys() - set(names):
            self.complain(f"unknown member {name}")

    def text(self, name, form=None):
        value = self.members.get(name)
        right = isinstance(value, str) and value and (form is None or form.fullmatch(value))
        if not right:
            self.complain(f"{name} {value!r}")
        return right

    def texts(self, name, form):
        """Absent, or lines of the form; `form` None: absent."""
        if name not in self.members:
            return
        for line in self.items(name):
            if form is None or not isinstance(line, str) or not form.fullmatch(line):
                self.complain(f"{name} {line!r}")

    def number(self, name, least):
        value = self.members.get(name)
        if type(value) is not int or value < least:
            self.complain(f"{name} {value!r}")
            return None
        return value

    def address(self, name):
        """In the form of RFC 5952, which is how Python writes it."""
        value = self.members[name]
        try:
            right = str(ipaddress.ip_address(value)) == value
        except ValueError:
            right = False
        if not right:
            self.complain(f"{name} {value!r}")

    def part(self, name):
        return _Members(f"{self.place}.{name}", self.members.get(name), self.complaints)

    def items(self, name):
        value = self.members.get(name)
        if isinstance(value, list) and value:
            return value
        self.complain(f"{name} is no array, or empty")
        return []
