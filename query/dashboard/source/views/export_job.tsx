// One export: what was asked for, how far it is, what can be done with it, and the way to its file.

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, isProblem, path, type Problem, token } from "../api";
import { command, digestCommand, fetchFile, giveFile, mostInPage } from "../download";
import { isOver, progressWords, subjectWords } from "../exports";
import { exact, octets } from "../numbers";
import { Copy, State, Trouble, When } from "../parts";
import { Foreign } from "../text";
import type { ExportJob } from "../types";
import { exportLabel } from "../words";

const never = new AbortController().signal;

function problemOf(wrong: unknown): Problem {
  return isProblem(wrong) ? wrong : { status: 0, code: "not_understood", detail: "" };
}

// A second click confirms; a double click is one. Leaving it, or Escape, takes the first back.
function Twice({
  text,
  sure,
  name,
  act,
}: {
  text: string;
  sure: string;
  name: string;
  act: () => void;
}) {
  const [armed, setArmed] = useState(false);
  const click = (event: MouseEvent) => {
    if (event.detail > 1) return;
    if (armed) act();
    setArmed(!armed);
  };
  return (
    <>
      <button
        type="button"
        class={armed ? "sure" : ""}
        onClick={click}
        onBlur={() => setArmed(false)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setArmed(false);
        }}
      >
        {armed ? sure : text}
        <span class="hidden"> {name}</span>
      </button>
      <span class="hidden" role="status">
        {armed && "Press once more to confirm; Escape keeps it."}
      </span>
    </>
  );
}

function Download({ job }: { job: ExportJob }) {
  const [came, setCame] = useState<number>();
  const [problem, setProblem] = useState<Problem>();
  const [said, setSaid] = useState("");
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const begin = async () => {
    const control = (stop.current = new AbortController());
    setProblem(undefined);
    setSaid("");
    setCame(0);
    try {
      const blob = await fetchFile(job.file!, job.octets, control.signal, setCame);
      giveFile(blob, job.file_name);
      setSaid("The browser has the file.");
    } catch (wrong) {
      if (!control.signal.aborted) setProblem(problemOf(wrong));
    }
    setCame(undefined);
  };
  return (
    <>
      {came === undefined ? (
        <button type="button" class="main" onClick={begin}>
          Download, {octets(job.octets)}
          <span class="hidden"> {job.file_name}</span>
        </button>
      ) : (
        <button
          type="button"
          onClick={() => {
            stop.current?.abort();
            setSaid("Stopped; nothing was kept.");
          }}
        >
          Stop at {octets(came)} of {octets(job.octets)}
        </button>
      )}
      <span role="status">{said}</span>
      {problem && <Trouble problem={problem} />}
    </>
  );
}

function ByCommand({ job, open }: { job: ExportJob; open: boolean }) {
  const fetching = command(location.origin, job.file!, job.file_name, token() !== "");
  const proving = digestCommand(job.file_name, job.packing);
  if (!fetching) return null;
  return (
    <details open={open}>
      <summary>By a command</summary>
      {open && (
        <p>
          This is {octets(job.octets)}, which is too much for a page: a program writes it to the
          disk as it comes.
        </p>
      )}
      <p>
        What breaks off goes on when it is run again.
        {token() && (
          <>
            {" "}
            <code>token</code> is a file that has yours.
          </>
        )}
      </p>
      <pre tabIndex={0}>{fetching}</pre>
      <Copy text={() => fetching}>Copy the command</Copy>
      <p>This finds the same SHA-256 again:</p>
      <pre tabIndex={0}>{proving}</pre>
    </details>
  );
}

function Facts({ job }: { job: ExportJob }) {
  return (
    <dl class="facts">
      <dt>Asked for</dt>
      <dd>
        <When time={job.created_at} form="full" /> by <Foreign text={job.principal} most={60} />
        {job.reason ? (
          <>
            , <Foreign text={job.reason} opens />
          </>
        ) : (
          <span class="none">, no reason given</span>
        )}
      </dd>
      {job.state === "done" && (
        <>
          <dt>In it</dt>
          <dd>
            {exact(job.count)} {job.count === 1 ? "event" : "events"}, {octets(job.octets)}
          </dd>
        </>
      )}
      {job.sha256 && (
        <>
          <dt>SHA-256</dt>
          <dd>
            <code>{job.sha256}</code>, of all before the last line, unpacked
          </dd>
        </>
      )}
      {job.expires_at && (
        <>
          <dt>Kept to</dt>
          <dd>
            <When time={job.expires_at} form="full" />
          </dd>
        </>
      )}
    </dl>
  );
}

function Progress({ job, name }: { job: ExportJob; name: string }) {
  const words = progressWords(job);
  return (
    <p class="progress">
      <progress
        max={Math.max(1, job.of)}
        value={job.of === 0 ? 1 : job.looked_at}
        aria-label={`How far ${name} is`}
      />{" "}
      <span>{words}</span>
    </p>
  );
}

// What was asked for, in the words of a person; strangers choose addresses.
function Subject({ job }: { job: ExportJob }) {
  const { from, to } = job.query;
  return (
    <>
      <Foreign text={subjectWords(job.query)} most={300} opens />
      {from && (
        <>
          , from <When time={from} form="full" />
        </>
      )}
      {to && (
        <>
          , before <When time={to} form="full" />
        </>
      )}
    </>
  );
}

export function Job({ job, changed }: { job: ExportJob; changed: (words: string) => void }) {
  const [problem, setProblem] = useState<Problem>();
  const name = `the export of ${job.created_at.slice(0, 19).replace("T", " ")}`;
  const act = async (words: string, method: "POST" | "DELETE", ...rest: string[]) => {
    setProblem(undefined);
    try {
      await ask(path(["v1", "exports", job.id, ...rest]), never, { method });
    } catch (wrong) {
      setProblem(problemOf(wrong));
      return;
    }
    // What had the focus is gone.
    if (method === "DELETE") document.getElementById("exports")?.focus();
    changed(words);
  };
  const remove = () => act("It is removed.", "DELETE");
  const packed = job.packing === "none" ? "" : `, ${job.packing}`;
  return (
    <li class="panel job">
      <h3>
        <Subject job={job} />{" "}
        <small>
          {job.format === "csv" ? "CSV" : "NDJSON"}
          {packed}
        </small>
      </h3>
      <p>
        <State label={exportLabel(job.state)} word={job.state} />
        {job.why && (
          <>
            : <Foreign text={job.why} opens />
          </>
        )}
      </p>
      {job.state !== "done" && <Progress job={job} name={name} />}
      <Facts job={job} />
      <div class="buttons">
        {job.state === "done" && job.file && job.octets <= mostInPage && <Download job={job} />}
        {job.state === "paused" && (
          <button type="button" onClick={() => act("It goes on.", "POST", "resume")}>
            Go on<span class="hidden"> with {name}</span>
          </button>
        )}
        {!isOver(job) && job.state !== "paused" && (
          <button type="button" onClick={() => act("It is paused.", "POST", "pause")}>
            Pause<span class="hidden"> {name}</span>
          </button>
        )}
        {isOver(job) ? (
          <Twice text="Remove" sure="Remove it, and its file" name={name} act={remove} />
        ) : (
          <Twice text="Cancel" sure="Cancel it, and lose it" name={name} act={remove} />
        )}
      </div>
      {problem && <Trouble problem={problem} />}
      {job.state === "done" && job.file && <ByCommand job={job} open={job.octets > mostInPage} />}
    </li>
  );
}
