// What people do on the dashboard, and what must never happen on it (docs/dashboard.md).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, base, close, fits, onPage, open, send, settled, visit } from "./browser.mjs";

before(open);
after(close);

const encoded = encodeURIComponent;
const history = (address, query = "") => fetch(
  `${base}/v1/addresses/${encoded(address)}/history?${query}`).then((answer) => answer.json());

async function deliveryOf(address, kind) {
  const { entries } = await history(address, `kind=${kind}`);
  return entries.findLast((entry) => entry.delivery_id && !entry.reported_delivery_id).delivery_id;
}
async function messageOf(id) {
  const answer = await fetch(`${base}/v1/messages?message_id=${encoded(id)}`);
  return (await answer.json()).messages[0].message_id;
}
async function text(page) {
  return page.locator("main").innerText();
}

async function everyPage() {
  const [bounced, forwarded, refused] = await Promise.all([
    deliveryOf("lost@example.test", "bounced"), deliveryOf("buzz@example.test", "forwarded"),
    deliveryOf("closed@example.test", "rejected")]);
  const many = await messageOf("<many@origin.test>");
  return {
    overview: "#/?domain=example.test",
    search: "#/search",
    found: "#/search?q=lost%40example.test",
    refused: "#/search?q=*ales%40x.test",
    timeline: "#/alias/buzz%40example.test",
    filtered: "#/alias/lost%40example.test?kind=bounced",
    empty: "#/alias/nobody-ever%40example.test",
    client: "#/client/127.0.0.1",
    bounced: `#/delivery/${bounced}`,
    forwarded: `#/delivery/${forwarded}`,
    "refused delivery": `#/delivery/${refused}`,
    message: `#/message/${many}`,
    "message-id": "#/message-id/%3Chostile%40origin.test%3E",
    "a misspelt field": "#/search?q=lost%40example.test%20frm%3Aann",
    "a narrowed search": "#/search?q=lost%40example.test%20is%3Abounced%20since%3A7d",
    events: "#/events?next_hop=mx.hop.test",
    "no events": "#/events?rule=no-such-rule&domain=example.test&kind=-rejected",
    live: "#/live?after=start",
    access: "#/access",
    nothing: "#/no-such-page",
  };
}

test("every page is for all: axe finds nothing, and nothing is wider than its window", async () => {
  const pages = await everyPage();
  for (const [width, colorScheme] of [[1280, "light"], [390, "dark"]]) {
    await onPage(async (page) => {
      for (const [name, fragment] of Object.entries(pages)) {
        await visit(page, fragment);
        for (const fold of await page.locator("summary").all()) await fold.click();
        await fits(page, `${name} at ${width}`);
        await accessible(page, `${name} at ${width}`);
        if (name !== "nothing") assert.notEqual(await page.title(), "Waybill");
      }
    }, { width, colorScheme });
  }
});

// WCAG 1.4.10: 1280 pixels at four times the size are 320.
test("a window of 4 K and one of 320 pixels have all of it", async () => {
  const pages = await everyPage();
  for (const width of [3840, 320]) {
    await onPage(async (page) => {
      for (const [name, fragment] of Object.entries(pages)) {
        await visit(page, fragment);
        await fits(page, `${name} at ${width}`);
      }
    }, { width });
  }
});

// Pages of a folder come as they are, and not packed as the program has them.
const packed = { skip: Boolean(process.env.WAYBILL_PAGES) };
test("a first visit transfers less than 150 KiB and is there within a second", packed, async () => {
  await onPage(async (page) => {
    const sizes = [];
    page.on("requestfinished", (request) => sizes.push(request.sizes()));
    const began = performance.now();
    await page.goto(`${base}/`);
    await page.locator("h1").waitFor();
    const took = performance.now() - began;
    await settled(page);
    const files = (await Promise.all(sizes)).reduce((all, one) => all + one.responseBodySize, 0);
    assert.ok(files < 150 * 1024, `${files} octets`);
    assert.ok(took < 1000 * Number(process.env.WAYBILL_SLOWER ?? 3), `${took} ms`);
  });
});

