// What an export is asked by, and what is said of one. Pure.

import type { Address } from "./address";
import { exact } from "./numbers";
import type { ExportJob } from "./types";
import { kindLabel } from "./words";

export const formats = [
  ["ndjson", "NDJSON, an event a line, for programs"],
  ["csv", "CSV, for spreadsheets"],
] as const;
export const packings = [
  ["none", "not packed"],
  ["gzip", "gzip"],
  ["zstd", "zstd"],
] as const;

// What stands in the address of the page: the form without the reason, which is the opener's own.
export const asked = ["domain", "address", "kind", "from", "to", "format", "packing"] as const;
export type Asked = Partial<Record<(typeof asked)[number], string>>;

export function askedOf(address: Address): Asked {
  const out: Asked = {};
  for (const name of asked) {
    const value = address.parameters.get(name);
    if (value) out[name] = value;
  }
  return out;
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

// What was asked for, without its span: "Events of the domain x.test, of these kinds: Refused".
export function subjectWords(query: ExportJob["query"]): string {
  const of = [query.address, query.domain && `the domain ${query.domain}`].filter(Boolean);
  const kinds = query.kind?.map((kind) => kindLabel(kind).text) ?? [];
  const all = kinds.length ? "All events" : "All events of mail";
  const out = [of.length ? `Events of ${of.join(" in ")}` : all];
  if (kinds.length) out.push(`of these kinds: ${kinds.join("; ")}`);
  if (query.class?.length) out.push(`of these classes: ${query.class.join(", ")}`);
  return out.join(", ");
}
