import assert from "node:assert/strict";
import test from "node:test";
import { link, readAddress } from "./address";
import { command, digestCommand } from "./download";
import { askedOf, kindsIn, progressWords, strangeKinds, subjectWords } from "./exports";
import { octets } from "./numbers";
import { fieldOf, ofField, showUtc } from "./time";
import type { ExportJob } from "./types";

test("a command has nothing that a shell would run", () => {
  const file = "/v1/exports/019ca945-0a5d-7a31-b601-eaf59686e7ba/file";
  assert.equal(
    command("http://[::1]:8025", file, "export-1.csv", false),
    `curl -f -C - -o export-1.csv 'http://[::1]:8025${file}'`,
  );
  assert.match(
    command("https://a.test", file, "a.csv", true),
    /"Authorization: Bearer \$\(cat token\)"/,
  );
  for (const name of ["a;b", "$(x)", "a'b", "a b", "`x`", ""]) {
    assert.equal(command("https://a.test", file, name, true), "", name);
    assert.equal(digestCommand(name, "none"), "", name);
  }
  assert.equal(digestCommand("a.gz", "gzip"), "gzip -dc a.gz | head -n -1 | sha256sum");
});

test("what was asked for, and how far it is, stands in words", () => {
  assert.equal(subjectWords({}), "All events of mail");
  assert.equal(
    subjectWords({ kind: ["access"] }),
    "All events, of these kinds: History was looked at",
  );
  assert.equal(
    subjectWords({ domain: "x.test", address: "a@x.test", class: ["hard"] }),
    "Events of a@x.test in the domain x.test, of these classes: hard",
  );
  assert.equal(
    subjectWords({ kind: ["-access"], class: ["hard", "-soft"], rule: "-spam", status: "5xx" }),
    "All events of mail, of none of these kinds: History was looked at, of these classes: hard, " +
      "of none of these classes: soft, rule=-spam, status=5xx",
  );
  const job = { looked_at: 7_700, of: 124_000, count: 310 } as ExportJob;
  assert.equal(progressWords(job), "7,700 of 124,000 looked at, 310 in it");
  assert.equal(octets(5 * 1024 ** 3), "5.0 GiB");
});

test("the form of an address has what can be asked, and nothing else", () => {
  assert.deepEqual(askedOf(readAddress("#/export?domain=x.test&reason=r&cursor=c&kind=")), {
    domain: "x.test",
  });
  const all = { client: "192.0.2.1", role: "alias", rule: "-spam", status: "5xx" };
  assert.deepEqual(askedOf(readAddress(link("export", "", all))), all);
});

test("what leaves kinds out has the rest, and nothing that is asked goes unsaid", () => {
  const known = ["accepted", "rejected", "bounced", "access"];
  assert.deepEqual(kindsIn("rejected,access"), ["rejected", "access"]);
  assert.deepEqual(kindsIn("rejected,bounced,-bounced"), ["rejected"]);
  assert.deepEqual(
    kindsIn("-bounced,-in_doubt").sort(),
    ["accepted", "deferred", "dropped", "forwarded", "rejected"].sort(),
  );
  assert.deepEqual(kindsIn(""), []);
  assert.deepEqual(strangeKinds("rejected,-bounced", known), []);
  assert.deepEqual(strangeKinds("lost,-lost,rejected,-gone", known), ["lost", "-lost", "-gone"]);
  // It asks for nothing, and no box that is ticked asks for all.
  assert.deepEqual(strangeKinds("bounced,-bounced", known), ["bounced,-bounced"]);
});

test("a field of a moment is in the zone that is shown", () => {
  showUtc(true);
  assert.equal(fieldOf("2026-11-20T10:00:00.123456789Z"), "2026-11-20T10:00:00");
  assert.equal(ofField("2026-11-20T10:00"), "2026-11-20T10:00:00Z");
  showUtc(false);
  // Around the hour that a clock in summer has twice, too.
  for (const iso of ["2026-10-25T02:30:00Z", "2026-06-01T00:00:00Z", "1969-12-31T23:00:00Z"]) {
    assert.equal(ofField(fieldOf(iso)), iso);
  }
  for (const text of ["", "yesterday", "+275760-09-13T00:00:00.001Z"])
    assert.equal(fieldOf(text), "");
  assert.equal(ofField(""), "");
});
