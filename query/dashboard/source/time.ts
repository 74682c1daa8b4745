// Times: instants of RFC 3339 with nanoseconds, shown in the reader's zone or in UTC.

export interface Instant {
  iso: string;
  // Milliseconds since 1970, with what is finer as a fraction.
  at: number;
}

export function instant(iso: string): Instant {
  const match = /^(.*?)\.(\d+)(Z|[+-]\d\d:\d\d)$/.exec(iso);
  if (!match) return { iso, at: Date.parse(iso) };
  return { iso, at: Date.parse(match[1]! + match[3]!) + Number(`0.${match[2]}`) * 1000 };
}

let utc = false;
export function showUtc(on: boolean) {
  utc = on;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = name + String(utc);
  let found = formats.get(key);
  if (!found) {
    const zone = utc ? { timeZone: "UTC" } : {};
    found = new Intl.DateTimeFormat("en-GB", { ...options, ...zone, hourCycle: "h23" });
    formats.set(key, found);
  }
  return found;
}

const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
const date = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;

export function timeOfDay(at: number): string {
  return format("time", clock).format(at);
}
export function millis(at: number): string {
  return format("millis", { ...clock, fractionalSecondDigits: 3 }).format(at);
}
export function day(at: number): string {
  return format("day", date).format(at);
}
export function dayAndTime(at: number): string {
  return `${day(at)}, ${timeOfDay(at)}`;
}
export function hourAndDay(at: number): string {
  const text = format("hour", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  return text.format(at);
}

// "Europe/Berlin, UTC+01:00"; once on a page.
export function zoneName(now = Date.now()): string {
  if (utc) return "UTC";
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const minutes = -new Date(now).getTimezoneOffset();
  const sign = minutes < 0 ? "−" : "+";
  const two = (n: number) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  return `${name}, UTC${sign}${two(minutes / 60)}:${two(minutes % 60)}`;
}

// How long: "6 ms", "4.2 s", "3 min 20 s", "2 d 3 h". Never rounded up into the next unit.
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1) return "under 1 ms";
  if (ms < 1000) return `${Math.floor(ms)} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const pair = (big: number, one: string, small: number, other: string) =>
    small > 0 ? `${big} ${one} ${small} ${other}` : `${big} ${one}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return pair(hours, "h", minutes % 60, "min");
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

// What a field of a form has for a moment, in the zone that is shown; "" for what is no time.
export function fieldOf(iso: string): string {
  const at = Math.floor(instant(iso).at);
  if (!(Math.abs(at) < 8e15)) return "";
  const shift = utc ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  const text = new Date(at - shift).toISOString();
  return /^\d{4}-/.test(text) ? text.slice(0, 19) : "";
}
// The moment that such a field names; "" for none.
export function ofField(text: string): string {
  const at = Date.parse(utc ? `${text}Z` : text);
  return Number.isNaN(at) ? "" : new Date(at).toISOString().replace(".000Z", "Z");
}
// Where the reader's days begin: minutes east of Greenwich.
export function minutesEast(now = Date.now()): number {
  return utc ? 0 : -new Date(now).getTimezoneOffset();
}
