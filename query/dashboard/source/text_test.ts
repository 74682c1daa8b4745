import assert from "node:assert/strict";
import test from "node:test";
import { escaped, isVisible } from "./text";

test("what is not seen becomes an escape, and the rest stays", () => {
  assert.equal(escaped("a\u202Eb"), "a\\u202eb");
  assert.equal(
    escaped("\u0000\u001B[31m\u009B\u2066\uFEFF\u200D"),
    "\\u0000\\u001b[31m\\u009b\\u2066\\ufeff\\u200d",
  );
  assert.equal(escaped("\uD800x\uDC00"), "\\ud800x\\udc00");
  assert.equal(escaped("\u{E0041}"), "\\udb40\\udc41");
  assert.equal(
    escaped("Gr\u00FC\u00DFe \u05E9\u05DC\u05D5\u05DD \u{1F600} <b>&amp;"),
    "Gr\u00FC\u00DFe \u05E9\u05DC\u05D5\u05DD \u{1F600} <b>&amp;",
  );
  assert.equal(escaped("a\nb"), "a\nb");
  const picture = "\u{1F469}\u200D\u{1F680} \u2764\uFE0F";
  assert.equal(escaped(picture), picture);
  assert.equal(escaped("a\u200Db"), "a\\u200db");
});

// Every character of the direction of text (UAX 9), and every one that hides.
test("nothing that turns or hides text is left as it is", () => {
  for (const range of [
    [0x00, 0x1f],
    [0x7f, 0x9f],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
    [0x2060, 0x2069],
  ]) {
    for (let code = range[0]!; code <= range[1]!; ++code) {
      assert.equal(isVisible(String.fromCodePoint(code)), false, code.toString(16));
    }
  }
  assert.equal(isVisible("a"), true);
  assert.equal(isVisible("\u05D0"), true);
});
