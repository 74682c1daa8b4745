// The feed on a page: the newest on top, a bounded list, and a pause that is seen and said. What
// does not fit is counted, never silently left out.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Address, changed, link } from "../address";
import { onSignIn, signInNeeded } from "../api";
import { Feed, type FeedState } from "../feed";
import { count, many } from "../numbers";
import { Copy, Heading, State, Trouble, When } from "../parts";
import { entryLink, Parties, Said } from "../rows";
import { day, instant } from "../time";
import type { Entry, Event, FeedLine } from "../types";
import { eventLabel, feedKinds, kindLabel } from "../words";

// Lines that a page holds, shown or behind a pause.
const most = 500;
// So often the page changes at most; and the line for screen readers.
const drawEvery = 250;
const sayEvery = 10_000;

interface Line {
  key: number;
  entry?: Entry;
  gap?: { partition: number; from: number; to: number };
}

function entryOf(event: Event): Entry {
  const body =
    event.forwarded ??
    event.rejected ??
    event.deferred ??
    event.dropped ??
    event.bounced ??
    event.in_doubt;
  const target = body?.target || event.accepted?.targets?.[0]?.target;
  const out: Entry = {
    time: event.occurred_at ?? "",
    partition: 0,
    index: 0,
    kind: event.kind ?? "",
  };
  const put = <K extends keyof Entry>(name: K, value: Entry[K] | undefined) => {
    if (value !== undefined && value !== "") out[name] = value;
  };
  if (event.sender !== undefined) out.sender = event.sender;
  put("alias", event.alias || event.access?.subject);
  put("target", target);
  put("message_id", event.message_id);
  put("delivery_id", event.delivery_id || event.accepted?.targets?.[0]?.delivery_id);
  put("reported_delivery_id", event.reported_delivery_id);
  put("reply", body?.reply);
  put("by", body?.by);
  put("rule", body?.by === "next_hop" ? undefined : (body?.rule ?? event.access?.principal));
  put("bounce_class", body?.class);
  put("status", body?.status);
  put("diagnostic", body?.diagnostic_code);
  return out;
}

function Filters({ address }: { address: Address }) {
  const get = (name: string) => address.parameters.get(name) ?? "";
  const chosen = get("kind").split(",").filter(Boolean);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    location.hash = changed(address, {
      kind: form.getAll("kind").join(","),
      domain: text("domain"),
      address: text("address"),
      paused: "",
    });
  };
  const active = [
    ...chosen.map((kind) => kindLabel(kind).text),
    get("domain"),
    get("address"),
  ].filter(Boolean);
  return (
    <details class="filters">
      <summary>
        Filters
        {active.length > 0 && (
          <>
            {" "}
            ({active.length}): {active.join(", ").slice(0, 80)}
          </>
        )}
      </summary>
      <form onSubmit={submit}>
        <fieldset>
          <legend>Kinds; none: all</legend>
          {feedKinds.map((kind) => (
            <label class="check">
              <input
                type="checkbox"
                name="kind"
                value={kind}
                defaultChecked={chosen.includes(kind)}
              />
              {kindLabel(kind).text} <code class="word">{kind}</code>
            </label>
          ))}
        </fieldset>
        <label>
          Domain of the alias{" "}
          <input
            name="domain"
            defaultValue={get("domain")}
            spellcheck={false}
            autocapitalize="off"
          />
        </label>
        <label>
          Address{" "}
          <input
            name="address"
            defaultValue={get("address")}
            spellcheck={false}
            autocapitalize="off"
          />
        </label>
        <button type="submit">Follow these</button>
        {active.length > 0 && (
          <a class="button" href={link("live")}>
            Everything
          </a>
        )}
      </form>
    </details>
  );
}