test("an address leads to its groups, a timeline and a delivery; Back leads back", async () => {
  await onPage(async (page) => {
    await visit(page, "#/");
    await page.waitForFunction(() => document.activeElement.id === "box");
    await page.keyboard.type("lost@example.test");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "as alias" }).getByText(/Came back|report/).first().waitFor();
    await settled(page);
    assert.match(await text(page), /No mail for lost@example\.test as target, all time/);
    await page.getByRole("link", { name: "The whole timeline as alias" }).click();
    await page.getByRole("link", { name: /^Came back, or reported/ }).click();
    await page.waitForURL(/kind=bounced/);
    await settled(page);
    await page.locator(".row a").last().click();
    await page.getByText("came back", { exact: false }).first().waitFor();
    const words = /550 5\.1\.1 <hidden@\[127\.0\.0\.1\]>: user unknown/g;
    assert.equal((await text(page)).match(words).length, 1, "said once");
    assert.match(await text(page), /The sender was told/);
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.waitForURL(/#\/search\?q=lost%40example\.test/);
    await page.waitForFunction(() => document.querySelector("#box")?.value === "lost@example.test");
  });
});

test("an id opens the only thing that has it, and Back skips the search", async () => {
  const id = await deliveryOf("buzz@example.test", "forwarded");
  await onPage(async (page) => {
    await visit(page, "#/access");
    await page.keyboard.press("Control+k");
    await page.getByLabel("Search").fill(id.toUpperCase().replaceAll("-", ""));
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`#/delivery/${id}`));
    await page.getByText("bounces are awaited").waitFor();
    assert.doesNotMatch(await text(page), /\bdelivered\b/i);
    await page.goBack();
    await page.waitForURL(/#\/search$/);
  });
});

