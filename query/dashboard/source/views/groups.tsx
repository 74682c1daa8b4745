// What was found, in groups: each is a question of the API with its answer, its first lines, and
// the way to the rest.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { link } from "../address";
import { ask } from "../api";
import { many } from "../numbers";
import { allKnown, Known } from "../parts";
import { Rows } from "../rows";
import { Foreign } from "../text";
import type {
  Aliases,
  Counters,
  EventsPage,
  GroupProblem,
  History,
  Messages,
  SearchGroup,
} from "../types";
import { type Asked, askedBy, conditionsOf } from "../typed";
import { roles } from "../words";
import { MessageTree } from "./message";
import { Nothing } from "./timeline";

function Frame({
  title,
  count,
  children,
}: {
  title: string;
  count?: string | number;
  children: ComponentChildren;
}) {
  return (
    <section class="group" aria-label={title}>
      <h2>
        {title}
        {count !== undefined && <small> {count}</small>}
      </h2>
      {children}
    </section>
  );
}

type HistoryAsked = Extract<Asked, { ask: "history" }>;

function HistoryFound({ asked, history }: { asked: HistoryAsked; history: History }) {
  const { role, subject, narrowed } = asked;
  const title = roles[role]?.as ?? role;
  const n = history.entries.length;
  const more = history.next_cursor !== undefined;
  const isMailbox = role !== "client" && subject.includes("@");
  return (
    <Frame title={title} count={more ? `${n} and more` : n}>
      <Known asOf={history.as_of} />
      {n === 0 && (
        <Nothing
          history={history}
          filtered={Object.keys(narrowed).length > 0}
          subject={subject}
          role={role}
          all={link("search", "", { q: subject })}
        />
      )}
      <Rows entries={history.entries} own={history.address} level={3} />
      {(n > 0 || more) && (
        <p class="buttons">
          <a class="button" href={link(role, subject, narrowed)}>
            The whole timeline<span class="hidden"> {title}</span>
          </a>
          {isMailbox && (
            <a class="button" href={link("export", "", { address: subject, role, ...narrowed })}>
              Export<span class="hidden"> what is found {title}</span>
            </a>
          )}
        </p>
      )}
    </Frame>
  );
}

export function MessagesFound({ answer }: { answer: Messages }) {
  const found = answer.messages;
  return (
    <Frame
      title="as Message-ID"
      count={answer.next_cursor ? `${found.length} and more` : found.length}
    >
      <Known asOf={answer.as_of} />
      {found.length === 0 && allKnown(answer.as_of) && (
        <p class="nothing">
          No message bore this Message-ID. What is refused before its body has none on record: look
          for its sender.
        </p>
      )}
      {found.length === 0 && !allKnown(answer.as_of) && (
        <p class="nothing">Not an answer yet; the page asks again by itself.</p>
      )}
      {found.map((message) => (
        <div class="message" key={message.message_id}>
          <MessageTree events={message.events} />
          <p>
            <a class="button" href={link("message", message.message_id)}>
              This message
            </a>
          </p>
        </div>
      ))}
      {answer.next_cursor && <p class="end">More messages bore it than are shown here.</p>}
    </Frame>
  );
}

function CountersFound({ subject, counters }: { subject: string; counters: Counters }) {
  const { total, hours } = counters;
  return (
    <Frame title="as a domain of this server">
      <p>
        {hours.length === 0
          ? "Nothing in the last 24 hours. "
          : `In the last 24 hours ${many(total.accepted ?? 0, "mail")} taken in. `}
        <a href={link("overview", "", { domain: subject })}>
          The figures of <Foreign text={subject} />
        </a>
      </p>
    </Frame>
  );
}

// Each further page stands under the ones before it: newest first, as the log has them.
function EventsFound({
  title,
  asked,
  first,
}: {
  title: string;
  asked: string;
  first: EventsPage;
}) {
  const [pages, setPages] = useState<EventsPage[]>([]);
  const [state, setState] = useState<"idle" | "asking" | "failed">("idle");
  const left = useRef(new AbortController());
  useEffect(() => {
    const mine = new AbortController();
    left.current = mine;
    setPages([]);
    setState("idle");
    return () => mine.abort();
  }, [first]);
  const all = [first, ...pages];
  const entries = all.flatMap((page) => page.entries);
  const cursor = all.at(-1)!.next_cursor;
  const more = async () => {
    setState("asking");
    try {
      const page = await ask<EventsPage>(
        `${asked}&cursor=${encodeURIComponent(cursor!)}`,
        left.current.signal,
      );
      setPages([...pages, page]);
      setState("idle");
    } catch {
      if (!left.current.signal.aborted) setState("failed");
    }
  };
  return (
    <Frame title={title} count={cursor ? `${entries.length} and more` : entries.length}>
      <Known asOf={first.as_of} />
      {entries.length === 0 && (
        <p class="nothing">
          {cursor
            ? "Nothing so far; the search is not at its end."
            : allKnown(first.as_of)
              ? "No event says all of this in the time above."
              : "Not an answer yet; the page asks again by itself."}
        </p>
      )}
      <Rows entries={entries} level={3} />
      <p class="buttons">
        {cursor && (
          <button type="button" onClick={more} disabled={state === "asking"}>
            {state === "asking" ? "Searching on …" : "Search on"}
          </button>
        )}
        <a class="button" href={link("events", "", conditionsOf(asked))}>
          These events by themselves
        </a>
      </p>
      {state === "failed" && (
        <p class="nothing" role="status">
          That could not be asked now; what is shown stays. Try again.
        </p>
      )}
    </Frame>
  );
}

function AliasesFound({ title, answer }: { title: string; answer: Aliases }) {
  const { aliases, more } = answer;
  return (
    <Frame title={title} count={more ? `${aliases.length} and more` : aliases.length}>
      {aliases.length === 0 && allKnown(answer.as_of) && (
        <p class="nothing">Mail was accepted for no alias that begins so.</p>
      )}
      <ul>
        {aliases.map((alias) => (
          <li key={alias}>
            <a href={link("alias", alias)}>
              <Foreign text={alias} />
            </a>
          </li>
        ))}
      </ul>
    </Frame>
  );
}

// 404: nothing can be called so, or nothing is; the server says which.
function NotFound({ title, problem }: { title: string; problem: GroupProblem }) {
  const late = problem.as_of && !allKnown(problem.as_of);
  return (
    <Frame title={title} count={0}>
      <p class="nothing">
        {late ? "Not an answer yet; the page asks again by itself." : problem.detail}
      </p>
    </Frame>
  );
}

export function Group({ group }: { group: SearchGroup }) {
  const asked = askedBy(group.target);
  if (group.status !== 200) {
    return <NotFound title={group.title} problem={(group.answer ?? {}) as GroupProblem} />;
  }
  switch (asked.ask) {
    case "history":
      return <HistoryFound asked={asked} history={group.answer as History} />;
    case "message-id":
      return <MessagesFound answer={group.answer as Messages} />;
    case "counters":
      return <CountersFound subject={asked.subject} counters={group.answer as Counters} />;
    case "events":
      return (
        <EventsFound
          title={group.title}
          asked={group.target}
          first={group.answer as EventsPage}
        />
      );
    case "aliases":
      return <AliasesFound title={group.title} answer={group.answer as Aliases} />;
    case "delivery":
    case "message":
      return (
        <Frame title={group.title}>
          <p>
            <a href={link(asked.ask, asked.subject)}>{asked.subject}</a>
          </p>
        </Frame>
      );
    default:
      return null;
  }
}