function Standing({
  state,
  behind,
  rate,
}: {
  state: FeedState;
  behind: number | undefined;
  rate: number;
}) {
  const lag =
    behind === undefined
      ? "; it is not known how far the log goes"
      : behind > 0
        ? `; ${many(behind, "event")} behind`
        : "";
  switch (state.is) {
    case "connecting":
      return <>Connecting…</>;
    case "following":
      return (
        <>
          Following{rate > 0 && <>, {rate} a second</>}
          {lag}
        </>
      );
    case "waiting":
      return (
        <>
          The connection was lost; trying again in {state.seconds} s, from where it broke.
          {state.problem?.detail && <> {state.problem.detail}</>}
        </>
      );
    case "ended":
      return <>The feed has ended</>;
  }
}

// What comes, collected between two drawings; not a part of the page itself.
class Collector {
  shown: Line[] = [];
  waiting: Line[] = [];
  // Lines that came while there was no room for them, and lines that left at the end.
  lost = 0;
  left = 0;
  came: number[] = [];
  newest = "";
  // Events that are on record and were not told yet, at the last line; undefined: nobody knows.
  behind: number | undefined = 0;
  private keys = 0;

  take(line: FeedLine, paused: boolean, now: number) {
    if (line.progress) {
      const { unread, lag } = line.progress;
      this.behind = lag === undefined ? undefined : unread + lag;
      this.newest = line.progress.time;
      return;
    }
    this.came.push(now);
    // How far behind is known at a progress alone: a filter passes over others unseen.
    this.behind = 0;
    if (line.event?.occurred_at) this.newest = line.event.occurred_at;
    const entry = line.event ? { entry: entryOf(line.event) } : {};
    const gap = line.gap ? { gap: line.gap } : {};
    this.waiting.unshift({ key: ++this.keys, ...entry, ...gap });
    if (this.waiting.length > most) {
      this.waiting.length = most;
      ++this.lost;
    }
    if (!paused) this.show();
  }
  show() {
    const all = [...this.waiting, ...this.shown];
    this.left += Math.max(0, all.length - most);
    this.shown = all.slice(0, most);
    this.waiting = [];
  }
  rate(now: number): number {
    this.came = this.came.filter((time) => time > now - 5000);
    return Math.round(this.came.length / 5);
  }
}

function GapRow({ gap }: { gap: NonNullable<Line["gap"]> }) {
  return (
    <li class="row gap">
      {many(gap.to - gap.from, "event")} of part {gap.partition} of the log
      {gap.to - gap.from === 1 ? " is" : " are"} lost for good ({gap.from} to {gap.to - 1}).
    </li>
  );
}

function LiveRow({ entry }: { entry: Entry }) {
  const form = day(instant(entry.time).at) === day(Date.now()) ? "time" : "full";
  const to = entryLink(entry);
  const inside = (
    <>
      <When time={entry.time} form={form} />
      <State label={eventLabel(entry)} word={entry.kind} />
      <Parties entry={entry} />
      <Said entry={entry} />
    </>
  );
  return (
    <li class="row">{to ? <a href={to}>{inside}</a> : <div class="no-link">{inside}</div>}</li>
  );
}