test("the server reads what is typed: it is read back, narrowed, and each condition can go", async () => {
  await onPage(async (page) => {
    await visit(page, "#/search");
    await page.getByLabel("Search").fill("lost@example.test is:bounced since:7d");
    await page.keyboard.press("Enter");
    const group = page.getByRole("region", { name: "as alias" });
    await group.getByText("Came back").first().waitFor();
    await settled(page);
    const asked = await fetch(`${base}/v1/search?explain=true&q=${encoded("lost@example.test is:bounced since:7d")}`);
    const { query } = await asked.json();
    // The moment that a distance comes to is later each time.
    const [said] = query.sentence.split(", not before");
    assert.ok(said.length > 80 && (await text(page)).includes(said), said);
    assert.equal(await group.getByText("forwarded", { exact: true }).count(), 0);
    assert.equal(await page.getByRole("region", { name: "as Message-ID" }).count(), 0);
    // What is shown is what the way on shows.
    assert.match(await group.getByRole("link", { name: /whole timeline/ }).getAttribute("href"),
                 /^#\/alias\/lost%40example\.test\?.*kind=bounced/);
    assert.match(await group.getByRole("link", { name: /^Export/ }).getAttribute("href"),
                 /^#\/export\?address=lost%40example\.test&role=alias&kind=bounced&from=2/);
    await page.getByRole("link", { name: /bounced\s*, take away/ }).click();
    await page.waitForURL((url) => !url.hash.includes("bounced") && url.hash.includes("since:7d"));
    await group.getByText("forwarded", { exact: true }).first().waitFor();
  });
});

test("what is no query is refused at its place, and one that works is a step away", async () => {
  await onPage(async (page) => {
    await visit(page, `#/search?q=${encoded("\u00E4nn@example.test frm:lost@example.test")}`);
    assert.match(await page.getByRole("alert").innerText(), /frm: is no field.*unknown_field/s);
    assert.match(await page.locator("mark").innerText(), /^here:\s+frm:$/);
    await page.locator(".refusal a").click();
    await page.waitForURL(/from:/);
    await visit(page, "#/search?q=-is:bounced");
    assert.equal(await page.locator(".refusal a").innerText(), "-is:bounced since:24h");
    await visit(page, "#/search?q=from:sub*");
    assert.match(await page.getByRole("alert").innerText(), /no_index/);
  });
});

test("a pasted header is offered from line by line, and looks nothing up", async () => {
  const urls = [];
  await onPage(async (page) => {
    page.on("request", (request) => urls.push(request.url()));
    await visit(page, "#/search");
    await page.getByLabel("Search").fill("Return-Path: <ann@origin.test>\nX-Spam: no\nMessage-ID:\n" +
      " <many@origin.test>\nDelivered-To: lost@example.test\nSubject: to@nobody.test\n");
    await page.keyboard.press("Enter");
    await page.getByText("looks like a header").waitFor();
    assert.match(await text(page), /2 lines were left out/);
    const chips = page.locator("main .chip");
    assert.deepEqual(await chips.allInnerTexts(), ["Return-Path: from:ann@origin.test",
      "Message-ID: msgid:many@origin.test", "To: to:lost@example.test"]);
    const asked = urls.filter((url) => url.includes("/v1/"));
    assert.ok(asked.length === 3 && asked.every((url) => url.includes("explain=true")), asked);
    await chips.nth(1).click();
    await page.locator(".tree").first().waitFor();
    await visit(page, `#/search?q=${encoded("From: nobody\nTo: nobody\n")}`);
    assert.match(await page.getByRole("alert").innerText(), /In these lines nothing was found/);
  });
});

test("a day is the reader's, and an address of the dashboard is gone to", async () => {
  const offsets = [];
  const seen = (route) => {
    offsets.push(new URL(route.request().url()).searchParams.get("utc_offset"));
    return route.continue();
  };
  for (const [timezoneId, query] of [["Asia/Kolkata", ""], ["America/St_Johns", ""], ["Asia/Kolkata", "&utc=1"]]) {
    await onPage(async (page) => {
      await visit(page, `#/search?q=lost%40example.test%20after:2026-01-01${query}`);
      await page.getByRole("region", { name: "as alias" }).waitFor();
    }, { timezoneId, routes: { "**/v1/search?*": seen } });
  }
  assert.equal(offsets[0], "330");
  assert.ok(["-210", "-150"].includes(offsets[1]), offsets[1]);
  assert.equal(offsets[2], "0");
  await onPage(async (page) => {
    await visit(page, "#/search");
    await page.getByLabel("Search").fill(`${base}/#/alias/lost%40example.test?kind=bounced`);
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/alias\/lost%40example\.test\?kind=bounced/);
  });
});

test("a search that is only late asks again by itself", async () => {
  let asked = 0;
  const late = async (route) => {
    const answer = await (await route.fetch()).json();
    if (++asked < 2) {
      for (const group of answer.groups.filter((one) => one.answer.entries)) {
        group.rows = 0;
        group.answer.entries = [];
        delete group.answer.next_cursor;
        delete group.answer.as_of.complete_at;
        group.answer.as_of.lag = 3;
      }
    }
    await route.fulfill({ json: answer });
  };
  await onPage(async (page) => {
    await visit(page, "#/search?q=alias:lost%40example.test");
    await page.getByText("Not an answer yet").waitFor();
    await page.locator(".rows").getByText("Came back").first().waitFor();
    assert.equal(asked, 2);
  }, { routes: { "**/v1/search?*": late } });
});

test("a message is a tree of its recipients, with each one's fate", async () => {
  await onPage(async (page) => {
    await visit(page, "#/search?q=%3Cmany%40origin.test%3E");
    const tree = page.locator(".tree").first();
    assert.match(await tree.innerText(), /4 recipients, 5 targets, 3 taken, 1 refused, 2 came back/);
    assert.match(await tree.innerText(), /unknown-alias/);
  });
});

test("a message's own page follows what came back to its way home", async () => {
  const { entries } = await history("lost@example.test", "kind=bounced");
  const { message_id: id } = entries.find((entry) => entry.sender?.endsWith("@origin.test"));
  await onPage(async (page) => {
    await visit(page, `#/message/${id}`);
    const tree = await page.locator(".tree").first().innerText();
    assert.match(tree, /came back/);
    assert.match(tree, /The report was taken at home/);
  });
});

test("who has to say why is asked once, and the reason goes with all that is asked", async () => {
  const reasons = new Set();
  const strict = async (route) => {
    const reason = new URL(route.request().url()).searchParams.get("reason");
    if (reason) {
      reasons.add(reason);
      return route.continue();
    }
    return route.fulfill({ status: 403, contentType: "application/problem+json",
                           body: JSON.stringify({ status: 403, code: "reason_required",
                                                  detail: "Say why." }) });
  };
  await onPage(async (page) => {
    await visit(page, "#/alias/buzz%40example.test");
    await page.getByLabel(/Why do you ask/).fill("ticket 7: wo ist B\u00fccher?");
    await page.keyboard.press("Enter");
    await page.locator(".rows").getByText("Taken by the next hop").first().waitFor();
    await visit(page, "#/alias/lost%40example.test");
    await page.locator(".rows").getByText("Came back").first().waitFor();
    assert.deepEqual([...reasons], ["ticket 7: wo ist B\u00fccher?"]);
  }, { routes: { "**/v1/addresses/**": strict } });
});

test("what strangers wrote is text, and turns nothing around it", async () => {
  const pages = await everyPage();
  await onPage(async (page) => {
    for (const fragment of [pages["message-id"], pages.timeline, pages.live, "#/client/127.0.0.1",
                            "#/search?q=%3Cscript%3Ealert(9)%3C%2Fscript%3E%40x.test",
                            "#/message-id/%3Cturned%40origin.test%3E", "#/message-id/%3Clong%40origin.test%3E",
                            `#/${encoded("<img src=x onerror=alert(7)>")}`]) {
      await visit(page, fragment);
      for (const fold of await page.locator("summary").all()) await fold.click();
      assert.equal(await page.locator("main script, main img, main iframe").count(), 0, fragment);
      assert.doesNotMatch(await page.locator("body").innerText(), /[\u202A-\u202E\u2066-\u2069]/);
      assert.doesNotMatch(await page.title(), /[\u202A-\u202E\u2066-\u2069]/);
    }
    await visit(page, "#/message-id/%3Chostile%40origin.test%3E");
    assert.match(await text(page), /<script>alert\(1\)<\/script><img src=x onerror=alert\(2\)>/);
    await visit(page, "#/message-id/%3Cturned%40origin.test%3E");
    assert.match(await text(page), /abc U\+202E right-to-left override ?gnp\.exe/);
    await visit(page, "#/message-id/%3Clong%40origin.test%3E");
    assert.ok((await text(page)).length < 3000, "what is long is cut");
    assert.match(await text(page), /Subject: y+ … \([\d,]+ characters\)/);
  });
});

test("an address of 10 kB is answered in words", async () => {
  await onPage(async (page) => {
    await visit(page, "#/");
    await page.getByLabel("Search").fill(`${"a".repeat(10_000)}@x.test`);
    await page.keyboard.press("Enter");
    await page.getByText("longer than any query: 10,007 characters").waitFor();
    await visit(page, `#/alias/${"a".repeat(10_000)}%40x.test`);
    await page.getByRole("alert").waitFor();
    await fits(page, "a long address");
  });
});

test("times are the reader's, UTC stands beside them, and a switch is in the address", async () => {
  const id = await deliveryOf("buzz@example.test", "forwarded");
  const { entries } = await history("buzz@example.test", "kind=forwarded");
  const iso = entries.find((entry) => entry.delivery_id === id).time;
  for (const [timezoneId, minutes] of [["Europe/Berlin", 60], ["Asia/Kolkata", 330], ["Australia/Lord_Howe", 660]]) {
    await onPage(async (page) => {
      await visit(page, `#/delivery/${id}`);
      const time = page.locator(`time[datetime="${iso}"]`).first();
      const own = new Intl.DateTimeFormat("en-GB", { timeZone: timezoneId, timeStyle: "medium" });
      assert.equal(await time.innerText(), own.format(new Date(iso)));
      assert.equal(await time.getAttribute("title"), `${iso.replace("T", " ").slice(0, -1)} UTC`);
      const hours = `UTC+${String(Math.floor(minutes / 60)).padStart(2, "0")}:${minutes % 60 || "00"}`;
      assert.ok((await page.locator(".zone").innerText()).includes(hours), hours);
      if (minutes !== 60) return;
      await page.getByRole("link", { name: "show UTC" }).click();
      await page.waitForURL(/utc=1/);
      await time.getByText(iso.slice(11, 19)).waitFor();
      await page.getByRole("link", { name: "Live" }).click();
      await page.waitForURL(/#\/live\?utc=1/);
    }, { timezoneId });
  }
});

test("nothing that is only late is called nothing, and the row comes without a click", async () => {
  let asked = 0;
  const late = async (route) => {
    const answer = await (await route.fetch()).json();
    if (++asked < 2) {
      answer.entries = [];
      delete answer.next_cursor;
      delete answer.as_of.complete_at;
      answer.as_of.lag = 3;
      for (const part of answer.as_of.partitions) part.lag = 3;
    }
    await route.fulfill({ json: answer });
  };
  await onPage(async (page) => {
    await visit(page, "#/alias/lost%40example.test");
    await page.getByText("Not an answer yet").waitFor();
    assert.match(await text(page), /3 events of the log are not here yet/);
    await page.locator(".rows").getByText("Came back").first().waitFor();
    assert.equal(asked, 2);
  }, { routes: { "**/history?*": late } });
});

test("a part that does not answer is named, and what is shown stays", async () => {
  let asked = 0;
  const missing = async (route) => {
    if (++asked === 1) return route.continue();
    await route.fulfill({ status: 503, headers: { "Retry-After": "60" }, contentType: "application/problem+json",
      body: JSON.stringify({ title: "Service Unavailable", status: 503, code: "partitions_missing",
        detail: "Ask again later.", as_of: { time: null, lag: 0, partitions: [], missing: [2] } }) });
  };
  await onPage(async (page) => {
    await visit(page, "#/alias/lost%40example.test");
    await page.getByRole("link", { name: /^Refused\s*, show these alone/ }).click();
    await page.getByRole("alert").waitFor();
    assert.match(await text(page), /Part 2 of the log did not answer/);
    assert.match(await text(page), /Asking again in 60 s/);
  }, { routes: { "**/history?*": missing } });
});

test("who is asked for a token signs in, and the page that led there opens", async () => {
  const token = process.env.WAYBILL_OWNER_TOKEN;
  const seen = [];
  const guarded = async (route) => {
    const shown = route.request().headers().authorization;
    seen.push(route.request().url());
    if (shown === `Bearer ${token}`) return route.continue();
    await route.fulfill({ status: 401, contentType: "application/problem+json",
      body: JSON.stringify({ title: "Unauthorized", status: 401, code: "unauthorized" }) });
  };
  await onPage(async (page) => {
    await visit(page, "#/alias/lost%40example.test?kind=bounced");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await accessible(page, "sign-in");
    assert.match(await page.title(), /^Sign in/);
    await page.getByLabel("Token").fill("wbp_wrong");
    await page.keyboard.press("Enter");
    await page.getByText("does not take that token").waitFor();
    await page.getByLabel("Token").fill(token);
    await page.keyboard.press("Enter");
    await page.locator(".rows").getByText("Came back").first().waitFor();
    await page.waitForFunction(() => document.activeElement.tagName === "H1");
    assert.match(await page.title(), /^lost@example\.test as alias/);
    assert.ok(!seen.some((url) => url.includes(token)), "the token is in no address");
    assert.ok(!page.url().includes(token));
    assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0);
    await page.reload();
    await page.locator(".rows").getByText("Came back").first().waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  }, { routes: { "**/v1/**": guarded } });
});

test("live shows what comes, stops when somebody reads, and says how much came meanwhile", async () => {
  await onPage(async (page) => {
    await visit(page, "#/live?kind=rejected");
    await page.getByText("Following").waitFor();
    await send("ann@origin.test", "first@example.test");
    await page.getByText("first@example.test").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await send("ann@origin.test", "second@example.test");
    await page.getByText("Paused, 1 new").waitFor();
    assert.equal(await page.getByText("second@example.test").count(), 0);
    await page.getByRole("button", { name: "Follow" }).click();
    await page.getByText("second@example.test").waitFor();
    await page.locator(".live .row a").first().focus();
    await page.getByText("Paused, 0 new").waitFor();
  });
});

test("live goes on from the cursor of the last line, and shows nothing twice", async () => {
  const event = (n) => ({ cursor: `c${n}`, event: { kind: "dropped", event_id: `e${n}`,
    occurred_at: "2026-03-01T12:00:00Z", alias: `n${n}@example.test`, dropped: { rule: "r" } } });
  const asked = [];
  const answers = [[event(1), event(2)], [event(2), event(3), { cursor: "c4", gap: { partition: 1, from: 5, to: 9 } }]];
  const broken = async (route) => {
    asked.push(new URL(route.request().url()).searchParams.get("after"));
    const lines = answers.shift();
    if (!lines) return route.fulfill({ status: 410, contentType: "application/problem+json",
      body: JSON.stringify({ title: "Gone", status: 410, code: "cursor_ahead", detail: "Begin again." }) });
    await route.fulfill({ contentType: "application/x-ndjson",
      body: lines.map((line) => JSON.stringify(line) + "\n").join("") });
  };
  await onPage(async (page) => {
    await visit(page, "#/live?after=start");
    await page.getByText("Begin again.").waitFor();
    assert.deepEqual(asked, ["start", "c2", "c4"]);
    const rows = await page.locator(".live .row").allInnerTexts();
    assert.equal(rows.length, 4);
    assert.match(rows[0], /4 events of part 1 of the log are lost for good \(5 to 8\)/);
    assert.match(rows[1], /n3@/);
    assert.match(rows[3], /n1@/);
  }, { routes: { "**/v1/feed*": broken } });
});

test("a flood fills no more than the page holds, and what left it is counted", async () => {
  const lines = Array.from({ length: 5000 }, (_, n) => JSON.stringify({ cursor: `c${n}`, event: {
    kind: "dropped", event_id: `e${n}`, occurred_at: "2026-03-01T12:00:00Z", alias: `n${n}@example.test`,
    dropped: { rule: "r" } } }) + "\n").join("");
  let asked = 0;
  const flood = (route) => (++asked === 1
    ? route.fulfill({ contentType: "application/x-ndjson", body: lines })
    : route.abort());
  await onPage(async (page) => {
    await visit(page, "#/live");
    await page.getByText("4,500 older events have left this page").waitFor();
    assert.equal(await page.locator(".live .row").count(), 500);
    assert.match(await page.locator(".live .row").first().innerText(), /n4999@/);
  }, { routes: { "**/v1/feed*": flood } });
});

test("the keyboard alone does it, and the focus is seen and goes to the new page", async () => {
  await onPage(async (page) => {
    await visit(page, "#/access");
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip/);
    for (let n = 0; n < 8; ++n) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement.textContent === "Overview")) break;
    }
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
    assert.equal(ring, "3px");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/overview/);
    await page.waitForFunction(() => document.activeElement.id === "box");
    await visit(page, "#/alias/buzz%40example.test");
    await page.locator(".tabs a").nth(1).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/sender\//);
    await page.waitForFunction(() => document.activeElement.tagName === "H1");
  });
});

