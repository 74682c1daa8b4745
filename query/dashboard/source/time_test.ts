import assert from "node:assert/strict";
import test from "node:test";
import { hoursBetween } from "./hours";
import { count, exact, octets } from "./numbers";
import { instant, showUtc, span, timeOfDay } from "./time";

test("nanoseconds are kept as parts of a millisecond", () => {
  const a = instant("2026-03-01T12:00:00.000500000Z");
  const b = instant("2026-03-01T12:00:00.001250000Z");
  assert.ok(Math.abs(b.at - a.at - 0.75) < 0.01);
  assert.equal(instant("2026-03-01T12:00:00Z").at, Date.UTC(2026, 2, 1, 12));
  assert.ok(Number.isNaN(instant("no time").at));
});

test("a time is told in UTC where that is asked for", () => {
  showUtc(true);
  assert.equal(timeOfDay(Date.UTC(2026, 2, 1, 0, 5, 9)), "00:05:09");
});

test("a span is never rounded up into the next unit", () => {
  const cases: [number, string][] = [
    [0.4, "under 1 ms"],
    [6.9, "6 ms"],
    [999.9, "999 ms"],
    [1000, "1.0 s"],
    [4219, "4.2 s"],
    [59_999, "59.9 s"],
    [200_000, "3 min 20 s"],
    [180_000, "3 min"],
    [3_599_999, "59 min 59 s"],
    [47 * 3_600_000, "47 h"],
    [51 * 3_600_000, "2 d 3 h"],
    [-5, "under 1 ms"],
  ];
  for (const [milliseconds, text] of cases) assert.equal(span(milliseconds), text);
});

// Berlin on 25 Oct 2026 has 25 hours, and on 28 Mar 2027 it has 23.
test("a day has as many bars as it has hours", () => {
  const bars = (from: string, to: string) =>
    hoursBetween(Date.parse(from) / 1000, Date.parse(to) / 1000).length;
  assert.equal(bars("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"), 25);
  assert.equal(bars("2027-03-28T00:00:00+01:00", "2027-03-29T00:00:00+02:00"), 23);
});

test("a large number is cut, and never rounded up", () => {
  assert.equal(count(99_999), "99,999");
  assert.equal(count(124_999), "124 k");
  assert.equal(exact(124_999), "124,999");
  assert.equal(octets(1536), "1.5 KiB");
});
