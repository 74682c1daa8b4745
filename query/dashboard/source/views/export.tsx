// History in whole, as files: what is wanted, how far each file is, and the way to it.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Address, changed, keepInAddress } from "../address";
import { useAnswer } from "../answer";
import { ask, isProblem, missingScope, path, type Problem, token } from "../api";
import {
  type Asked,
  asked,
  askedOf,
  formats,
  further,
  isUnderWay,
  kindsIn,
  packings,
  strangeKinds,
} from "../exports";
import { Heading, Trouble } from "../parts";
import { usePolling } from "../poll";
import { fieldOf, ofField, zoneName } from "../time";
import { Foreign } from "../text";
import type { ExportJob } from "../types";
import { conditions, feedKinds, kindLabel } from "../words";
import { Job } from "./export_job";

const never = new AbortController().signal;

// What the form has now. A time that nobody touched stays as it was, with all its digits.
function readForm(form: HTMLFormElement, was: Asked): Asked {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const time = (name: "from" | "to") => {
    const old = ofField(fieldOf(was[name] ?? ""));
    const now = ofField(text(name));
    return old && old === now ? was[name]! : now;
  };
  return {
    ...Object.fromEntries(further.map((name) => [name, was[name]])),
    domain: text("domain"),
    address: text("address"),
    kind: data.getAll("kind").join(","),
    from: time("from"),
    to: time("to"),
    format: text("format") === "ndjson" ? "" : text("format"),
    packing: text("packing") === "none" ? "" : text("packing"),
  };
}

// Nothing of an address that is opened is left out unsaid.
function unreadable(was: Asked): string[] {
  const out: string[] = [];
  for (const name of ["from", "to"] as const) {
    if (was[name] && !fieldOf(was[name])) out.push(`${name}=${was[name]}`);
  }
  for (const kind of strangeKinds(was.kind ?? "", feedKinds)) out.push(`kind=${kind}`);
  return out;
}

