// People sign in at an OpenID provider, by authorization code with PKCE (docs/dashboard.md).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, close, fits, onPage, open, settled } from "./browser.mjs";

before(open);
after(close);

const base = process.env.WAYBILL_GUARDED_BASE;
const issuer = process.env.OPENID_ISSUER;
const asked = "#/alias/void%40example.test?kind=dropped";

// `work` also gets what the provider was asked, as "METHOD /path".
async function onGuarded(work, options = {}) {
  const provider = [];
  const told = [];
  await onPage(async (page) => {
    page.on("request", (request) => {
      const url = new URL(request.url());
      const { referer = "" } = request.headers();
      // Neither a token nor, but for the way back itself, a code is in an address.
      const isWayBack = url.pathname === "/signed-in" && request.isNavigationRequest();
      if (/eyJ/.test(url + referer) || /code=/.test(referer + (isWayBack ? "" : url))) {
        told.push(`${url} from ${referer}`);
      }
      // Nobody is told from where somebody comes.
      if (referer.startsWith(base)) told.push(`${url} from ${referer}`);
      if (url.origin !== issuer || url.pathname === "/favicon.ico") return;
      provider.push(`${request.method()} ${url.pathname}`);
    });
    await work(page, provider);
  }, { origins: [base, issuer], ...options });
  assert.deepEqual(told, []);
}

// Somebody without a token asks for a view, goes to the provider and clicks there.
async function signIn(page, answer) {
  await page.goto(`${base}/${asked}`);
  await page.getByRole("button", { name: /^Sign in at 127\.0\.0\.1/ }).click();
  await page.getByRole("link", { name: answer, exact: true }).click();
}
async function view(page) {
  await page.waitForURL(`${base}/${asked}`);
  await page.locator(".rows").getByText("Dropped by a rule").waitFor();
}
async function failure(page, { heading = "You are not signed in", timeout } = {}) {
  await page.getByRole("heading", { name: heading }).waitFor({ timeout });
  assert.equal(page.url(), `${base}/signed-in`, "nothing of the answer stays in the address");
  return page.getByRole("alert").innerText();
}
const kept = (page) => page.evaluate(() => Object.keys(sessionStorage).sort());

test("somebody signs in at the provider, and the view that was asked for opens", async () => {
  await onGuarded(async (page, provider) => {
    await page.goto(`${base}/${asked}`);
    const button = page.getByRole("button", { name: `Sign in at ${new URL(issuer).host}` });
    await button.waitFor();
    await page.waitForFunction(() => document.activeElement.id === "at-provider");
    await accessible(page, "sign-in at a provider");
    await button.click();
    await page.getByRole("link", { name: "Let in", exact: true }).waitFor();
    const question = new URL(page.url()).searchParams;
    assert.equal(question.get("code_challenge_method"), "S256");
    assert.equal(question.get("redirect_uri"), `${base}/signed-in`);
    assert.equal(question.get("scope"), "openid waybill.history waybill.feed");
    assert.equal(question.get("client_secret"), null);
    await page.getByRole("link", { name: "Let in", exact: true }).click();
    await view(page);
    assert.match(await page.locator("header").innerText(), /ann@x\.test until \d\d:\d\d:\d\d/);
    assert.deepEqual(provider, ["GET /authorize", "GET /decide", "POST /token"]);
    assert.deepEqual(await kept(page), ["waybill.person", "waybill.token"]);
    assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0);
    // No step back leads to the answer again.
    await page.goBack();
    assert.ok(!page.url().includes("code="), page.url());
    await page.goto(`${base}/${asked}`);
    await view(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    assert.deepEqual(await kept(page), []);
  });
});

test("a second sign-in has another state, nonce and challenge", async () => {
  const seen = [];
  for (let n = 0; n < 2; ++n) {
    await onGuarded(async (page) => {
      await page.goto(`${base}/${asked}`);
      await page.getByRole("button", { name: /^Sign in at/ }).click();
      await page.waitForURL((url) => url.origin === issuer);
      const { searchParams } = new URL(page.url());
      seen.push(...["state", "nonce", "code_challenge"].map((name) => searchParams.get(name)));
    });
  }
  assert.equal(new Set(seen).size, 6, seen);
});

