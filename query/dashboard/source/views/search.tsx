// One box. The server reads what was typed (docs/search.md): the page shows how it was understood,
// a refusal with its place, and groups of what was found.

import { useEffect, useRef } from "preact/hooks";
import { type Address, go, goInstead, link } from "../address";
import { useAgain, useAnswer } from "../answer";
import { ask, isProblem, path, type Problem } from "../api";
import { exact } from "../numbers";
import { allKnown, Copy, Heading, Trouble } from "../parts";
import { Foreign } from "../text";
import { minutesEast } from "../time";
import { askedBy, exportOf, isTooLong, linesOf, longest, placeIn, placeOf } from "../typed";
import type { AsOf, SearchAnswer, SearchGroup, SearchQuery } from "../types";
import { Group } from "./groups";

const firstLines = "5";

export function Box({ query = "", focus = false }: { query?: string; focus?: boolean }) {
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focus) input.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (input.current) input.current.value = query;
  }, [query]);
  const submit = (event: Event) => {
    event.preventDefault();
    const text = input.current!.value;
    if (text.trim()) go(link("search", "", { q: text.slice(0, longest + 1) }));
  };
  // A header block has lines, so it is a text area; Enter asks.
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return (
    <form class="box" role="search" onSubmit={submit}>
      <label for="box">Search</label>
      <textarea
        id="box"
        ref={input}
        rows={1}
        onKeyDown={key}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        enterkeyhint="search"
        aria-describedby="box-help"
        placeholder="address, Message-ID, IP, domain or id"
      />
      <button type="submit">Search</button>
      <p id="box-help" class="hidden">
        An address, a Message-ID, an IP address, a domain, the id of a message or of a delivery, or
        a pasted header; with what narrows it, such as is:bounced since:7d. Enter asks.
      </p>
    </form>
  );
}

interface Found {
  query: SearchQuery;
  groups: SearchGroup[];
  leftOut: number;
  goTo?: string;
}

const nothingIn: Problem = {
  status: 409,
  code: "search_refused",
  reason: "nothing_found",
  detail:
    "In these lines nothing was found that can be searched for: no Message-ID, no address, no IP " +
    "address.",
};

function tooLong(text: string): Problem {
  const detail = `That is longer than any query: ${exact(text.length)} characters.`;
  return { status: 409, code: "search_refused", reason: "too_long", detail };
}

function question(text: string, more: Record<string, string>) {
  if (isTooLong(text)) throw tooLong(text);
  return path(["v1", "search"], { q: text, utc_offset: String(minutesEast()), ...more });
}

// Of a header: what each line offers. A line with nothing in it is no fault of the others.
async function offersOf(lines: string[], leftOut: number, signal: AbortSignal): Promise<Found> {
  const answers = await Promise.all(
    lines.map(async (line) => {
      try {
        return await ask<SearchAnswer>(question(line, { explain: "true" }), signal);
      } catch (wrong) {
        if (isProblem(wrong) && wrong.status === 409) return {};
        throw wrong;
      }
    }),
  );
  const queries = answers.flatMap((answer) => answer.query ?? []);
  const offers = new Map(
    queries.flatMap((query) => query.offers).map((offer) => [offer.query, offer]),
  );
  if (offers.size === 0) throw nothingIn;
  const notes = [...new Set(queries.flatMap((query) => query.notes))];
  const query = { canonical: "", pinned: "", sentence: "", chips: [], notes };
  return { query: { ...query, offers: [...offers.values()] }, groups: [], leftOut };
}

