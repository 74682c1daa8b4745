import assert from "node:assert/strict";
import test from "node:test";
import { share } from "./numbers";

test("a share is never rounded up, and of few there is none", () => {
  assert.equal(share(38, 40), "95 %");
  assert.equal(share(9999, 10_000), "99 %");
  assert.equal(share(40, 40), "100 %");
  assert.equal(share(0, 40), "0 %");
  assert.equal(share(19, 19), undefined);
});