test("who looked at an address is two steps away, and the look is on record", async () => {
  await onPage(async (page) => {
    await visit(page, "#/alias/team%40example.test");
    await page.getByRole("link", { name: "Who looked at this" }).click();
    await page.waitForURL(/#\/access\?subject=team%40example\.test/);
    await page.getByText(/GET \/v1\/addresses\/team%40example\.test\/history/).first().waitFor();
    assert.match(await text(page), /local from 127\.0\.0\.1/);
    await accessible(page, "access");
  });
});

test("the figures of a domain are bars, a sentence and a table that agree", async () => {
  const { total } = await (await fetch(`${base}/v1/domains/example.test/counters`)).json();
  await onPage(async (page) => {
    await visit(page, "#/");
    await page.getByLabel("Domain of this server").fill("example.test");
    await page.keyboard.press("Enter");
    await page.waitForURL(/domain=example\.test/);
    await page.locator(".chart canvas").waitFor();
    assert.match(await page.locator(".chart").getAttribute("aria-label"),
                 new RegExp(`${total.forwarded} taken by next hops`));
    await page.getByText("As a table").click();
    const foot = await page.locator("tfoot td").allInnerTexts();
    assert.deepEqual(foot.map(Number), ["accepted", "forwarded", "rejected_by_policy",
      "rejected_by_next_hop", "deferred", "dropped", "in_doubt", "bounced"].map((name) => total[name]));
    await visit(page, "#/?domain=nobody.example");
    assert.doesNotMatch(await text(page), /NaN|undefined/);
  });
});

test("a next hop has its share, its times and its refusal, and each number leads to its events", async () => {
  const { rows } = await (await fetch(`${base}/v1/figures?by=next_hop`)).json();
  const hop = rows.find((row) => row.name === "mx.hop.test");
  assert.deepEqual([hop.took, hop.asked, hop.counts.rejected_by_next_hop], [1, 3, 2]);
  await onPage(async (page) => {
    await visit(page, "#/");
    const table = page.getByRole("region", { name: "Next hops" }).locator("table");
    const row = table.getByRole("row", { name: /mx\.hop\.test/ });
    const cells = await row.getByRole("cell").allInnerTexts();
    assert.match(cells[0], /^1\b.*of 3$/s);
    assert.deepEqual(cells.slice(1, 4).map((text) => Number.parseInt(text, 10)), [2, 0, 0]);
    for (const cell of cells.slice(4, 6)) assert.match(cell, /^(under 1 ms|\d+ ms|\d\.\d s)$/);
    assert.equal(cells[6], "in its own words");
    for (const [link, lines] of [[/^2\s+refused at/, 2], [/^1\s+taken by/, 1], [/^mx\.hop\.test$/, 3],
                                 [/^in its own words$/, 2]]) {
      await row.getByRole("link", { name: link }).click();
      await page.waitForURL(/#\/events\?next_hop=mx\.hop\.test/);
      await settled(page);
      await page.getByText("That is all.").waitFor();
      assert.equal(await page.locator(".row").count(), lines, String(link));
      await page.goBack();
      await row.waitFor();
    }
    await page.getByRole("link", { name: "most asked first" }).click();
    await page.waitForURL(/hops=asked/);
    await table.locator("tbody th").first().getByText("[127.0.0.1]").waitFor();
  });
  const ruled = async (route) => {
    const answer = await (await route.fetch()).json();
    const row = answer.rows.find((one) => one.name === "mx.hop.test");
    Object.assign(row, { took: 1999, asked: 2000, says_most: { rule: "next-hop-throttles", count: 2 } });
    await route.fulfill({ json: answer });
  };
  await onPage(async (page) => {
    await visit(page, "#/");
    const row = page.getByRole("row", { name: /mx\.hop\.test/ });
    assert.match(await row.innerText(), /of 2,000 99 %.*next-hop-throttles 2$/s);
    assert.match(await row.getByRole("link", { name: "next-hop-throttles" }).getAttribute("href"),
                 /^#\/events\?next_hop=mx\.hop\.test&.*kind=rejected,deferred.*&rule=next-hop-throttles$/);
  }, { routes: { "**/v1/figures?*": ruled } });
});

test("the events of a search have an address, which pages on for whoever is sent it", async () => {
  const { entries } = await (await fetch(`${base}/v1/events?domain=example.test&limit=500`)).json();
  assert.ok(entries.length > 50, `${entries.length} events are more than a page`);
  let sent;
  await onPage(async (page) => {
    await visit(page, `#/search?q=${encoded("example.test status:5xx")}`);
    const group = page.locator(".group").filter({ has: page.getByRole("link", { name: /by themselves/ }) });
    await group.getByRole("link", { name: /by themselves/ }).click();
    await page.waitForURL(/#\/events\?.*status=5xx/);
    await settled(page);
    await page.getByRole("link", { name: /^refusal|^status/ }).click();
    await page.waitForURL((url) => url.hash.startsWith("#/events?") && !url.hash.includes("status"));
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForURL(/cursor=/);
    await page.getByText("That is all.").waitFor();
    sent = new URL(page.url()).hash;
  });
  await onPage(async (page) => {
    await visit(page, sent);
    await page.getByText("That is all.").waitFor();
    assert.equal(await page.locator(".row").count(), entries.length - 50);
    await page.getByRole("link", { name: "Newest" }).click();
    await page.waitForURL((url) => !url.hash.includes("cursor"));
    await page.locator(".row").nth(49).waitFor();
    await visit(page, "#/events?colour=red");
    assert.match(await page.getByRole("alert").innerText(), /colour/);
    await visit(page, "#/events?client=192.0.2.1");
    assert.match(await page.getByRole("alert").innerText(), /no_index/);
  });
});