async function search(typed: string, signal: AbortSignal): Promise<Found> {
  if (typed.length > longest) throw tooLong(typed);
  const { ask: lines, isHeader, leftOut } = linesOf(typed);
  if (isHeader) return offersOf(lines, leftOut, signal);
  const answer = await ask<SearchAnswer>(question(lines[0]!, { limit: firstLines }), signal);
  const none = { canonical: "", pinned: "", sentence: "", chips: [], offers: [], notes: [] };
  const found: Found = { query: answer.query ?? none, groups: answer.groups ?? [], leftOut };
  // Of this dashboard alone: it is a view's address.
  const place = answer.go_to && placeIn(answer.go_to.replace(/^\/*/, ""));
  return place ? { ...found, goTo: place } : found;
}

// All that the query asks for, of the whole log, whether an index leads there or not.
function ExportAll({ named }: { named: string | undefined }) {
  const asked = exportOf(named);
  if (!asked) return null;
  return (
    <a class="button" href={link("export", "", asked)}>
      Export all of it
    </a>
  );
}

function Refusal({ text, problem }: { text: string; problem: Problem }) {
  const place = placeOf(text, problem);
  return (
    <div class="nothing refusal">
      <p role="alert">
        <Foreign text={problem.detail} most={600} />{" "}
        <code class="word">{problem.reason ?? problem.code}</code>
      </p>
      {place && (
        <p>
          <code>
            <Foreign text={place.before.slice(-80)} />
            <mark>
              <span class="hidden">here: </span>
              <Foreign text={place.wrong} most={80} />
            </mark>
            <Foreign text={place.after} most={80} />
          </code>
        </p>
      )}
      {problem.try_instead && (
        <p>
          Try instead:{" "}
          <a class="chip" href={link("search", "", { q: problem.try_instead })}>
            <Foreign text={problem.try_instead} />
          </a>
        </p>
      )}
      {exportOf(problem.exported) && (
        <p>
          An export reads the whole log, and needs no index: <ExportAll named={problem.exported} />
        </p>
      )}
    </div>
  );
}

// The query, a condition each; without one of them it is the others.
function Chips({ query }: { query: SearchQuery }) {
  const { chips } = query;
  const without = (i: number) =>
    chips
      .filter((_, j) => j !== i)
      .map((chip) => chip.query)
      .join(" ");
  return (
    <ul class="chips" aria-label="What is searched for">
      {chips.map((chip, i) => {
        const words = (
          <>
            {chip.label}: <Foreign text={chip.text} most={80} />
          </>
        );
        return (
          <li>
            {chips.length === 1 ? (
              <span class="chip">{words}</span>
            ) : (
              <a class="chip" href={link("search", "", { q: without(i) })}>
                {words}
                <span class="hidden">, take away</span> ×
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Offers({ query, found }: { query: SearchQuery; found: boolean }) {
  if (query.offers.length === 0) return null;
  return (
    <div class="nothing">
      <p>
        {found ? "This may have been meant:" : "That looks like a header. It can be searched for:"}
      </p>
      <ul class="chips">
        {query.offers.map((offer) => (
          <li>
            <a class="chip" href={link("search", "", { q: offer.query })}>
              {offer.label}: <Foreign text={offer.query} most={80} />
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function ReadBack({ found }: { found: Found }) {
  const { query, leftOut } = found;
  const isLoose = query.pinned !== query.canonical;
  const pinned = () => `${location.href.split("#")[0]}${link("search", "", { q: query.pinned })}`;
  return (
    <>
      {query.notes.map((note) => (
        <p class="note">
          <Foreign text={note} most={400} />
        </p>
      ))}
      {leftOut > 0 && (
        <p class="note">
          {leftOut === 1 ? "One line was" : `${leftOut} lines were`} left out: nothing in{" "}
          {leftOut === 1 ? "it" : "them"} can be searched for.
        </p>
      )}
      {query.sentence && (
        <p class="reading" role="status">
          <Foreign text={query.sentence} most={400} />
        </p>
      )}
      {query.chips.length > 0 && <Chips query={query} />}
      {(isLoose || query.export?.target) && (
        <p class="buttons">
          {isLoose && <Copy text={pinned}>Copy a link with these very times</Copy>}
          <ExportAll named={query.export?.target} />
        </p>
      )}
      <Offers query={query} found={found.groups.length > 0} />
    </>
  );
}

function isLate(group: SearchGroup): boolean {
  const asOf = (group.answer as { as_of?: AsOf } | undefined)?.as_of;
  return group.rows === 0 && asOf !== undefined && !allKnown(asOf);
}

// The only thing that has an id opens at once; which of its kinds that is, nobody knows before.
function onlyPlace(groups: SearchGroup[]): string | undefined {
  const all = groups.map((group) => ({ group, asked: askedBy(group.target) }));
  if (!all.every(({ asked }) => asked.ask === "delivery" || asked.ask === "message")) return;
  const there = all.find(({ group }) => group.status === 200);
  return there && link(there.asked.ask, there.asked.subject);
}

function Results({ query }: { query: string }) {
  const answer = useAnswer(`search ${minutesEast()} ${query}`, (signal) => search(query, signal));
  const found = answer.value;
  const { problem } = answer;
  useAgain(found?.groups.some(isLate) ?? false, answer.again);
  const to = found && (found.goTo ?? onlyPlace(found.groups));
  useEffect(() => {
    if (to) goInstead(to);
  }, [to]);
  const refused = problem?.status === 409;
  return (
    <>
      {answer.asking && !found && !problem && (
        <p class="asking" role="status">
          Asking…
        </p>
      )}
      {refused && <Refusal text={linesOf(query).ask[0]!} problem={problem} />}
      {problem && !refused && <Trouble problem={problem} again={answer.again} />}
      {found && !refused && <ReadBack found={found} />}
      {found && !refused && (
        <div class={`groups ${problem ? "old" : ""}`}>
          {found.groups.map((group, i) => (
            <Group key={`${i} ${group.title}`} group={group} />
          ))}
        </div>
      )}
    </>
  );
}

export function Search({ address }: { address: Address }) {
  const query = address.parameters.get("q") ?? "";
  const place = placeIn(query);
  useEffect(() => {
    if (place) goInstead(place);
  }, [place]);
  return (
    <>
      <Heading title={query ? `Search: ${query}` : "Search"}>Search</Heading>
      <Box query={query} focus={query === ""} />
      {query && !place ? (
        <Results query={query} />
      ) : (
        <p class="nothing">
          Paste an address, a Message-ID, an IP address, a domain, an id, or the header of a mail.
          What follows narrows it: <code>is:bounced</code>, <code>since:7d</code>,{" "}
          <code>after:2026-03-01</code>.
        </p>
      )}
    </>
  );
}
