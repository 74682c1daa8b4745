// The one table of words for people. The machine's word is the same in API and page, and stands
// beside each label. Rules of it: who spoke comes first; "delivered" is for a positive notification
// alone; what is not known is said to be not known; a state is a word and a shape, and colour only
// repeats them.

import type { Entry } from "./types";

// What a state's colour says; the style sheet has one for each.
export type Tone = "on-the-way" | "taken" | "refused" | "not-now" | "back" | "doubt" | "plain";

export interface Label {
  text: string;
  tone: Tone;
  shape: string;
}

const shapes: Record<Tone, string> = {
  "on-the-way": "○",
  taken: "●",
  refused: "▲",
  "not-now": "◆",
  back: "◀",
  doubt: "?",
  plain: "–",
};

function label(text: string, tone: Tone): Label {
  return { text, tone, shape: shapes[tone] };
}

// Of a delivery, by `state`: what it is called, what it means, and what can be done about it.
export interface StateWords {
  label: Label;
  meaning: string;
  todo: string;
}

export const states: Record<string, StateWords> = {
  accepted: {
    label: label("Taken in, being handed over", "on-the-way"),
    meaning: "The message is on record here and no outcome is yet.",
    todo: "Wait a moment: the sender still waits for the answer, and so does this page.",
  },
  forwarded: {
    label: label("Taken by the next hop", "taken"),
    meaning: "The next server took the message. It is not known what it did with it.",
    todo: "If the reader misses it, that server's postmaster can search for the words it said.",
  },
  settled: {
    label: label("Taken, and nothing came back", "taken"),
    meaning:
      "The next server took the message, and no report came in the time in which one is awaited.",
    todo: "That says nothing of the mailbox: it may be filed as spam.",
  },
  delivered: {
    label: label("Delivered, says a report", "taken"),
    meaning: "A report says that the message reached the mailbox, which is not that it was read.",
    todo: "Nothing is to be done.",
  },
  rejected: {
    label: label("Refused", "refused"),
    meaning: "The sender's server was told that the message is not taken, and tells the sender.",
    todo: "The words below say who refused it and why.",
  },
  deferred: {
    label: label("Not now", "not-now"),
    meaning: "The sender's server was asked to try again, and does that by itself.",
    todo: "Look for a later try of the same sender; nobody has to send anything again.",
  },
  dropped: {
    label: label("Dropped by a rule", "refused"),
    meaning: "A rule of this server threw the message away. The sender heard that it was taken.",
    todo: "If that is wrong, change the rule: the message itself is gone.",
  },
  in_doubt: {
    label: label("In doubt", "doubt"),
    meaning:
      "The connection was lost after the end of the message: nobody knows whether it arrived.",
    todo: "The sender's server tries again; the message may come twice.",
  },
  bounced: {
    label: label("Came back", "back"),
    meaning: "The next server took the message and sent it back later.",
    todo: "Check the target of the alias; the words below are that server's.",
  },
  not_understood: {
    label: label("Something came back", "back"),
    meaning: "A message came to the return path, and it is not known what it says.",
    todo: "Look at the raw events below.",
  },
  unclear: {
    label: label("Taken; what came back is unclear", "doubt"),
    meaning:
      "The next server took the message. What came back was refused, put off, or says of no end.",
    todo: "Look at the steps below.",
  },
  unknown: {
    label: label("A state of a newer release", "plain"),
    meaning: "A newer release has written this state, and this page cannot name it.",
    todo: "Update this server.",
  },
};

export function stateWords(state: string): StateWords {
  return (Object.hasOwn(states, state) ? states[state] : undefined) ?? states.unknown!;
}

const verdicts: Record<string, Label> = {
  "rejected/policy": label("Refused by us", "refused"),
  "rejected/next_hop": label("Refused by the next hop", "refused"),
  "rejected/relay": label("Refused: no server for it answers", "refused"),
  "deferred/policy": label("Not now, said we", "not-now"),
  "deferred/next_hop": label("Not now, said the next hop", "not-now"),
  "deferred/relay": label("Not now: the next hop did not answer", "not-now"),
};

