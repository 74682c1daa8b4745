// What an export is asked by, and what is said of one. Pure.

import type { Address } from "./address";
import { exact } from "./numbers";
import type { ExportJob } from "./types";
import { kindLabel, kinds } from "./words";

export const formats = [
  ["ndjson", "NDJSON, an event a line, for programs"],
  ["csv", "CSV, for spreadsheets"],
] as const;
export const packings = [
  ["none", "not packed"],
  ["gzip", "gzip"],
  ["zstd", "zstd"],
] as const;

// Conditions that the form has no field for: a search or a list brings them, and each can be taken
// away.
export const further = [
  "role",
  "match",
  "class",
  "alias",
  "sender",
  "target",
  "recipient",
  "other_domain",
  "next_hop",
  "client",
  "rule",
  "status",
  "subject",
] as const;

// What stands in the address of the page: the form without the reason, which is the opener's own.
export const asked = [
  "domain",
  "address",
  "kind",
  ...further,
  "from",
  "to",
  "format",
  "packing",
] as const;
export type Asked = Partial<Record<(typeof asked)[number], string>>;

export function askedOf(address: Address): Asked {
  const out: Asked = {};
  for (const name of asked) {
    const value = address.parameters.get(name);
    if (value) out[name] = value;
  }
  return out;
}

// Those that a question for events names: one that leaves some out ("-bounced") has the rest of
// mail.
export function kindsIn(text: string): string[] {
  const words = text.split(",").filter(Boolean);
  const without = words.filter((word) => word.startsWith("-")).map((word) => word.slice(1));
  const named = words.filter((word) => !word.startsWith("-"));
  const all = named.length === 0 && without.length > 0 ? kinds : named;
  return all.filter((kind) => !without.includes(kind));
}

// Nothing of an address that is opened is left out unsaid.
export function strangeKinds(text: string, known: readonly string[]): string[] {
  const words = text.split(",").filter(Boolean);
  if (words.length > 0 && kindsIn(text).length === 0) return [text];
  return words.filter((word) => !known.includes(word.replace(/^-/, "")));
}

export function isUnderWay(job: ExportJob): boolean {
  return job.state === "waiting" || job.state === "running";
}
export function isOver(job: ExportJob): boolean {
  return job.state === "done" || job.state === "failed";
}

// "7,700 of 12,400 looked at, 310 in it".
export function progressWords(job: ExportJob): string {
  return `${exact(job.looked_at)} of ${exact(job.of)} looked at, ${exact(job.count)} in it`;
}

const told = ["domain", "address", "kind", "class", "from", "to"];

// What was asked for, without its span: "Events of the domain x.test, of these kinds: Refused".
// Conditions that the form has no field for stand as they were said.
export function subjectWords(query: ExportJob["query"]): string {
  const of = [query.address, query.domain && `the domain ${query.domain}`].filter(Boolean);
  const label = (kind: string) => kindLabel(kind).text;
  const have = (words: string[] = []) => words.filter((word) => !word.startsWith("-"));
  const lack = (words: string[] = []) =>
    words.filter((word) => word.startsWith("-")).map((word) => word.slice(1));
  const kinds = have(query.kind).map(label);
  const all = kinds.length ? "All events" : "All events of mail";
  const out = [of.length ? `Events of ${of.join(" in ")}` : all];
  if (kinds.length) out.push(`of these kinds: ${kinds.join("; ")}`);
  const noKinds = lack(query.kind).map(label);
  if (noKinds.length) out.push(`of none of these kinds: ${noKinds.join("; ")}`);
  const classes = have(query.class);
  if (classes.length) out.push(`of these classes: ${classes.join(", ")}`);
  const noClasses = lack(query.class);
  if (noClasses.length) out.push(`of none of these classes: ${noClasses.join(", ")}`);
  for (const [name, text] of Object.entries(query)) {
    if (!told.includes(name)) out.push(`${name}=${text}`);
  }
  return out.join(", ");
}