function Choice({
  name,
  legend,
  choices,
  chosen,
}: {
  name: string;
  legend: string;
  choices: readonly (readonly [string, string])[];
  chosen: string;
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {choices.map(([value, text]) => (
        <label class="check">
          <input type="radio" name={name} value={value} defaultChecked={value === chosen} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

function Kinds({ chosen }: { chosen: string[] }) {
  return (
    <fieldset>
      <legend>Kinds; none: all of mail</legend>
      {feedKinds.map((kind) => (
        <label class="check">
          <input type="checkbox" name="kind" value={kind} defaultChecked={chosen.includes(kind)} />
          {kindLabel(kind).text} <code class="word">{kind}</code>
        </label>
      ))}
    </fieldset>
  );
}

function Field({ name, text, value }: { name: string; text: string; value: string }) {
  return (
    <label>
      {text}{" "}
      <input name={name} defaultValue={value} spellcheck={false} autocapitalize="off" size={36} />
    </label>
  );
}

function Moment({ name, text, value }: { name: string; text: string; value: string }) {
  return (
    <label>
      {text} <input type="datetime-local" name={name} step={1} defaultValue={fieldOf(value)} />
    </label>
  );
}

// Without one of them it is the others.
function Further({ address, was }: { address: Address; was: Asked }) {
  const said = further.filter((name) => was[name]);
  if (said.length === 0) return null;
  return (
    <ul class="chips" aria-label="Further conditions">
      {said.map((name) => (
        <li key={name}>
          <a class="chip" href={changed(address, { [name]: "" })}>
            {conditions[name]}: <Foreign text={was[name]!} most={80} />
            <span class="hidden">, take away</span> ×
          </a>
        </li>
      ))}
    </ul>
  );
}

function Form({ address, begun }: { address: Address; begun: (job: ExportJob) => void }) {
  const was = askedOf(address);
  const form = useRef<HTMLFormElement>(null);
  const [problem, setProblem] = useState<Problem>();
  const [asking, setAsking] = useState(false);
  const strange = unreadable(was);
  const note = () => keepInAddress(changed(address, readForm(form.current!, was)));
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    if (asking) return;
    setAsking(true);
    setProblem(undefined);
    const wanted = readForm(form.current!, was);
    const reason = String(new FormData(form.current!).get("reason") ?? "").trim();
    try {
      const to = path(["v1", "exports"], { ...wanted, reason });
      begun(await ask<ExportJob>(to, never, { method: "POST" }));
    } catch (wrong) {
      setProblem(isProblem(wrong) ? wrong : { status: 0, code: "not_understood", detail: "" });
    }
    setAsking(false);
  };
  return (
    <form class="export-form" ref={form} onSubmit={start} onChange={note}>
      <div class="inline">
        <Field name="domain" text="Domain of the alias" value={was.domain ?? ""} />
        <Field
          name="address"
          text={was.role ? "Address" : "Address, in any role"}
          value={was.address ?? ""}
        />
      </div>
      <Further address={address} was={was} />
      <Kinds chosen={kindsIn(was.kind ?? "")} />
      <div class="inline">
        <Moment name="from" text={`From (${zoneName()})`} value={was.from ?? ""} />
        <Moment name="to" text="Before" value={was.to ?? ""} />
      </div>
      <Choice name="format" legend="Format" choices={formats} chosen={was.format ?? "ndjson"} />
      <p class="note">
        In CSV a field that a spreadsheet would run as a formula begins with an apostrophe, as one
        does that begins with an apostrophe itself: take one off to have what was there. Times are
        in UTC. The last line of a file says how many events it has, so that a file that was cut is
        told from a whole one.
      </p>
      <Choice name="packing" legend="Packing" choices={packings} chosen={was.packing ?? "none"} />
      <label>
        Reason, which goes on record <input name="reason" size={36} maxLength={200} />
      </label>
      {strange.length > 0 && (
        <p class="note" role="alert">
          This page's address has what cannot be asked for, and it is left out: {strange.join(", ")}
        </p>
      )}
      {problem && <Trouble problem={problem} />}
      <button type="submit" class="main" aria-disabled={asking}>
        Start
      </button>
      {!token() && (
        <p class="note">
          To start, pause or remove one, a page shows a token: you are asked for it then.
        </p>
      )}
    </form>
  );
}

function NotYours({ scope }: { scope: string }) {
  return (
    <div class="nothing">
      <p role="alert">
        Exports ask for the scope <code>{scope}</code>, which you lack.
      </p>
      <p>
        Whoever made your token can make one that has it:{" "}
        <code>waybill token create --scope {scope} …</code>
      </p>
    </div>
  );
}

export function Export({ address }: { address: Address }) {
  const [turn, setTurn] = useState(0);
  const [said, setSaid] = useState("");
  const answer = useAnswer("exports", (signal) =>
    ask<{ exports: ExportJob[] }>(path(["v1", "exports"]), signal),
  );
  const jobs = answer.value?.exports;
  const { problem } = answer;
  usePolling(jobs?.some(isUnderWay) ?? false, turn, answer.again);
  // What was under way and is over now is said once.
  const before = useRef(new Map<string, string>());
  useEffect(() => {
    for (const job of jobs ?? []) {
      const old = before.current.get(job.id);
      if (old && old !== job.state && job.state === "done") setSaid("An export is done.");
      if (old && old !== job.state && job.state === "failed") setSaid("An export failed.");
    }
    before.current = new Map(jobs?.map((job) => [job.id, job.state]));
  }, [jobs]);
  const changedTo = (words: string) => {
    setSaid(words);
    setTurn((n) => n + 1);
    answer.again();
  };
  const scope = missingScope(problem);
  const absent = problem?.code === "no_exports";
  // The form begins anew where another link fills it, and not while somebody fills it in.
  const own = useRef("");
  const filled = JSON.stringify(asked.map((name) => address.parameters.get(name) ?? ""));
  const [form, setForm] = useState(filled);
  useEffect(() => {
    const typed = document.activeElement?.closest(".export-form");
    if (filled !== own.current && !typed) setForm(filled);
    own.current = filled;
  }, [filled]);
  return (
    <>
      <Heading title="Export" />
      <p>
        All that the log has of what you may see, as far as it goes when you start, in one file.
        Starting, fetching and removing are on record.
      </p>
      {absent && (
        <p class="nothing" role="alert">
          Not available here: {problem.detail}
        </p>
      )}
      {scope && <NotYours scope={scope} />}
      {!absent && !scope && (
        <section class="panel filters" aria-labelledby="new-export">
          <h2 id="new-export">New export</h2>
          <Form key={form} address={address} begun={() => changedTo("The export has begun.")} />
        </section>
      )}
      <p class="hidden" role="status">
        {said}
      </p>
      {!absent && !scope && (
        <section aria-labelledby="exports">
          <h2 id="exports" tabIndex={-1}>
            Exports
          </h2>
          {problem && <Trouble problem={problem} again={answer.again} />}
          {answer.asking && !jobs && <p class="asking">Asking…</p>}
          {jobs?.length === 0 && <p class="nothing">There is none that you may see.</p>}
          {jobs && jobs.length > 0 && (
            <ol class={`jobs ${problem ? "old" : ""}`}>
              {jobs.map((job) => (
                <Job key={job.id} job={job} changed={changedTo} />
              ))}
            </ol>
          )}
        </section>
      )}
    </>
  );
}