test("whoever is not let in is told why, and may try again with the view kept", async () => {
  await onGuarded(async (page) => {
    await signIn(page, "Refuse");
    assert.match(await failure(page), /did not let you in\..*access_denied: Somebody said <no>\./s);
    await accessible(page, "a refused sign-in");
    await fits(page, "a refused sign-in");
    assert.deepEqual(await kept(page), []);
    await page.getByRole("button", { name: "Sign in again" }).click();
    await page.getByRole("link", { name: "Let in", exact: true }).click();
    await view(page);
  }, { width: 320 });
});

test("an answer that nobody asked for in this tab is not taken", async () => {
  await onGuarded(async (page, provider) => {
    for (const answer of ["?code=stolen&state=made-up", "?code=stolen", "?error=access_denied", ""]) {
      await page.goto(`${base}/signed-in${answer}`);
      assert.match(await failure(page), /no sign-in that was begun in this tab/, answer);
    }
    for (const answer of ["Answer another question", "Answer no question"]) {
      await signIn(page, answer);
      assert.match(await failure(page), /no sign-in that was begun in this tab/, answer);
    }
    // RFC 9207 2.4.
    await signIn(page, "Answer as somebody else");
    assert.match(await failure(page), /another provider.*https:\/\/else\.test/s);
    await signIn(page, "Answer without a name");
    assert.match(await failure(page), /another provider/);
    assert.ok(!provider.includes("POST /token"), provider);
    assert.deepEqual(await kept(page), []);
    await page.getByRole("link", { name: "Back to the page" }).click();
    await page.waitForURL(`${base}/${asked}`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });
});

test("an answer counts once, and whoever is signed in stays so", async () => {
  await onGuarded(async (page, provider) => {
    let answer;
    page.on("request", (request) => {
      if (request.url().includes("/signed-in?")) answer = request.url();
    });
    await signIn(page, "Let in");
    await view(page);
    await page.goto(answer);
    assert.match(await failure(page, { heading: "You were not signed in anew" }), /no sign-in that was begun/);
    assert.equal(provider.filter((asked) => asked === "POST /token").length, 1);
    await page.goto(`${base}/${asked}`);
    await view(page);
  });
});

test("what the tab has kept leads to no other place", async () => {
  await onGuarded(async (page) => {
    await page.addInitScript(() => {
      if (location.pathname !== "/signed-in") return;
      const kept = JSON.parse(sessionStorage.getItem("waybill.sign_in"));
      sessionStorage.setItem("waybill.sign_in", JSON.stringify({ ...kept, back: "/else.test/" }));
    });
    await signIn(page, "Let in");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    assert.equal(page.url(), `${base}/`);
  });
});

test("a provider gets no address but the registered one, and sends nobody to another", async () => {
  const other = base.replace("127.0.0.1", "localhost");
  await onGuarded(async (page, provider) => {
    await page.goto(`${other}/${asked}`);
    await page.getByRole("button", { name: /^Sign in at/ }).click();
    await page.getByText("no such client, or none with this address").waitFor();
    assert.deepEqual(provider, ["GET /authorize"]);
  }, { origins: [base, other, issuer] });
});

test("a token of another sign-in is not taken", async () => {
  await onGuarded(async (page) => {
    await signIn(page, "Let in under another nonce");
    assert.match(await failure(page), /ID token is of another sign-in/);
    assert.deepEqual(await kept(page), []);
  });
});

test("a provider that does not answer, late, or with nonsense is said to be that", async () => {
  await onGuarded(async (page) => {
    await signIn(page, "Let in, and hang up");
    assert.match(await failure(page), /may be away/);
    await signIn(page, "Let in, and answer nonsense");
    assert.match(await failure(page), /gave no ID token/);
    await signIn(page, "Let in, and answer late");
    assert.match(await failure(page, { timeout: 40_000 }), /did not answer this page within 15 seconds/);
    assert.deepEqual(await kept(page), []);
  });
});

test("a code that was used is not taken again", async () => {
  await onGuarded(async (page) => {
    await page.route(`${issuer}/token`, async (route) => {
      assert.equal((await route.fetch()).status(), 200);
      await route.fulfill({ response: await route.fetch() });
    });
    await signIn(page, "Let in");
    assert.match(await failure(page), /does not take this sign-in any more.*invalid_grant/s);
    assert.deepEqual(await kept(page), []);
  });
});

test("a code that is too old is said to be, and so is a provider that answers no page", async () => {
  await onGuarded(async (page) => {
    await signIn(page, "Let in, and take a while");
    assert.match(await failure(page), /too much time went by.*invalid_grant/s);
    await signIn(page, "Let in, and answer no page of others");
    assert.match(await failure(page), /not allow questions from http:\/\/127\.0\.0\.1:\d+ \(CORS\)/);
  }, { complaints: /blocked by CORS policy/ });
});

test("a code that somebody else got hold of is worth nothing to them", async () => {
  await onGuarded(async (page) => {
    let code;
    await page.route(`${issuer}/token`, (route) => {
      code = new URLSearchParams(route.request().postData()).get("code");
      return route.abort();
    });
    await signIn(page, "Let in");
    await failure(page);
    assert.ok(code);
    const answer = await fetch(`${issuer}/token`, { method: "POST", body: new URLSearchParams({
      grant_type: "authorization_code", client_id: "waybill-pages", code,
      redirect_uri: `${base}/signed-in`, code_verifier: "x".repeat(43) }) });
    assert.deepEqual([answer.status, await answer.json()], [400, { error: "invalid_grant" }]);
  });
});

test("a sign-in that is over is said to be, with when, and the view comes back after another", async () => {
  await onGuarded(async (page) => {
    await signIn(page, "Let in for a moment");
    await view(page);
    // The server's leeway ends.
    await page.waitForTimeout(5000);
    await page.getByRole("link", { name: /^Refused/ }).click();
    await page.getByText(/Your sign-in at 127\.0\.0\.1:\d+ ended at .*: sign in again/).waitFor();
    await page.getByRole("button", { name: /^Sign in at/ }).click();
    await page.getByRole("link", { name: "Let in", exact: true }).click();
    await page.waitForURL(/kind=rejected,dropped/);
    await page.locator(".rows").getByText("Dropped by a rule").waitFor();
  });
});

test("a feed that is open when a sign-in ends says so, and goes on after another", async () => {
  await onGuarded(async (page) => {
    await page.goto(`${base}/#/live`);
    await page.getByRole("button", { name: /^Sign in at/ }).click();
    await page.getByRole("link", { name: "Let in for a moment", exact: true }).click();
    await page.waitForURL(`${base}/#/live`);
    await page.getByText(/Your sign-in at .* ended at/).waitFor({ timeout: 40_000 });
    await page.getByRole("button", { name: /^Sign in at/ }).click();
    await page.getByRole("link", { name: "Let in", exact: true }).click();
    await page.waitForURL(`${base}/#/live`);
    await page.getByRole("heading", { name: "Live" }).waitFor();
  });
});

test("the page that the provider sends to may ask its token endpoint, and no other page anything", async () => {
  const policy = async (path) => (await fetch(base + path)).headers.get("content-security-policy");
  assert.match(await policy("/signed-in?code=a&else=b"), new RegExp(`connect-src 'self' ${issuer};`));
  assert.match(await policy("/"), /connect-src 'self';/);
  for (const path of ["/", "/signed-in"]) assert.doesNotMatch(await policy(path), /unsafe|\*/);
  await onGuarded(async (page) => {
    await page.goto(`${base}/${asked}`);
    await settled(page);
    const said = await page.evaluate((url) => new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
      fetch(url).catch(() => {});
    }), `${issuer}/token`);
    assert.equal(said, "connect-src");
  }, { complaints: /violates .*Content Security Policy/ });
});
