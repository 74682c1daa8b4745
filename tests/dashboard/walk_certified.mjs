// People sign in at a provider that knows nothing of us (certified_provider.mjs).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, onPage, open } from "./browser.mjs";
import { startCertified } from "./certified_provider.mjs";

const base = process.env.CERTIFIED_BASE;
const port = Number(process.env.CERTIFIED_PORT);
const issuer = `http://127.0.0.1:${port}`;
const asked = "#/alias/void%40example.test";

let provider;
function stop() {
  provider?.closeAllConnections();
  provider?.close();
  provider = undefined;
}
before(open);
after(async () => {
  stop();
  await close();
});

const onCertified = (work) => onPage(work, { origins: [base, issuer] });
const way = async () => (await (await fetch(`${base}/v1/sign-in`)).json()).oidc;

async function goToProvider(page, at = base) {
  await page.goto(`${at}/${asked}`);
  await page.getByRole("button", { name: /^Sign in at/ }).click();
}

test("a provider that is away is said to be, and is there once it has come", async () => {
  await onCertified(async (page) => {
    await goToProvider(page);
    await page.getByText("The provider has not told this server yet where it is asked").waitFor();
    assert.equal(page.url(), `${base}/${asked}`);
  });
  provider = await startCertified(port, base);
  for (let tries = 0; !(await way()).token_endpoint; ++tries) {
    assert.ok(tries < 300, "the server asks it again");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal((await way()).authorization_response_iss_parameter_supported, true);
});

test("somebody signs in at a certified provider", async () => {
  await onCertified(async (page) => {
    await goToProvider(page);
    await page.getByRole("link", { name: "Let in" }).click();
    await page.waitForURL(`${base}/${asked}`);
    await page.locator(".rows").getByText("Dropped by a rule").waitFor();
    assert.match(await page.locator("header").innerText(), /ann until \d\d:\d\d:\d\d/);
    // What the provider gave is taken by the server, and by nobody's leave but the signature's.
    const token = await page.evaluate(() => sessionStorage.getItem("waybill.token"));
    const history = (shown) => fetch(`${base}/v1/addresses/void%40example.test/history`, {
      headers: { Authorization: `Bearer ${shown}` } });
    assert.equal((await history(token)).status, 200);
    assert.equal((await history(token.replace(/.{4}$/, "AAAA"))).status, 401);
  });
});

test("a certified provider takes a code once", async () => {
  await onCertified(async (page) => {
    await page.route(`${issuer}/token`, async (route) => {
      assert.equal((await route.fetch()).status(), 200);
      await route.fulfill({ response: await route.fetch() });
    });
    await goToProvider(page);
    await page.getByRole("link", { name: "Let in" }).click();
    await page.getByText(/does not take this sign-in any more/).waitFor();
    assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
  });
});

test("a certified provider asks for the verifier of the challenge", async () => {
  await onCertified(async (page) => {
    let answer;
    await page.route(`${issuer}/token`, async (route) => {
      const form = new URLSearchParams(route.request().postData());
      form.set("code_verifier", "x".repeat(43));
      answer = await route.fetch({ postData: form.toString() });
      await route.fulfill({ response: answer });
    });
    await goToProvider(page);
    await page.getByRole("link", { name: "Let in" }).click();
    await page.getByText(/does not take this sign-in any more/).waitFor();
    assert.equal((await answer.json()).error, "invalid_grant");
  });
});

test("a certified provider sends nobody to an address that is not registered", async () => {
  const other = base.replace("127.0.0.1", "localhost");
  await onPage(async (page) => {
    await goToProvider(page, other);
    await page.getByText(/redirect_uri/).waitFor();
    assert.equal(new URL(page.url()).origin, issuer);
  }, { origins: [base, other, issuer] });
});

test("a provider that goes away while somebody is at its door is said to be away", async () => {
  await onCertified(async (page) => {
    await goToProvider(page);
    await page.route(`${issuer}/token`, async (route) => {
      stop();
      await route.continue();
    });
    await page.getByRole("link", { name: "Let in" }).click();
    await page.getByText(/may be away/).waitFor();
    provider = await startCertified(port, base);
  });
});
