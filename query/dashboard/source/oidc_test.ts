import assert from "node:assert/strict";
import test from "node:test";
import {
  authorizationAddress,
  base64url,
  challengeOf,
  codeOf,
  Failed,
  type Pending,
  pendingOf,
  providerName,
  secret,
  shownOf,
  type Way,
} from "./oidc";

const way: Way = {
  issuer: "https://id.x.test",
  client_id: "pages",
  scope: "openid email",
  token: "access_token",
  authorization_endpoint: "https://id.x.test/authorize?tenant=a",
  token_endpoint: "https://id.x.test/token",
};
const pending: Pending = {
  issuer: way.issuer,
  isNamed: false,
  state: "the-state",
  nonce: "the-nonce",
  verifier: "v",
  back: "#/live",
};

const jwt = (claims: object) =>
  `${base64url(new TextEncoder().encode("{}"))}.` +
  `${base64url(new TextEncoder().encode(JSON.stringify(claims)))}.sig`;

// RFC 7636 appendix B.
test("a challenge is the digest of its verifier", async () => {
  assert.equal(
    await challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  );
});

test("a secret has the characters that RFC 7636 asks for, and comes once", () => {
  const some = new Set(Array.from({ length: 50 }, secret));
  assert.equal(some.size, 50);
  for (const one of some) assert.match(one, /^[A-Za-z0-9_-]{43}$/);
});

test("the provider's own query stays in the address of the question", () => {
  const address = new URL(authorizationAddress(way, pending, "c", "https://mx.x.test"));
  assert.equal(address.origin + address.pathname, "https://id.x.test/authorize");
  assert.deepEqual(Object.fromEntries(address.searchParams), {
    tenant: "a",
    response_type: "code",
    client_id: "pages",
    redirect_uri: "https://mx.x.test/signed-in",
    scope: "openid email",
    state: "the-state",
    nonce: "the-nonce",
    code_challenge: "c",
    code_challenge_method: "S256",
  });
});

function why(work: () => unknown): string {
  try {
    work();
  } catch (wrong) {
    if (!(wrong instanceof Failed)) throw wrong;
    return `${wrong.message} ${wrong.said}`;
  }
  return "";
}

test("an answer counts for the sign-in that was begun, and no other", () => {
  const of = (text: string) => new URLSearchParams(text);
  assert.equal(codeOf(of("code=c&state=the-state"), pending), "c");
  assert.equal(codeOf(of("code=c&state=the-state&iss=https://id.x.test&else=1"), pending), "c");
  const strange = /no sign-in that was begun/;
  assert.match(
    why(() => codeOf(of("code=c&state=other"), pending)),
    strange,
  );
  assert.match(
    why(() => codeOf(of("code=c"), pending)),
    strange,
  );
  assert.match(
    why(() => codeOf(of("code=c&state=the-state"), undefined)),
    strange,
  );
  assert.match(
    why(() => codeOf(of("state="), { ...pending, state: "" })),
    strange,
  );
  assert.match(
    why(() => codeOf(of("code=c&state=the-state&iss=https://else"), pending)),
    /another provider.*https:\/\/else/,
  );
  // RFC 9207 2.4: of one that names itself an answer without a name is not taken.
  const named = { ...pending, isNamed: true };
  assert.equal(codeOf(of("code=c&state=the-state&iss=https://id.x.test"), named), "c");
  for (const nameless of ["code=c", "error=access_denied", "code=c&iss="]) {
    assert.match(
      why(() => codeOf(of(`${nameless}&state=the-state`), named)),
      /another provider/,
    );
  }
  assert.match(
    why(() => codeOf(of("state=the-state&error=access_denied&error_description=no"), pending)),
    /did not let you in\. access_denied: no/,
  );
  // An error that is not of this sign-in says nothing of it.
  assert.match(
    why(() => codeOf(of("state=other&error=access_denied"), pending)),
    strange,
  );
  assert.match(
    why(() => codeOf(of("state=the-state"), pending)),
    /no code/,
  );
});

const idClaims = { iss: way.issuer, aud: "pages", nonce: "the-nonce", sub: "s-1" };

test("of the tokens the one is shown that the operator names, with its own end", () => {
  const tokens = {
    id_token: jwt({ ...idClaims, email: "änn@x.test", exp: 100 }),
    access_token: jwt({ exp: 200 }),
  };
  assert.deepEqual(shownOf(tokens, way, pending), [
    tokens.access_token,
    { name: "änn@x.test", issuer: way.issuer, until: 200_000 },
  ]);
  assert.deepEqual(shownOf(tokens, { ...way, token: "id_token" }, pending), [
    tokens.id_token,
    { name: "änn@x.test", issuer: way.issuer, until: 100_000 },
  ]);
  const opaque = { ...tokens, access_token: "opaque" };
  assert.deepEqual(shownOf(opaque, way, pending)[1], { name: "änn@x.test", issuer: way.issuer });
});

test("an ID token of another sign-in, for another client or of another provider is none", () => {
  const shown = (claims: object) => () =>
    shownOf({ id_token: jwt({ ...idClaims, ...claims }), access_token: "a" }, way, pending);
  assert.equal(shown({})()[0], "a");
  assert.equal(shown({ aud: ["other", "pages"] })()[0], "a");
  assert.match(why(shown({ nonce: "other" })), /another sign-in/);
  assert.match(why(shown({ nonce: undefined })), /another sign-in/);
  assert.match(why(shown({ aud: "other" })), /somebody else/);
  assert.match(why(shown({ iss: "https://else" })), /somebody else/);
  assert.equal(shown({ azp: "pages" })()[0], "a");
  assert.match(why(shown({ aud: ["other", "pages"], azp: "other" })), /somebody else/);
  assert.match(
    why(() => shownOf({ access_token: "a" }, way, pending)),
    /no ID token/,
  );
  assert.match(
    why(() => shownOf({ id_token: "nonsense", access_token: "a" }, way, pending)),
    /no ID token/,
  );
  assert.match(
    why(() => shownOf({ id_token: jwt(idClaims) }, way, pending)),
    /no access_token/,
  );
});

test("the view that opens afterwards is one of these pages, whatever the tab has kept", () => {
  const back = (text: string) => pendingOf(JSON.stringify({ ...pending, back: text })).back;
  assert.equal(back("#/live?utc=1"), "#/live?utc=1");
  for (const text of ["", "//else.test/", "/else", "javascript:alert(1)", "https://else.test#/"]) {
    assert.equal(back(text), "");
  }
});

test("a provider is called by its host", () => {
  assert.equal(providerName("https://id.x.test:8443/realms/a"), "id.x.test:8443");
  assert.equal(providerName("nonsense"), "nonsense");
});
