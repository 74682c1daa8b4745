// A browser for one file of tests, and pages of it in which nothing may go wrong unseen: no error,
// no violation of the policy, no dialog, no question to another server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createConnection } from "node:net";
import { chromium } from "playwright-core";

export const base = process.env.WAYBILL_BASE;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// What a page that is set up to be refused says, and the favicon of nobody.
const expected = /Failed to load resource/;

// WAYBILL_PAGES: a folder of pages, query/dashboard/dist, in the place of those that the program has;
// so they are tried without building it. Everything else of the answer stays, its policy too.
const folder = process.env.WAYBILL_PAGES;
const files = { "/": "index.html", "/signed-in": "index.html", "/app.css": "app.css", "/app.js": "app.js" };
async function fromFolder(route) {
  const answer = await route.fetch({ headers: { ...route.request().headers(), "accept-encoding": "" } });
  const file = files[new URL(route.request().url()).pathname];
  await route.fulfill({ response: answer, body: readFileSync(`${folder}/${file}`) });
}

let browser;
export async function open() {
  browser = await chromium.launch({
    executablePath: process.env.BROWSER,
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
  });
}
export async function close() {
  await browser.close();
}

// `work` gets a page of a context of its own. `routes`: what is answered in the server's place;
// `origins`: which servers a page may ask; `complaints`: what the browser may say of that.
export async function onPage(work, { width = 1280, height = 900, routes = {}, origins = [base],
                                     complaints = expected, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, timezoneId: "Europe/Berlin", ...options });
  const wrong = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(5000 * Number(process.env.WAYBILL_SLOWER ?? 3));
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      wrong.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("console", (message) => {
      const said = message.text();
      if (message.type() === "error" && !expected.test(said) && !complaints.test(said)) wrong.push(said);
    });
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "data:" && protocol !== "blob:" && !origins.includes(origin)) wrong.push(`asked ${request.url()}`);
    });
    if (folder) await page.route((url) => url.pathname in files, fromFolder);
    for (const [pattern, answer] of Object.entries(routes)) await page.route(pattern, answer);
    await work(page, context).catch(async (error) => {
      const shown = await page.locator("body").innerText().catch(() => "nothing");
      error.message += `\nat ${page.url()}, which shows:\n${shown.slice(0, 2000)}`;
      throw error;
    });
  } finally {
    await context.close();
  }
  assert.deepEqual(wrong, []);
}

export async function visit(page, fragment) {
  await page.goto(`${base}/${fragment}`);
  await settled(page);
}

// Everything that was asked is answered.
export async function settled(page) {
  await page.locator("main h1:visible").waitFor();
  await page.waitForFunction(() => !document.querySelector(".asking"));
}

// Without the bypass of the policy that axe would need: it is evaluated, not loaded.
export async function accessible(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(found.violations.map((one) =>
    `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`), [], name);
}

export async function fits(page, name) {
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= window, `${name} is ${wide} pixels wide in a window of ${window}`);
}

// One message over SMTP.
export function send(sender, recipient) {
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(process.env.WAYBILL_SMTP_PORT), "127.0.0.1");
    const lines = ["EHLO client.origin.test", `MAIL FROM:<${sender}>`, `RCPT TO:<${recipient}>`, "QUIT"];
    let text = "";
    socket.on("data", (data) => {
      text += data;
      if (!/^\d{3} .*\r\n$/m.test(text.slice(text.lastIndexOf("\n", text.length - 2) + 1))) return;
      text = "";
      if (lines.length > 0) socket.write(`${lines.shift()}\r\n`);
    });
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}
