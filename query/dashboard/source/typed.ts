// What a page does with a typed text before the server reads it, which is the only reader of the
// language (docs/search.md): an address of the dashboard is gone to, and a pasted header goes line
// by line, because no line break fits into an address of HTTP. Pure.

import type { Problem } from "./api";

// Characters of a text; and of the address that asks for it, where the server reads 8 KiB of
// request line and fields.
export const longest = 65_536;
const longestTarget = 6_500;
// Each line is a question of its own.
const mostLines = 20;

// The view of this dashboard that an address of one names.
export function placeIn(text: string): string | undefined {
  const found = /^\s*(?:\S+:\/\/\S*?)?#(\/\S*)\s*$/.exec(text);
  return found ? `#${found[1]}` : undefined;
}

const fields = /^(message-id|return-path|from|to|received):/i;
// Fields that say for whom a mail is, as To does.
const forWhom = /^(delivered-to|x-original-to|envelope-to):/i;

export interface Lines {
  ask: string[];
  // A header is offered from, never asked at once.
  isHeader: boolean;
  leftOut: number;
}

export function linesOf(text: string): Lines {
  const lines = text
    .replace(/\r\n?/g, "\n")
    .replace(/\n[ \t]+(?=\S)/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length <= 1) return { ask: [lines[0] ?? text], isHeader: false, leftOut: 0 };
  const header = lines
    .map((line) => line.replace(forWhom, "To:"))
    .filter((line) => fields.test(line));
  if (header.length === 0) return { ask: [lines.join(" ")], isHeader: false, leftOut: 0 };
  const ask = [...new Set(header)].slice(0, mostLines);
  return { ask, isHeader: true, leftOut: lines.length - ask.length };
}

export function isTooLong(text: string): boolean {
  return text.length > longest || encodeURIComponent(text.toWellFormed()).length > longestTarget;
}

// Where a refusal's octets are in the text that was sent; undefined: it names none.
export function placeOf(text: string, problem: Pick<Problem, "at" | "length">) {
  if (problem.at === undefined || !problem.length) return undefined;
  const octets = new TextEncoder().encode(text.toWellFormed());
  const read = (from: number, to: number) => new TextDecoder().decode(octets.subarray(from, to));
  const end = problem.at + problem.length;
  if (end > octets.length) return undefined;
  return {
    before: read(0, problem.at),
    wrong: read(problem.at, end),
    after: read(end, octets.length),
  };
}

// The question of the API that a group is, as the pages show it: "/v1/addresses/a%40b/history?role=
// alias&kind=bounced".
export type Asked =
  | {
      ask: "history";
      role: string;
      subject: string;
      narrowed: { kind?: string; from?: string; to?: string };
    }
  | {
      ask: "message-id" | "delivery" | "message" | "counters" | "events" | "aliases";
      subject: string;
    }
  | { ask: "unknown"; subject: string };

function readTarget(target: string): { path: string; parameters: Map<string, string> } {
  const [path = "", query = ""] = target.split("?");
  const parameters = new Map<string, string>();
  for (const pair of query.split("&").filter(Boolean)) {
    const equals = pair.indexOf("=");
    parameters.set(pair.slice(0, equals), decodeURIComponent(pair.slice(equals + 1)));
  }
  return { path, parameters };
}

// What a question for events asks but for its page: "/v1/events?rule=spam&limit=5". The view of
// these events has the same parameters. undefined: it is another question.
export function conditionsOf(target: string): Record<string, string> | undefined {
  const { path, parameters } = readTarget(target);
  if (path !== "/v1/events") return undefined;
  const { limit: _limit, cursor: _cursor, ...rest } = Object.fromEntries(parameters);
  return rest;
}

// The parameters of an export that the server names: "/v1/exports?domain=x.test&kind=bounced".
// undefined: it names none.
export function exportOf(target: string | undefined): Record<string, string> | undefined {
  const { path, parameters } = readTarget(target ?? "");
  return path === "/v1/exports" ? Object.fromEntries(parameters) : undefined;
}

export function askedBy(target: string): Asked {
  const { path, parameters } = readTarget(target);
  const [, , what, encoded = "", rest] = path.split("/");
  const subject = decodeURIComponent(encoded);
  if (rest === "history") {
    const narrowed: { kind?: string; from?: string; to?: string } = {};
    for (const name of ["kind", "from", "to"] as const) {
      const value = parameters.get(name);
      if (value) narrowed[name] = value;
    }
    const role = what === "clients" ? "client" : (parameters.get("role") ?? "alias");
    return { ask: "history", role, subject, narrowed };
  }
  if (what === "events") return { ask: "events", subject: target };
  if (what === "aliases") return { ask: "aliases", subject: parameters.get("begins") ?? "" };
  if (what === "deliveries") return { ask: "delivery", subject };
  if (what === "domains") return { ask: "counters", subject };
  if (what === "messages") {
    const id = parameters.get("message_id");
    return id === undefined
      ? { ask: "message", subject }
      : { ask: "message-id", subject: `<${id}>` };
  }
  return { ask: "unknown", subject: target };
}
