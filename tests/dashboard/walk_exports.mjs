// What people do on the export page (docs/dashboard.md).

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { accessible, base, close, fits, onPage, open, settled, visit } from "./browser.mjs";

before(open);
after(close);

const owner = process.env.WAYBILL_OWNER_TOKEN;
// A script is no page of the open web: it needs no token on this machine.
const make = (query = "") => fetch(`${base}/v1/exports?${query}`, { method: "POST" })
  .then((answer) => answer.json());
const list = () => fetch(`${base}/v1/exports`).then((answer) => answer.json())
  .then((body) => body.exports);
const text = (page) => page.locator("main").innerText();

async function removeAll() {
  for (const { id } of await list()) await fetch(`${base}/v1/exports/${id}`, { method: "DELETE" });
}
async function done(id) {
  for (;;) {
    const job = (await list()).find((one) => one.id === id);
    if (job.state === "done") return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
beforeEach(removeAll);

async function signedIn(page) {
  await page.addInitScript((token) => sessionStorage.setItem("waybill.token", token), owner);
}

function job(more) {
  return { id: "019ca945-0a5d-7a31-b601-eaf59686e7ba", state: "running", principal: "local",
    created_at: "2026-11-26T12:00:00.5Z", looked_at: 7700, of: 12400, count: 310, octets: 100,
    format: "csv", packing: "zstd", query: { domain: "example.test", kind: ["bounced"] },
    file_name: "export-019ca945-0a5d-7a31-b601-eaf59686e7ba.csv.zst", ...more };
}
const finished = job({ state: "done", looked_at: 12400, octets: 5 * 1024 ** 3,
  sha256: "ab".repeat(32), finished_at: "2026-11-26T12:00:09Z", expires_at: "2026-12-03T12:00:09Z",
  file: "/v1/exports/019ca945-0a5d-7a31-b601-eaf59686e7ba/file" });
const problem = (status, code, detail, more = {}) => ({ status,
  contentType: "application/problem+json",
  body: JSON.stringify({ title: "No", status, code, detail, ...more }) });
// In the server's place: what the list has, and what a POST is answered.
const server = (jobs, post) => (route) => (route.request().method() === "GET"
  ? route.fulfill({ json: { exports: jobs() } })
  : route.fulfill(post(route.request())));

test("an export is asked for, written, and taken home octet by octet", async () => {
  const urls = [];
  await onPage(async (page) => {
    page.on("request", (request) => urls.push(request.url()));
    await visit(page, "#/export");
    await page.getByLabel("Domain of the alias").fill("example.test");
    await page.getByRole("radio", { name: "gzip" }).check();
    await page.getByLabel("Reason").fill("ticket 4711");
    // A page that a browser shows changes nothing on the word of its machine alone.
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await accessible(page, "sign-in for a change");
    await page.getByRole("button", { name: "Not now" }).click();
    await page.getByRole("heading", { name: "New export" }).waitFor();
    assert.equal(await page.getByLabel("Reason").inputValue(), "ticket 4711");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByLabel("Token").fill(owner);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Start" }).click();
    await page.locator(".job").first().getByText("Done", { exact: true }).waitFor();
    const one = (await list())[0];
    assert.deepEqual(one.query, { domain: "example.test" });
    assert.equal(one.packing, "gzip");
    assert.equal(one.reason, "ticket 4711");
    assert.match(await text(page), new RegExp(`SHA-256\\s+${one.sha256}`));
    assert.match(await text(page), new RegExp(`${one.count} events, `));
    assert.match(await text(page), /Kept to\s+\w+, \d+ \w+ 20\d\d/);
    const [file] = await Promise.all([page.waitForEvent("download"),
      page.getByRole("button", { name: /^Download, [\d.]+ KiB/ }).click()]);
    assert.equal(file.suggestedFilename(), one.file_name);
    const octets = gunzipSync(readFileSync(await file.path()));
    const last = octets.lastIndexOf("\n", octets.length - 2) + 1;
    assert.equal(createHash("sha256").update(octets.subarray(0, last)).digest("hex"), one.sha256);
    await page.getByText("The browser has the file").waitFor();
    assert.ok(urls.some((url) => url.endsWith("/file")));
    assert.ok(!urls.some((url) => url.includes(owner)), "the token is in no address");
    assert.ok(!page.url().includes(owner) && !page.url().includes("4711"));
  });
});

test("the address of the page is the form, and no time of it loses a digit", async () => {
  const from = "2026-11-20T10:00:00.123456789Z";
  await onPage(async (page) => {
    await signedIn(page);
    await visit(page, `#/export?address=lost%40example.test&kind=bounced&from=${from}&format=csv`);
    assert.equal(await page.getByLabel("Address, in any role").inputValue(), "lost@example.test");
    assert.equal(await page.getByLabel("From (Europe/Berlin").inputValue(), "2026-11-20T11:00");
    assert.ok(await page.getByRole("radio", { name: /^CSV/ }).isChecked());
    await page.getByRole("checkbox", { name: /^Refused/ }).check();
    await page.getByLabel("Before").fill("2027-01-01T00:00:00");
    await page.waitForURL((url) => url.hash.includes("kind=rejected,bounced") &&
      url.hash.includes("to=2026-12-31T23:00:00Z") && url.hash.includes(`from=${from}`));
    assert.equal(await page.evaluate(() => document.activeElement.name), "to", "the focus stays");
    await page.reload();
    await page.getByRole("button", { name: "Start" }).click();
    await page.locator(".job").first().getByText("Done", { exact: true }).waitFor();
    const [one] = await list();
    assert.deepEqual(one.query, { address: "lost@example.test", from,
      to: "2026-12-31T23:00:00Z", kind: ["rejected", "bounced"] }, "as it was said");
    assert.match(await text(page), /takes? one off to have what was there/);
    await visit(page, "#/export?from=yesterday&kind=lost");
    assert.match(await page.getByRole("alert").innerText(), /from=yesterday, kind=lost/);
  });
});

test("a timeline fills the form with what it shows", async () => {
  await onPage(async (page) => {
    await visit(page, "#/alias/lost%40example.test?kind=bounced&from=2026-01-01T00:00:00Z");
    await page.getByRole("link", { name: "Export", exact: true }).last().click();
    await page.waitForURL(/#\/export\?address=lost%40example\.test&role=alias&kind=bounced&from=2026-01-01T00:00:00Z$/);
    assert.equal(await page.getByLabel("Address", { exact: true }).inputValue(), "lost@example.test");
    // Without the role it is the address in any.
    await page.getByRole("link", { name: /^as: alias/ }).click();
    await page.waitForURL(/#\/export\?address=lost%40example\.test&kind=bounced&from=/);
    assert.equal(await page.getByLabel("Address, in any role").inputValue(), "lost@example.test");
    // Another link fills it anew.
    await page.evaluate(() => { location.hash = "#/export?domain=other.test"; });
    await page.waitForFunction(() => document.querySelector("[name=domain]").value === "other.test");
    assert.equal(await page.getByLabel("Address, in any role").inputValue(), "");
    await visit(page, "#/client/127.0.0.1");
    await page.locator("main").getByRole("link", { name: "Export", exact: true }).click();
    await page.waitForURL(/#\/export\?client=127\.0\.0\.1$/);
    await page.getByRole("link", { name: /^client: 127\.0\.0\.1/ }).waitFor();
  });
});

test("what was searched for is exported as it was, with an index or without", async () => {
  await onPage(async (page) => {
    await signedIn(page);
    await visit(page, `#/search?q=${encodeURIComponent("example.test -status:5xx -is:rejected")}`);
    await page.getByRole("link", { name: "Export all of it" }).click();
    await page.waitForURL(/#\/export\?.*status=-5xx/);
    await page.getByRole("link", { name: /^status: -5xx/ }).waitFor();
    assert.ok(!await page.getByRole("checkbox", { name: /^Refused/ }).isChecked());
    await accessible(page, "an export of a search");
    await page.getByRole("button", { name: "Start" }).click();
    await page.locator(".job").first().getByText("Done", { exact: true }).waitFor();
    const [one] = await list();
    assert.equal(one.query.domain, "example.test");
    assert.equal(one.query.status, "-5xx");
    assert.ok(one.query.kind.length > 0 && !one.query.kind.includes("rejected"));
    // All that came in a time.
    await visit(page, `#/search?q=${encodeURIComponent("before:2026-03-01T00:00Z")}`);
    await page.getByRole("link", { name: "Export all of it" }).click();
    await page.waitForURL(/#\/export\?to=2026-03-01T00:00:00/);
  });
});

test("how far an export is stands in words, and nothing is asked once none is under way", async () => {
  let asked = 0;
  const jobs = () => (++asked < 3 ? [job({})] : [finished]);
  await onPage(async (page) => {
    await visit(page, "#/export");
    assert.match(await text(page), /7,700 of 12,400 looked at, 310 in it/);
    const bar = page.getByRole("progressbar", { name: "How far the export of 2026-11-26 12:00:00 is" });
    assert.equal(await bar.evaluate((one) => one.value / one.max), 7700 / 12400);
    await page.getByText("An export is done.").waitFor({ state: "attached" });
    assert.equal(asked, 3);
    await page.waitForTimeout(4000);
    assert.equal(asked, 3, "nothing is under way");
    assert.equal(await page.locator("progress").count(), 0);
  }, { routes: { "**/v1/exports": server(jobs) } });
});

test("a pause, a cancel, a removal: by keyboard, and lost is only what is said twice", async () => {
  const acts = [];
  let state = "running";
  const acted = (request) => {
    acts.push(`${request.method()} ${new URL(request.url()).pathname.replace(/.*ba\/?/, "")}`);
    if (request.url().endsWith("/pause")) state = "paused";
    if (request.url().endsWith("/resume")) state = "waiting";
    if (request.method() === "DELETE") state = "";
    return { json: job({ state }) };
  };
  await onPage(async (page) => {
    await signedIn(page);
    await visit(page, "#/export");
    await page.getByRole("button", { name: /^Pause/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Go on/ }).click();
    await page.getByText("Waits for its turn", { exact: true }).waitFor();
    const cancel = page.getByRole("button", { name: /^Cancel/ });
    await cancel.dblclick();
    await page.getByText("Press once more to confirm").waitFor({ state: "attached" });
    await page.keyboard.press("Escape");
    const sure = page.locator(".sure");
    await sure.waitFor({ state: "detached" });
    await cancel.click();
    await sure.waitFor();
    await accessible(page, "a cancel that asks");
    await page.getByLabel("Reason").focus();
    await sure.waitFor({ state: "detached" }); // leaving it takes it back
    assert.deepEqual(acts, ["POST pause", "POST resume"]);
    await cancel.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByText("There is none").waitFor();
    assert.deepEqual(acts, ["POST pause", "POST resume", "DELETE "]);
    assert.equal(await page.evaluate(() => document.activeElement.id), "exports");
    await page.getByText("It is removed.").waitFor({ state: "attached" });
  }, { routes: { "**/v1/exports**": server(() => (state ? [job({ state })] : []), acted),
                 "**/v1/exports/**": server(() => [], acted) } });
});

test("what cannot be is said in words, and the form stays as it was", async () => {
  const answers = [
    [problem(503, "too_many_exports", "There are 20 exports already, 20 of them yours: remove some."), /There are 20 exports already, 20 of them yours: remove some/],
    [problem(403, "scope_missing", 'The kind "access" asks for the scope "access" too.'),
     /You lack the scope access/],
    [problem(404, "not_found", "The domain is none: write example.org.", { parameter: "domain" }),
     /domain: The domain is none: write example\.org/],
  ];
  for (const [answer, words] of answers) {
    await onPage(async (page) => {
      await visit(page, "#/export?domain=x");
      await page.getByRole("button", { name: "Start" }).click();
      assert.match(await page.getByRole("alert").innerText(), words);
      assert.equal(await page.getByLabel("Domain of the alias").inputValue(), "x");
    }, { routes: { "**/v1/exports**": server(() => [], () => answer) } });
  }
  const whole = [
    [problem(403, "scope_missing", 'This asks for the scope "export", which you have not.'),
     /Exports ask for the scope export, which you lack[^]*waybill token create --scope export/],
    [problem(501, "no_exports", "Exports are made where the views of all partitions are and grow."),
     /Not available here: Exports are made where/],
  ];
  for (const [answer, words] of whole) {
    await onPage(async (page) => {
      await visit(page, "#/export");
      assert.match(await text(page), words);
      assert.equal(await page.getByRole("button", { name: "Start" }).count(), 0);
      await accessible(page, "no exports");
    }, { routes: { "**/v1/exports": (route) => route.fulfill(answer) } });
  }
});

test("a file that is too large for a page has its size said, and a command", async () => {
  await onPage(async (page) => {
    await signedIn(page);
    await visit(page, "#/export");
    assert.match(await text(page), /This is 5\.0 GiB, which is too much for a page/);
    assert.equal(await page.getByRole("button", { name: /^Download/ }).count(), 0);
    assert.equal(await page.locator("pre").first().innerText(),
      `curl -f -C - -o ${finished.file_name} -H "Authorization: Bearer $(cat token)" '${base}${finished.file}'`);
    assert.doesNotMatch(await page.content(), new RegExp(owner));
  }, { routes: { "**/v1/exports": server(() => [finished]) } });
});

test("a download that breaks off goes on where it broke, and one that is refused says why", async () => {
  const { id } = await make("domain=example.test");
  const one = await done(id);
  const whole = await (await fetch(`${base}${one.file}`)).text();
  const asked = [];
  const cut = async (route) => {
    const range = route.request().headers().range;
    asked.push(range ?? "all");
    if (range) return route.continue();
    await route.fulfill({ status: 200, headers: { ETag: `"${id}-${one.octets}"` },
                          body: whole.slice(0, 1000) });
  };
  await onPage(async (page) => {
    await visit(page, "#/export");
    const [file] = await Promise.all([page.waitForEvent("download"),
      page.getByRole("button", { name: /^Download/ }).first().click()]);
    assert.equal(readFileSync(await file.path(), "utf8"), whole);
    assert.deepEqual(asked, ["all", "bytes=1000-"]);
  }, { routes: { "**/file": cut } });
  await onPage(async (page) => {
    await visit(page, "#/export");
    await page.getByRole("button", { name: /^Download/ }).first().click();
    await page.getByText("The file of this export is gone: make it again.").waitFor();
  }, { routes: { "**/file": (route) => route.fulfill(
    problem(410, "file_gone", "The file of this export is gone: make it again.")) } });
});

test("the page is for all: in both schemes, from 320 pixels to 4 K", async () => {
  const jobs = [job({ query: { address: `"<script>alert(1)</script>\u202E"@${"x".repeat(60)}.test` },
                      reason: "a\u202Eb" }),
    job({ id: "b", state: "failed", why: "the disk is full" }),
    job({ id: "c", state: "paused", of: 0, looked_at: 0 }), { ...finished, id: "d" }];
  for (const [width, colorScheme] of [[1280, "light"], [390, "dark"], [320, "light"], [3840, "dark"]]) {
    await onPage(async (page) => {
      await visit(page, "#/export?kind=bounced");
      await settled(page);
      assert.equal(await page.locator(".job").count(), 4);
      await fits(page, `exports at ${width}`);
      await accessible(page, `exports at ${width}`);
      assert.equal(await page.locator("main script").count(), 0);
      assert.doesNotMatch(await page.locator("body").innerText(), /\u202E/);
    }, { width, colorScheme, routes: { "**/v1/exports": server(() => jobs) } });
  }
});
