import assert from "node:assert/strict";
import test from "node:test";
import { changed, keep, link, readAddress, toggledUtc } from "./address";

test("what is written is read", () => {
  for (const subject of [
    "sales@example.org",
    "a+b@x.test",
    '"a/b?c#d%"@x.test',
    "<>",
    "\u202E\u05D0@x",
    "",
  ]) {
    const address = readAddress(link("alias", subject, { kind: "bounced,rejected", q: "a&b=c+d" }));
    assert.equal(address.view, "alias");
    assert.equal(address.subject, subject);
    assert.equal(address.parameters.get("kind"), "bounced,rejected");
    assert.equal(address.parameters.get("q"), "a&b=c+d");
  }
});

test("an address written by hand is read as well as it can be", () => {
  assert.equal(readAddress("").view, "overview");
  assert.equal(readAddress("#/").view, "overview");
  assert.equal(readAddress("#/alias/100%@x.test").subject, "100%@x.test");
  assert.equal(readAddress("#/alias/a+b@x.test").subject, "a+b@x.test");
  assert.equal(readAddress("#/sender/a/b").subject, "a/b");
  assert.equal(readAddress("#/__proto__/x").view, "__proto__");
});

test("half a character becomes no exception", () => {
  assert.equal(readAddress(link("alias", "a\uD800@x")).subject, "a\uFFFD@x");
});

test("a parameter is changed, and one that is empty is gone", () => {
  const address = readAddress("#/alias/a%40x?kind=bounced&cursor=abc");
  assert.equal(changed(address, { cursor: "", kind: "rejected" }), "#/alias/a%40x?kind=rejected");
});

test("UTC lasts from page to page until it is switched off", () => {
  const address = readAddress("#/live?utc=1");
  keep(address);
  assert.equal(link("overview"), "#/overview?utc=1");
  assert.equal(toggledUtc(address), "#/live");
  assert.equal(link("overview"), "#/overview?utc=1");
  keep(readAddress("#/live"));
  assert.equal(link("overview"), "#/overview");
});
