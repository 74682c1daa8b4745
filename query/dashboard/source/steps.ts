// A delivery's events as steps of a line of time: when, who spoke, what about, and the words that
// were said. Pure.

import { replyText } from "./parts";
import type { Delivery, Event, OutcomeBody } from "./types";
import { handling, type Tone } from "./words";

export interface Step {
  time: string;
  tone: Tone;
  speaker: string;
  // A name that the other side gave itself.
  foreign: boolean;
  about: string;
  quote?: string;
  // What stands behind the quotation, in words of ours and of others.
  then?: string;
  named?: string;
  // It has not come yet.
  ahead?: boolean;
}

const commands: Record<string, string> = {
  rcpt: "RCPT",
  data: "DATA",
  body: "the message",
  mail: "MAIL",
  connect: "the connection",
};

function hopOf(body: OutcomeBody, otherwise: string): Pick<Step, "speaker" | "foreign"> {
  const name = body.next_hop?.mx_host || body.next_hop?.ip;
  return name ? { speaker: name, foreign: true } : { speaker: otherwise, foreign: false };
}

function to(body: OutcomeBody): string {
  const command = body.command || body.stage || "";
  return `to ${commands[command.toLowerCase()] ?? (command || "the message")}`;
}

function refusal(time: string, tone: Tone, body: OutcomeBody): Step {
  const quote = body.reply ? replyText(body.reply) : "";
  const rule = body.rule && body.by !== "next_hop" ? { then: "by the rule", named: body.rule } : {};
  const said = quote ? { quote } : {};
  if (body.by === "next_hop")
    return { time, tone, ...hopOf(body, "the next hop"), about: to(body), ...said };
  const about = body.by === "relay" ? "answered for a next hop that did not" : to(body);
  return { time, tone, speaker: "we", foreign: false, about, ...said, ...rule };
}

// Of an event of a report's own message: what became of handing it on.
function homeward(time: string, event: Event): Step | undefined {
  const plain = { time, foreign: false } as const;
  if (event.accepted) {
    return { ...plain, tone: "plain", speaker: "we", about: "took in a report on it" };
  }
  if (event.forwarded) {
    const quote = event.forwarded.reply ? { quote: replyText(event.forwarded.reply) } : {};
    return {
      time,
      tone: "back",
      ...hopOf(event.forwarded, "home"),
      about: "to the report",
      ...quote,
    };
  }
  if (event.rejected) {
    const step = refusal(time, "refused", event.rejected);
    return { ...step, about: `${step.about}, of a report` };
  }
  if (event.deferred) {
    const step = refusal(time, "not-now", event.deferred);
    return { ...step, about: `${step.about}, of a report` };
  }
  if (event.dropped) {
    const rule = event.dropped.rule ? { then: "by the rule", named: event.dropped.rule } : {};
    return {
      ...plain,
      tone: "plain",
      speaker: "we",
      about: "let the report go no further",
      ...rule,
    };
  }
  if (event.in_doubt) {
    return {
      ...plain,
      tone: "doubt",
      speaker: "we",
      about: "do not know whether home has the report",
      ...(event.in_doubt.known ? { then: event.in_doubt.known } : {}),
    };
  }
  return undefined;
}

function reported(time: string, body: OutcomeBody): Step {
  const then = body.handling ? handling[body.handling] : undefined;
  const named = body.handling === "handed_on" ? body.handed_on_to : body.handling_reason;
  const words = body.diagnostic_code || body.status;
  return {
    time,
    tone: "back",
    speaker: body.reporting_mta?.replace(/^dns;\s*/i, "") || "somebody",
    foreign: true,
    about: `reported${body.class ? ` (${body.class.replace("_", " ")})` : ""}${
      body.late ? ", too late" : ""
    }`,
    ...(words ? { quote: words } : {}),
    ...(then ? { then } : {}),
    ...(then && named ? { named } : {}),
  };
}

function stepOf(event: Event): Step | undefined {
  const time = event.occurred_at ?? "";
  if (event.reported_delivery_id) return homeward(time, event);
  if (event.accepted) {
    const why = event.accepted.originator_reason;
    return {
      time,
      tone: "on-the-way",
      speaker: "we",
      foreign: false,
      about: "took it in",
      ...(why ? { then: why } : {}),
    };
  }
  if (event.forwarded) {
    const quote = event.forwarded.reply ? { quote: replyText(event.forwarded.reply) } : {};
    return {
      time,
      tone: "taken",
      ...hopOf(event.forwarded, "the next hop"),
      about: "to the message",
      ...quote,
    };
  }
  if (event.rejected) return refusal(time, "refused", event.rejected);
  if (event.deferred) return refusal(time, "not-now", event.deferred);
  if (event.dropped) {
    return {
      time,
      tone: "refused",
      speaker: "we",
      foreign: false,
      about: "threw it away, and the sender heard that it was taken",
      then: "by the rule",
      named: event.dropped.rule ?? "",
    };
  }
  if (event.in_doubt) {
    return {
      time,
      tone: "doubt",
      speaker: "we",
      foreign: false,
      about: "do not know whether it arrived",
      ...(event.in_doubt.known ? { then: event.in_doubt.known } : {}),
    };
  }
  if (event.bounced) return reported(time, event.bounced);
  return undefined;
}

// The last hand-over; bounces are awaited for it.
export function handOver(delivery: Delivery): Event | undefined {
  return delivery.events.findLast((event) => event.forwarded && !event.reported_delivery_id);
}

export function stepsOf(delivery: Delivery): Step[] {
  const steps = delivery.events.map(stepOf).filter((step) => step !== undefined);
  const last = handOver(delivery);
  const until = last?.forwarded?.bounce_until;
  if (delivery.state === "forwarded" && until) {
    steps.push({
      time: until,
      tone: "plain",
      speaker: "nobody yet",
      foreign: false,
      ahead: true,
      about: "no word of delivery yet: bounces are awaited until then",
    });
  } else if (delivery.state === "forwarded" && last && delivery.sender === "") {
    steps.push({
      time: "",
      tone: "plain",
      speaker: "nobody",
      foreign: false,
      about: "no bounce can come: the sender is null",
    });
  }
  // What the views say of the end, and no event does.
  for (const told of delivery.story ?? []) {
    if (told.step !== "settled" && told.step !== "unclear") continue;
    steps.push({
      time: told.time,
      tone: told.step === "settled" ? "taken" : "doubt",
      speaker: "nobody",
      foreign: false,
      about: told.text ?? told.step,
    });
  }
  return steps;
}
