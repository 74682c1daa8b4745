// Events by what they say: the conditions of /v1/events are the parameters of the view's address,
// its page too, so that whoever opens it is shown the same list.

import { type Address, changed, link } from "../address";
import { useAgain, useAnswer } from "../answer";
import { ask, path } from "../api";
import { allKnown, Heading, Known, Trouble, unknowns, When } from "../parts";
import { Rows } from "../rows";
import { Foreign } from "../text";
import type { EventsPage } from "../types";
import { conditions, kindLabel } from "../words";
import { Pages } from "./timeline";

const lines = 50;
// A page may have nothing and go on: so many are read before somebody has to say "older".
const emptyPages = 20;

async function page(
  asked: Record<string, string>,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<EventsPage> {
  for (let n = 1; ; ++n) {
    const parameters = { ...asked, cursor, limit: String(lines) };
    const one = await ask<EventsPage>(path(["v1", "events"], parameters), signal);
    // One that stays waits for a part of the log that does not answer.
    const stays = one.next_cursor === cursor;
    if (one.entries.length > 0 || !one.next_cursor || stays || n === emptyPages) return one;
    cursor = one.next_cursor;
  }
}

function Value({ name, value }: { name: string; value: string }) {
  if (name === "from" || name === "to") return <When time={value} form="full" />;
  if (name !== "kind") return <Foreign text={value} most={80} />;
  const text = value
    .split(",")
    .map((kind) => (kind.startsWith("-") ? `not ${kind.slice(1)}` : kindLabel(kind).text))
    .join(", ");
  return <Foreign text={text} most={200} />;
}

// Without one of them it is the others.
function Conditions({ address, asked }: { address: Address; asked: Record<string, string> }) {
  return (
    <ul class="chips" aria-label="What the events say">
      {Object.entries(asked).map(([name, value]) => (
        <li key={name}>
          <a class="chip" href={changed(address, { [name]: "", cursor: "" })}>
            {conditions[name] ?? <Foreign text={name} most={40} />}:{" "}
            <Value name={name} value={value} />
            <span class="hidden">, take away</span> ×
          </a>
        </li>
      ))}
    </ul>
  );
}

function Nothing({ found }: { found: EventsPage }) {
  if (!allKnown(found.as_of)) {
    return (
      <p class="nothing" role="status">
        Not an answer yet. {unknowns(found.as_of).join(" ")} The page asks again by itself.
      </p>
    );
  }
  return (
    <p class="nothing">
      {found.next_cursor
        ? "Nothing so far; the search is not at its end."
        : "No event says all of this."}
    </p>
  );
}

export function Events({ address }: { address: Address }) {
  const { cursor, utc: _utc, ...asked } = Object.fromEntries(address.parameters);
  const answer = useAnswer(JSON.stringify(["events", asked, cursor]), (signal) =>
    page(asked, cursor, signal),
  );
  const found = answer.value;
  useAgain(
    found !== undefined && found.entries.length === 0 && !allKnown(found.as_of),
    answer.again,
  );
  return (
    <>
      <Heading title="Events" />
      <Conditions address={address} asked={asked} />
      <Known asOf={found?.as_of} />
      {answer.problem && <Trouble problem={answer.problem} again={answer.again} />}
      {answer.asking && !found && (
        <p class="asking" role="status">
          Asking…
        </p>
      )}
      <div class={answer.problem ? "old" : ""}>
        <Rows entries={found?.entries ?? []} />
      </div>
      {found && found.entries.length === 0 && <Nothing found={found} />}
      {found && <Pages address={address} list={found} cursor={cursor} />}
      <p class="buttons">
        <a class="button" href={link("export", "", asked)}>
          Export
        </a>
      </p>
    </>
  );
}
