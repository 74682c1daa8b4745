// What several pages are made of.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { giveReason, missingScope, type Problem, reason } from "./api";
import { many } from "./numbers";
import { escaped, Words } from "./text";
import { dayAndTime, instant, millis, timeOfDay } from "./time";
import type { AsOf, Reply } from "./types";
import type { Label } from "./words";

export function When({ time, form = "time" }: { time: string; form?: "time" | "millis" | "full" }) {
  const { at } = instant(time);
  if (Number.isNaN(at)) return <span>{time}</span>;
  const text = form === "full" ? dayAndTime(at) : form === "millis" ? millis(at) : timeOfDay(at);
  return (
    <time dateTime={time} title={`${time.replace("T", " ").replace(/Z$/, "")} UTC`}>
      {text}
    </time>
  );
}

export function State({ label, word }: { label: Label; word?: string }) {
  return (
    <span class={`state ${label.tone}`}>
      <span class="shape" aria-hidden="true">
        {label.shape}
      </span>
      <span>
        <span class="state-text">{label.text}</span> {word && <code class="word">{word}</code>}
      </span>
    </span>
  );
}

export function replyText(reply: Reply): string {
  return [reply.code || "", reply.enhanced ?? "", reply.text ?? ""]
    .filter(Boolean)
    .join(" ")
    .replaceAll("\n", " ");
}

export function ReplyWords({ reply, opens }: { reply?: Reply | undefined; opens?: boolean }) {
  if (!reply?.code) return null;
  return <Words text={replyText(reply)} opens={opens ?? false} />;
}

// Whether "nothing" is an answer.
export function allKnown(asOf: AsOf | undefined): boolean {
  return asOf !== undefined && asOf.lag === 0 && !asOf.missing && asOf.complete_at !== undefined;
}

// What is not known, in words.
export function unknowns(asOf: AsOf): string[] {
  const out: string[] = [];
  if (asOf.missing) {
    const parts = asOf.missing.slice(0, 12).join(", ") + (asOf.missing.length > 12 ? ", …" : "");
    out.push(
      `${asOf.missing.length === 1 ? "Part" : "Parts"} ${parts} of the log did not answer: ` +
        "what they have is not here.",
    );
  }
  if (asOf.lag === undefined && !asOf.missing) {
    out.push("It is not known how far the log goes: later events may be missing here.");
  } else if (asOf.lag) {
    out.push(
      `${many(asOf.lag, "event")} of the log ${asOf.lag === 1 ? "is" : "are"} not here yet.`,
    );
  }
  return out;
}

function Holes({ asOf }: { asOf: AsOf }) {
  const holes = asOf.partitions.flatMap((part) => part.holes ?? []);
  if (holes.length === 0) return null;
  return (
    <ul class="holes">
      {holes.slice(0, 10).map((hole) => (
        <li>
          Events are lost for good{" "}
          {hole.after ? (
            <>
              after <When time={hole.after} form="full" />
            </>
          ) : (
            "from the beginning"
          )}
          {hole.before && (
            <>
              {" "}
              and before <When time={hole.before} form="full" />
            </>
          )}
          : they are in no answer.
        </li>
      ))}
    </ul>
  );
}

export function Known({ asOf }: { asOf: AsOf | undefined }) {
  if (!asOf) return null;
  const time = asOf.complete_at ?? asOf.time;
  return (
    <div class="known">
      <p>
        {asOf.complete_at && (
          <>
            Known up to <When time={asOf.complete_at} />.
          </>
        )}
        {!asOf.complete_at && asOf.time && (
          <>
            The newest event here is of <When time={asOf.time} form="full" />.
          </>
        )}
        {!time && <>Nothing is known yet.</>}
        {unknowns(asOf).map((text) => (
          <> {text}</>
        ))}
      </p>
      <Holes asOf={asOf} />
    </div>
  );
}

const troubles: Record<string, string> = {
  no_answer: "The server does not answer. What is shown below, if anything, is from before.",
  not_found: "There is no such thing on record here.",
  unknown_cursor: "This place in the list is not known any more: begin with the newest.",
};

function Detail({ problem }: { problem: Problem }) {
  // What is said of one parameter says more than the code.
  const text = (!problem.parameter && troubles[problem.code]) || problem.detail;
  return <>{text || `The server answered ${problem.status}.`}</>;
}

// The server shows no mail to who does not say why they ask.
function Why({ again }: { again: () => void }) {
  const [text, setText] = useState(reason());
  return (
    <form
      class="trouble"
      onSubmit={(event) => {
        event.preventDefault();
        if (!text.trim()) return;
        giveReason(text.trim());
        again();
      }}
    >
      <p>
        <label for="why">Why do you ask? It goes on record beside what you look at.</label>
      </p>
      <p>
        <input
          id="why"
          value={text}
          maxLength={200}
          required
          onInput={(event) => setText(event.currentTarget.value)}
        />{" "}
        <button type="submit">Go on</button>
      </p>
    </form>
  );
}

export function Trouble({ problem, again }: { problem: Problem; again?: () => void }) {
  useEffect(() => {
    if (!problem.retryAfter || !again) return;
    const timer = setTimeout(again, Math.min(problem.retryAfter, 60) * 1000);
    return () => clearTimeout(timer);
  }, [problem]);
  if (problem.status === 401) return null; // the page asks for a token
  if (problem.code === "reason_required" && again) return <Why again={again} />;
  const scope = missingScope(problem);
  const later = problem.status === 503 || problem.status === 429;
  return (
    <div class="trouble" role="alert">
      <p>
        {problem.status === 400 && <>This was not understood. </>}
        {problem.status === 403 && (
          <>
            {scope ? <>You lack the scope {scope}.</> : <>You may not see this.</>}{" "}
          </>
        )}
        {problem.parameter && (
          <>
            <code>{problem.parameter}</code>:{" "}
          </>
        )}
        <Detail problem={problem} />
        {later && again && problem.retryAfter && <> Asking again in {problem.retryAfter} s.</>}
        {problem.code && (
          <>
            {" "}
            <code class="word">{problem.code}</code>
          </>
        )}
      </p>
      {problem.as_of && <Known asOf={problem.as_of} />}
      {again && (
        <button type="button" onClick={again}>
          Ask again
        </button>
      )}
    </div>
  );
}

// The head of a page: it names the page, and is where the focus goes when the page opens. One that
// replaces another takes the focus over.
export function Heading({ title, children }: { title: string; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${escaped(title).slice(0, 80)} · Waybill`;
  }, [title]);
  useEffect(() => {
    if (moved && document.activeElement === document.body) focusHeading();
  }, []);
  return <h1 tabIndex={-1}>{children ?? title}</h1>;
}
// The first page is what the browser announces by itself.
let moved = false;

export function focusHeading() {
  document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
}

// Another address is shown. Somebody who types, or chooses several filters, goes on doing so.
export function pageMoved() {
  moved = true;
  if (!document.activeElement?.matches("#box, .chip, .filters *, .inline *")) focusHeading();
}

export function Copy({ text, children }: { text: () => string; children: ComponentChildren }) {
  const copy = async (event: MouseEvent) => {
    const button = event.currentTarget as HTMLButtonElement;
    const before = button.dataset.text ?? button.textContent ?? "";
    button.dataset.text = before;
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      said = "The browser does not let this page copy";
    }
    button.textContent = said;
    setTimeout(() => (button.textContent = before), 2000);
  };
  return (
    <button type="button" onClick={copy}>
      {children}
    </button>
  );
}
