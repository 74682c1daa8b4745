import assert from "node:assert/strict";
import test from "node:test";
import { askedBy, conditionsOf, exportOf, isTooLong, linesOf, placeIn, placeOf } from "./typed";

test("an address of the dashboard is gone to, and no other", () => {
  assert.equal(
    placeIn(" http://127.0.0.1:8025/#/alias/a%40x.test?kind=bounced\n"),
    "#/alias/a%40x.test?kind=bounced",
  );
  assert.equal(placeIn("#/live"), "#/live");
  for (const text of ["a@x.test", "https://x.test/", "a #/live", "a#/live", "#1", ""]) {
    assert.equal(placeIn(text), undefined, text);
  }
});

test("a pasted header goes line by line, unfolded, and what is left out is counted", () => {
  const header =
    "Return-Path: <ann@x.test>\r\nDelivered-To: bob@x.test\r\nX-Spam: no\r\n" +
    "Message-ID:\r\n\t<1@x>\r\n";
  assert.deepEqual(linesOf(header), {
    ask: ["Return-Path: <ann@x.test>", "To: bob@x.test", "Message-ID: <1@x>"],
    isHeader: true,
    leftOut: 1,
  });
  const many = linesOf(
    "From: a@x\nFrom: a@x\n" + [...Array(30).keys()].map((n) => `To: ${n}@x\n`).join(""),
  );
  assert.equal(many.ask.length, 20);
  assert.equal(many.leftOut, 12);
});

test("lines that are no header are one query; a single line is as it was typed", () => {
  assert.deepEqual(linesOf("a@x.test\r\nis:bounced\n").ask, ["a@x.test is:bounced"]);
  assert.deepEqual(linesOf("Message-ID: <1@x>\n"), {
    ask: ["Message-ID: <1@x>"],
    isHeader: false,
    leftOut: 0,
  });
  assert.deepEqual(linesOf("  ").ask, ["  "]);
});

test("what no address of HTTP has room for is too long", () => {
  assert.equal(isTooLong("a".repeat(2048)), false);
  assert.equal(isTooLong("ä".repeat(1000)), false);
  assert.equal(isTooLong("a".repeat(10_000)), true);
  assert.equal(isTooLong("\uD800"), false);
});

test("octets of a refusal are characters of the text", () => {
  assert.deepEqual(placeOf("ä 😀frm:x y", { at: 7, length: 4 }), {
    before: "ä 😀",
    wrong: "frm:",
    after: "x y",
  });
  for (const where of [{}, { at: 0, length: 0 }, { at: 2, length: 9 }]) {
    assert.equal(placeOf("abc", where), undefined);
  }
});

test("a group's address is a view", () => {
  assert.deepEqual(
    askedBy(
      "/v1/addresses/a%2Bb%40x.test/history?role=sender&limit=5" +
        "&from=2026-03-01T00%3A00%3A00Z&kind=bounced,rejected",
    ),
    {
      ask: "history",
      role: "sender",
      subject: "a+b@x.test",
      narrowed: { kind: "bounced,rejected", from: "2026-03-01T00:00:00Z" },
    },
  );
  assert.equal(askedBy("/v1/addresses/%3C%3E/history?role=sender").subject, "<>");
  assert.deepEqual(askedBy("/v1/clients/::1/history?limit=5"), {
    ask: "history",
    role: "client",
    subject: "::1",
    narrowed: {},
  });
  assert.deepEqual(askedBy("/v1/messages?message_id=1%40x&limit=5"), {
    ask: "message-id",
    subject: "<1@x>",
  });
  assert.deepEqual(askedBy("/v1/messages/019c"), { ask: "message", subject: "019c" });
  assert.deepEqual(askedBy("/v1/deliveries/019c"), { ask: "delivery", subject: "019c" });
  assert.deepEqual(askedBy("/v1/domains/x.test/counters"), { ask: "counters", subject: "x.test" });
  assert.deepEqual(askedBy("/v1/aliases?begins=sa%2Bx&limit=5"), {
    ask: "aliases",
    subject: "sa+x",
  });
  assert.equal(askedBy("/v1/events?rule=spam").ask, "events");
  assert.equal(askedBy("/v2/else").ask, "unknown");
});

test("a question for events is a view with the same conditions, whatever page it asks for", () => {
  assert.deepEqual(
    conditionsOf(
      "/v1/events?next_hop=mx.x.test&kind=forwarded,rejected&subject=a%2Bb%20c" +
        "&from=2026-03-01T00%3A00%3A00Z&limit=5&cursor=abc",
    ),
    {
      next_hop: "mx.x.test",
      kind: "forwarded,rejected",
      subject: "a+b c",
      from: "2026-03-01T00:00:00Z",
    },
  );
  assert.deepEqual(conditionsOf("/v1/events"), {});
  for (const other of ["/v1/addresses/a/history?role=alias", "/v1/events/1?rule=spam", ""]) {
    assert.equal(conditionsOf(other), undefined, other);
  }
});

test("an export that the server names is the form of one, and nothing else is", () => {
  assert.deepEqual(exportOf("/v1/exports?sender=%2A%40x.test&status=-5xx&kind=bounced,rejected"), {
    sender: "*@x.test",
    status: "-5xx",
    kind: "bounced,rejected",
  });
  assert.deepEqual(exportOf("/v1/exports"), {});
  for (const other of [undefined, "", "/v1/feed?domain=x.test", "https://x.test/v1/exports"]) {
    assert.equal(exportOf(other), undefined);
  }
});
