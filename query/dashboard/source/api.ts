// Questions to the API of this server. The token, if there is one, is kept for this tab alone and
// stands in no address.

import type { AsOf } from "./types";

export interface Problem {
  // 0: no answer came.
  status: number;
  code: string;
  detail: string;
  parameter?: string;
  as_of?: AsOf;
  // Seconds.
  retryAfter?: number;
  // Of a search that is refused: why in a word, the octets of the text that are meant, and a text
  // that works.
  reason?: string;
  at?: number;
  length?: number;
  try_instead?: string;
  // The export of what no index answers, as a question of the API.
  exported?: string;
}

// Whom an OpenID provider has signed in here, for words alone; the server judges by the token.
export interface Person {
  name: string;
  issuer: string;
  // Milliseconds since 1970.
  until?: number;
}

const tokenName = "waybill.token";
const personName = "waybill.person";
const listeners = new Set<() => void>();
let needed: "no" | "yes" | "refused" = "no";
let neededToChange = false;

export function onSignIn(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
function tell() {
  for (const listener of listeners) listener();
}

export function token(): string {
  try {
    return sessionStorage.getItem(tokenName) ?? "";
  } catch {
    return held; // storage is switched off
  }
}
let held = "";

// undefined: the token, if there is one, was typed.
export function person(): Person | undefined {
  try {
    const text = sessionStorage.getItem(personName);
    return text ? (JSON.parse(text) as Person) : undefined;
  } catch {
    return undefined;
  }
}

// Whether the server wants to know who asks: "refused": it does not take the token that was shown.
export function signInNeeded(): typeof needed {
  return needed;
}
// What was asked would change something: on the server's own machine reading may need no token, and
// this does (docs/access.md).
export function signInIsForChange(): boolean {
  return neededToChange;
}
// The page goes on as it was before.
export function signInLater() {
  needed = "no";
  tell();
}
export function signIn(value: string, whose?: Person) {
  held = value;
  try {
    if (value) sessionStorage.setItem(tokenName, value);
    else sessionStorage.removeItem(tokenName);
    if (whose) sessionStorage.setItem(personName, JSON.stringify(whose));
    else sessionStorage.removeItem(personName);
  } catch {
    // It lasts as long as the page.
  }
  needed = "no";
  tell();
}
export function signOut() {
  signIn("");
}

// Why somebody asks, where the server wants to be told (http.require_reason); of this tab alone.
const reasonName = "waybill.reason";
let heldReason = "";

export function reason(): string {
  try {
    return sessionStorage.getItem(reasonName) ?? "";
  } catch {
    return heldReason;
  }
}
export function giveReason(text: string) {
  heldReason = text;
  try {
    sessionStorage.setItem(reasonName, text);
  } catch {
    // It lasts as long as the page.
  }
}

// A field is ASCII alone: the reason goes with the parameters, whoever reads them.
function withReason(path: string): string {
  const why = reason();
  if (!why || !path.startsWith("/v1/") || /[?&]reason=/.test(path)) return path;
  return `${path}${path.includes("?") ? "&" : "?"}reason=${encodeURIComponent(why)}`;
}

// RFC 6750 2.1: what a field can hold.
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9._~+/=-]+$/.test(text);
}

function fields(): Record<string, string> {
  const value = token();
  return value ? { Authorization: `Bearer ${value}` } : {};
}

async function problemOf(response: Response): Promise<Problem> {
  const retry = Number(response.headers.get("Retry-After"));
  const out: Problem = {
    status: response.status,
    code: "",
    detail: "",
    ...(retry > 0 ? { retryAfter: retry } : {}),
  };
  try {
    const body = await response.json();
    for (const name of ["code", "detail", "parameter", "reason", "try_instead"] as const) {
      if (typeof body[name] === "string") out[name] = body[name];
    }
    for (const name of ["at", "length"] as const) {
      if (typeof body[name] === "number") out[name] = body[name];
    }
    if (body.as_of) out.as_of = body.as_of;
    if (typeof body.export?.target === "string") out.exported = body.export.target;
  } catch {
    // A server in front may answer in another way.
  }
  return out;
}

export interface Asking {
  method?: "GET" | "POST" | "DELETE";
  headers?: Record<string, string>;
}

// The answer, whatever it is; throws a Problem. An abort is thrown as it is.
export async function fetchAnswer(
  path: string,
  signal: AbortSignal,
  { method = "GET", headers = {} }: Asking = {},
): Promise<Response> {
  let response: Response;
  const shown = token();
  try {
    response = await fetch(withReason(path), {
      method,
      headers: { ...fields(), ...headers },
      signal,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch (wrong) {
    if (signal.aborted) throw wrong;
    throw { status: 0, code: "no_answer", detail: "" } satisfies Problem;
  }
  if (response.ok) return response;
  if (response.status === 401) {
    needed = shown ? "refused" : "yes";
    neededToChange = method !== "GET";
    tell();
  }
  throw await problemOf(response);
}

export async function ask<T>(path: string, signal: AbortSignal, asking?: Asking): Promise<T> {
  return (await (await fetchAnswer(path, signal, asking)).json()) as T;
}
export async function askText(path: string, signal: AbortSignal): Promise<string> {
  return (await fetchAnswer(path, signal)).text();
}

// Of a 403: the scope that is asked for and not there.
export function missingScope(problem: Problem | undefined): string | undefined {
  if (problem?.code !== "scope_missing") return undefined;
  return /scope "(\w+)"/.exec(problem.detail)?.[1];
}

export function isProblem(wrong: unknown): wrong is Problem {
  return typeof wrong === "object" && wrong !== null && "status" in wrong && "code" in wrong;
}

export function path(segments: string[], parameters: Record<string, string | undefined> = {}) {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(value!.toWellFormed())}`)
    .join("&");
  const encoded = segments.map((segment) => encodeURIComponent(segment.toWellFormed()));
  return `/${encoded.join("/")}${query && `?${query}`}`;
}
