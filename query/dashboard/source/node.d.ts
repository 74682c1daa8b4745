// What the tests use of node, which runs them.
declare module "node:test";
declare module "node:assert/strict";
