import assert from "node:assert/strict";
import test from "node:test";
import { stepsOf } from "./steps";
import { summary, treeOf } from "./tree";
import type { Delivery, Event } from "./types";
import { eventLabel, feedKinds, kindLabel, kinds, states, stateWords } from "./words";

const at = (second: number) => `2026-03-01T12:00:0${second}.000000000Z`;
const reply = { code: 250, enhanced: "2.0.0", text: "Ok" };
const hop = { mx_host: "mx.target.test", ip: "192.0.2.1" };
const accepted: Event = {
  kind: "accepted",
  occurred_at: at(0),
  alias: "lost@x.test",
  sender: "ann@o.test",
  message_id: "m",
  accepted: {
    originator_reason: "SPF passed",
    targets: [{ delivery_id: "d", target: "h@t.test" }],
  },
};
const forwarded: Event = {
  kind: "forwarded",
  occurred_at: at(1),
  alias: "lost@x.test",
  delivery_id: "d",
  forwarded: { target: "h@t.test", next_hop: hop, reply, bounce_until: "2026-03-04T12:00:01Z" },
};
const bounced: Event = {
  kind: "bounced",
  occurred_at: at(4),
  alias: "lost@x.test",
  delivery_id: "d",
  bounced: {
    class: "hard",
    status: "5.1.1",
    diagnostic_code: "smtp; 550 5.1.1 unknown",
    reporting_mta: "dns; mx.target.test",
    handling: "handed_on",
    handed_on_to: "ann@o.test",
  },
};
const home: Event = {
  kind: "forwarded",
  occurred_at: at(5),
  alias: "lost@x.test",
  delivery_id: "r",
  reported_delivery_id: "d",
  forwarded: { target: "ann@o.test", next_hop: { mx_host: "mx.o.test" }, reply },
};

function delivery(state: string, events: Event[], more: Partial<Delivery> = {}): Delivery {
  return {
    delivery_id: "d",
    state,
    sender: "ann@o.test",
    events,
    as_of: { time: null, partitions: [] },
    ...more,
  };
}
const told = (one: Delivery) => stepsOf(one).map((step) => `${step.speaker} ${step.about}`);

test("each server's words stand once, with who said them", () => {
  const steps = stepsOf(delivery("bounced", [accepted, forwarded, bounced, home]));
  assert.deepEqual(
    steps.map((step) => step.speaker),
    ["we", "mx.target.test", "mx.target.test", "mx.o.test"],
  );
  assert.deepEqual(
    steps.map((step) => step.quote),
    [undefined, "250 2.0.0 Ok", "smtp; 550 5.1.1 unknown", "250 2.0.0 Ok"],
  );
});

test("what is still to come is a step", () => {
  const steps = stepsOf(delivery("forwarded", [accepted, forwarded]));
  assert.equal(steps.at(-1)!.ahead, true);
  assert.match(steps.at(-1)!.about, /no word of delivery yet: bounces are awaited/);
});

test("from a null sender no bounce is awaited", () => {
  const none: Event = { ...forwarded, forwarded: { next_hop: hop, reply } };
  assert.match(told(delivery("forwarded", [none], { sender: "" })).at(-1)!, /no bounce can come/);
});

test("a window that closed says so, and awaits nothing", () => {
  const story = [{ time: "2026-03-04T12:00:01Z", step: "settled", text: "the window closed" }];
  const steps = told(delivery("settled", [accepted, forwarded], { story }));
  assert.equal(steps.at(-1), "nobody the window closed");
  assert.ok(!steps.some((step) => step.includes("awaited")));
});

test("a refusal says whose it is", () => {
  const refused = (by: string, more = {}) =>
    stepsOf(
      delivery("rejected", [
        {
          kind: "rejected",
          occurred_at: at(0),
          rejected: {
            by,
            stage: "rcpt",
            command: "RCPT",
            rule: "unknown-alias",
            reply: { code: 550 },
            ...more,
          },
        },
      ]),
    )[0]!;
  assert.equal(refused("policy").speaker, "we");
  assert.equal(refused("policy").named, "unknown-alias");
  assert.equal(refused("next_hop", { next_hop: hop }).speaker, "mx.target.test");
  assert.equal(refused("next_hop", { next_hop: hop }).named, undefined);
  assert.match(refused("relay").about, /a next hop that did not/);
});

test("an event of a newer release ends nothing", () => {
  assert.deepEqual(told(delivery("unknown", [{ kind: "teleported", occurred_at: at(0) }])), []);
  assert.equal(treeOf([{ kind: "teleported", alias: "a" }]).length, 1);
});

test("a message is a tree of recipients, targets and reports", () => {
  const refused: Event = { kind: "rejected", alias: "nobody@x.test", rejected: { by: "policy" } };
  const tree = treeOf([refused, accepted, forwarded, bounced]);
  assert.deepEqual(
    tree.map((branch) => branch.alias),
    ["nobody@x.test", "lost@x.test"],
  );
  const leaf = tree[1]!.leaves[0]!;
  assert.equal(leaf.target, "h@t.test");
  assert.equal(leaf.outcome, forwarded);
  assert.deepEqual(leaf.reports, [bounced]);
  assert.deepEqual(summary(tree), { recipients: 2, targets: 1, taken: 0, refused: 1, back: 1 });
});

// dashboard's first rule: "delivered" is for a positive notification alone.
test("no state but one is called delivered", () => {
  for (const [state, words] of Object.entries(states)) {
    const text = Object.values(words)
      .map((one) => (typeof one === "string" ? one : one.text))
      .join(" ");
    if (state !== "delivered") assert.doesNotMatch(text, /deliver/i, state);
  }
  for (const kind of [...kinds, ...feedKinds])
    assert.doesNotMatch(kindLabel(kind).text, /deliver/i);
  for (const bounce_class of ["hard", "soft", "delayed", "relayed", "expanded", "unheard-of"]) {
    assert.doesNotMatch(
      eventLabel({ kind: "bounced", bounce_class }).text,
      /deliver/i,
      bounce_class,
    );
  }
  assert.match(
    eventLabel({ kind: "bounced", bounce_class: "delivered" }).text,
    /^Delivered, says a report$/,
  );
});

test("every state of the API has words, and an unknown one does too", () => {
  for (const state of [
    "accepted",
    "forwarded",
    "rejected",
    "deferred",
    "dropped",
    "in_doubt",
    "not_understood",
    "bounced",
    "delivered",
    "settled",
    "unclear",
    "unknown",
  ]) {
    assert.ok(Object.hasOwn(states, state), state);
  }
  assert.equal(stateWords("teleported"), states.unknown);
  assert.equal(stateWords("constructor"), states.unknown);
});