// Of reports, by `bounce_class`.
const reports: Record<string, Label> = {
  hard: label("Came back", "back"),
  soft: label("Came back", "back"),
  delayed: label("A delay is reported", "plain"),
  delivered: label("Delivered, says a report", "taken"),
  unrecognised: label("Something came back that is not understood", "back"),
  complaint: label("Marked as spam, says a report", "plain"),
  auto_reply: label("Answered by itself", "plain"),
  relayed: label("Passed on to a server that reports nothing, says a report", "plain"),
  expanded: label("Passed on to a list, says a report", "plain"),
};

// Of what became of handing a report on.
const homeward: Record<string, Label> = {
  accepted: label("A report came in", "plain"),
  forwarded: label("The report was taken at home", "back"),
  rejected: label("The report was refused", "refused"),
  deferred: label("The report was put off", "not-now"),
  dropped: label("The report went no further", "back"),
  in_doubt: label("The report is in doubt", "doubt"),
};

const kindLabels: Record<string, Label> = {
  accepted: label("Taken in", "on-the-way"),
  forwarded: label("Taken by the next hop", "taken"),
  rejected: label("Refused", "refused"),
  deferred: label("Not now", "not-now"),
  dropped: label("Dropped by a rule", "refused"),
  bounced: label("Came back, or reported", "back"),
  in_doubt: label("In doubt", "doubt"),
  control: label("Settings changed", "plain"),
  access: label("History was looked at", "plain"),
};

export const kinds = [
  "accepted",
  "forwarded",
  "rejected",
  "deferred",
  "dropped",
  "bounced",
  "in_doubt",
];
export const feedKinds = [...kinds, "control", "access"];

// What a filter by the kind is called.
export function kindLabel(kind: string): Label {
  return kindLabels[kind] ?? label(kind, "plain");
}

// What an event is called in a list.
export function eventLabel(
  event: Pick<Entry, "kind" | "by" | "bounce_class"> & {
    reported_delivery_id?: string;
  },
): Label {
  if (event.reported_delivery_id && homeward[event.kind]) return homeward[event.kind]!;
  if (event.kind === "bounced" && event.bounce_class) {
    return reports[event.bounce_class] ?? kindLabel("bounced");
  }
  return verdicts[`${event.kind}/${event.by ?? ""}`] ?? kindLabel(event.kind);
}

// Of an export, by `state`.
const exportStates: Record<string, Label> = {
  waiting: label("Waits for its turn", "on-the-way"),
  running: label("Being written", "on-the-way"),
  paused: label("Paused", "not-now"),
  done: label("Done", "taken"),
  failed: label("Failed", "refused"),
};
export function exportLabel(state: string): Label {
  return (Object.hasOwn(exportStates, state) && exportStates[state]) || label(state, "plain");
}

export const roles: Record<string, { title: string; as: string }> = {
  alias: { title: "as alias", as: "as alias" },
  sender: { title: "as sender", as: "as sender" },
  target: { title: "as target", as: "as target" },
  client: { title: "as client", as: "as client" },
};

// What the counters of a domain are called, in the order of their columns. `unit` says what one of
// it is: one message to three targets is one that was taken in and three outcomes.
export const counts = [
  { name: "accepted", text: "taken in", unit: "recipients" },
  { name: "forwarded", text: "taken by next hops", unit: "outcomes" },
  { name: "rejected_by_policy", text: "refused by us", unit: "outcomes" },
  { name: "rejected_by_next_hop", text: "refused by next hops", unit: "outcomes" },
  { name: "deferred", text: "not now", unit: "outcomes" },
  { name: "dropped", text: "dropped", unit: "outcomes" },
  { name: "in_doubt", text: "in doubt", unit: "outcomes" },
  { name: "bounced", text: "came back", unit: "reports" },
] as const;

// What the conditions of a question for events are called (docs/api.md).
export const conditions: Record<string, string> = {
  kind: "kind",
  domain: "domain of ours",
  alias: "alias",
  sender: "sender",
  target: "target",
  recipient: "recipient",
  address: "address",
  role: "as",
  match: "spellings",
  other_domain: "their domain",
  next_hop: "next hop",
  client: "client",
  rule: "rule",
  status: "status",
  class: "of reports",
  subject: "subject",
  from: "from",
  to: "before",
};

export const handling: Record<string, string> = {
  handed_on: "and the report was handed on to",
  held: "and the sender was not told: the report is held, because",
  absorbed: "and the sender was not told: the report is absorbed, because",
  refused: "and home refused the report",
};