export function Live({ address }: { address: Address }) {
  const get = (name: string) => address.parameters.get(name);
  const filter = { kind: get("kind"), domain: get("domain"), address: get("address") };
  const after = get("after") ?? "end";
  const [state, setState] = useState<FeedState>({ is: "connecting" });
  const [paused, setPaused] = useState(get("paused") === "1");
  const [, draw] = useState(0);
  const [said, setSaid] = useState("");
  const [turn, setTurn] = useState(0);
  const collector = useRef(new Collector());
  const pausedNow = useRef(paused);
  pausedNow.current = paused;
  const list = useRef<HTMLOListElement>(null);
  const key = JSON.stringify([filter, after, turn]);

  useEffect(() => {
    const all = (collector.current = new Collector());
    let due = false;
    const feed = new Feed(filter, after, {
      state: setState,
      line(line) {
        all.take(line, pausedNow.current, Date.now());
        if (due) return;
        due = true;
        setTimeout(() => {
          due = false;
          draw((n) => n + 1);
        }, drawEvery);
      },
    });
    return () => feed.stop();
  }, [key]);
  useEffect(
    () =>
      onSignIn(() => {
        if (signInNeeded() === "no") setTurn((n) => n + 1);
      }),
    [],
  );
  // A polite line, seldom: the rows themselves are not read aloud.
  useEffect(() => {
    let before = 0;
    const timer = setInterval(() => {
      const all = collector.current;
      const now = all.left + all.shown.length + all.waiting.length + all.lost;
      if (now !== before)
        setSaid(
          pausedNow.current
            ? `Paused, ${many(all.waiting.length + all.lost, "new event")}`
            : many(Math.max(0, now - before), "new event"),
        );
      before = now;
      draw((n) => n + 1);
    }, sayEvery);
    return () => clearInterval(timer);
  }, []);
  // Reading stops the list: scrolling away, a focus in it, or a selection.
  useEffect(() => {
    const scrolled = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      if (top < -40) setPaused(true);
    };
    const selected = () => {
      const selection = getSelection();
      if (selection && !selection.isCollapsed && list.current?.contains(selection.anchorNode)) {
        setPaused(true);
      }
    };
    addEventListener("scroll", scrolled, { passive: true });
    document.addEventListener("selectionchange", selected);
    return () => {
      removeEventListener("scroll", scrolled);
      document.removeEventListener("selectionchange", selected);
    };
  }, []);
  const follow = () => {
    collector.current.show();
    setPaused(false);
    setSaid("Following");
    scrollTo({ top: 0 });
  };
  const pause = () => {
    setPaused(true);
    setSaid("Paused");
  };
  const all = collector.current;
  return (
    <>
      <Heading title="Live" />
      <Filters key={JSON.stringify(filter)} address={address} />
      <div class="live-bar">
        {paused ? (
          <button type="button" class="main" onClick={follow}>
            Follow
          </button>
        ) : (
          <button type="button" class="main" onClick={pause}>
            Pause
          </button>
        )}
        <p class={paused ? "standing paused" : "standing"}>
          {paused && <strong>Paused, {count(all.waiting.length + all.lost)} new. </strong>}
          <Standing state={state} behind={all.behind} rate={all.rate(Date.now())} />
          {all.newest && !paused && (
            <>
              {" "}
              · told up to <When time={all.newest} />
            </>
          )}
        </p>
        <Copy text={() => location.href.split("#")[0] + changed(address, { paused: "1" })}>
          Copy link
        </Copy>
      </div>
      <p class="hidden" role="status">
        {said}
      </p>
      {state.is === "ended" && state.problem && (
        <Trouble problem={state.problem} again={() => setTurn((n) => n + 1)} />
      )}
      {state.problem?.status === 410 && (
        <p>
          <a class="button" href={changed(address, { after: "start" })}>
            From the first event on
          </a>
        </p>
      )}
      {all.shown.length === 0 && state.is === "following" && (
        <p class="nothing">
          Nothing has come yet. What comes from now on is shown here.
          {after === "end" && (
            <>
              {" "}
              <a href={changed(address, { after: "start" })}>
                Begin with the first event on record
              </a>
            </>
          )}
        </p>
      )}
      <ol class="rows live" ref={list} aria-live="off" onFocusIn={() => setPaused(true)}>
        {all.shown.map((line) =>
          line.gap ? (
            <GapRow key={line.key} gap={line.gap} />
          ) : (
            <LiveRow key={line.key} entry={line.entry!} />
          ),
        )}
      </ol>
      {all.lost > 0 && (
        <p class="note">
          {many(all.lost, "event")} came while this page was paused and full, and{" "}
          {all.lost === 1 ? "is" : "are"} not shown.
        </p>
      )}
      {all.left > 0 && (
        <p class="end">
          {many(all.left, "older event")} {all.left === 1 ? "has" : "have"} left this page. It has
          room for {most}; the timelines of the addresses have all.
        </p>
      )}
    </>
  );
}
