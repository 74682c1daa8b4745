// The history of an address in one role, or of a client.

import { type Address, changed, link } from "../address";
import { useAgain, useAnswer } from "../answer";
import { ask, path } from "../api";
import { allKnown, Heading, Known, Trouble, unknowns } from "../parts";
import { Rows } from "../rows";
import { Mailbox } from "../text";
import type { Entry, History } from "../types";
import { kindLabel, kinds, roles } from "../words";

const lines = 50;
// Pages of rare kinds may be empty and go on: so many are read before somebody has to say "go on".
const emptyPages = 20;

export function historyPath(
  role: string,
  subject: string,
  parameters: Record<string, string | undefined>,
) {
  return role === "client"
    ? path(["v1", "clients", subject, "history"], parameters)
    : path(["v1", "addresses", subject, "history"], { role, ...parameters });
}

async function page(
  role: string,
  subject: string,
  parameters: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<History> {
  let cursor = parameters.cursor;
  for (let n = 1; ; ++n) {
    const one = await ask<History>(historyPath(role, subject, { ...parameters, cursor }), signal);
    if (one.entries.length > 0 || !one.next_cursor || n === emptyPages) return one;
    cursor = one.next_cursor;
  }
}

function Roles({ address }: { address: Address }) {
  if (address.view === "client") return null;
  return (
    <nav class="tabs" aria-label="As whom the address took part">
      {["alias", "sender", "target"].map((role) => (
        <a
          href={link(role, address.subject)}
          aria-current={role === address.view ? "page" : undefined}
        >
          {roles[role]!.title}
        </a>
      ))}
    </nav>
  );
}

function Kinds({ address, chosen }: { address: Address; chosen: string[] }) {
  const toggled = (kind: string) => {
    const left = chosen.includes(kind) ? chosen.filter((k) => k !== kind) : [...chosen, kind];
    return changed(address, { kind: kinds.filter((k) => left.includes(k)).join(","), cursor: "" });
  };
  return (
    <ul class="chips" aria-label="Which events are shown">
      {kinds.map((kind) => (
        <li>
          <a
            class="chip"
            href={toggled(kind)}
            aria-current={chosen.includes(kind) ? "true" : undefined}
          >
            {kindLabel(kind).text}
            <span class="hidden">
              {chosen.includes(kind) ? ", shown; show no longer" : ", show these alone"}
            </span>
          </a>
        </li>
      ))}
      {chosen.length > 0 && (
        <li>
          <a class="chip all" href={changed(address, { kind: "", cursor: "" })}>
            all
          </a>
        </li>
      )}
    </ul>
  );
}

export function Nothing({
  history,
  filtered,
  subject,
  role,
  all,
}: {
  history: History;
  filtered: boolean;
  subject: string;
  role: string;
  all?: string;
}) {
  const where = <>{roles[role]?.as ?? ""}</>;
  if (history.next_cursor) {
    return <p class="nothing">Nothing of this kind so far; the search is not at its end.</p>;
  }
  if (!allKnown(history.as_of)) {
    return (
      <p class="nothing" role="status">
        Not an answer yet: nothing of <Mailbox address={subject} /> {where} is here.{" "}
        {unknowns(history.as_of).join(" ")} The page asks again by itself.
      </p>
    );
  }
  if (filtered) {
    return (
      <p class="nothing">
        Nothing of this kind for <Mailbox address={subject} /> {where}.{" "}
        {all && <a href={all}>Show everything</a>}
      </p>
    );
  }
  return (
    <div class="nothing">
      <p>
        No mail for <Mailbox address={subject} /> {where}, all time. Everything is known up to the
        time above.
      </p>
      {role === "alias" && (
        <p>Mail that was refused before it named this address stands under its sender.</p>
      )}
    </div>
  );
}

function Span({ address }: { address: Address }) {
  const from = address.parameters.get("from");
  const to = address.parameters.get("to");
  if (!from && !to) return null;
  return (
    <p class="chips">
      {from && (
        <a class="chip" href={changed(address, { from: "", cursor: "" })}>
          from {from}
          <span class="hidden">, take away</span> ×
        </a>
      )}
      {to && (
        <a class="chip" href={changed(address, { to: "", cursor: "" })}>
          before {to}
          <span class="hidden">, take away</span> ×
        </a>
      )}
    </p>
  );
}

// Of a list whose page is in its address.
export function Pages({
  address,
  list,
  cursor,
}: {
  address: Address;
  list: { entries: Entry[]; next_cursor?: string };
  cursor: string | undefined;
}) {
  if (!cursor && !list.next_cursor) {
    return list.entries.length > 0 ? <p class="end">That is all.</p> : null;
  }
  return (
    <nav class="pages" aria-label="Pages">
      {cursor && (
        <a class="button" href={changed(address, { cursor: "" })}>
          Newest
        </a>
      )}
      {list.next_cursor ? (
        <a class="button" href={changed(address, { cursor: list.next_cursor })}>
          Older
        </a>
      ) : (
        <span class="end">That is all.</span>
      )}
    </nav>
  );
}

export function Timeline({ address }: { address: Address }) {
  const { view: role, subject } = address;
  const get = (name: string) => address.parameters.get(name);
  const parameters = {
    kind: get("kind"),
    from: get("from"),
    to: get("to"),
    match: get("match"),
    cursor: get("cursor"),
    limit: String(lines),
  };
  const key = JSON.stringify([role, subject, parameters]);
  const answer = useAnswer(key, (signal) => page(role, subject, parameters, signal));
  const history = answer.value;
  const filtered = Boolean(parameters.kind || parameters.from || parameters.to);
  useAgain(
    history !== undefined &&
      history.entries.length === 0 &&
      !history.next_cursor &&
      !allKnown(history.as_of),
    answer.again,
  );
  const entries: Entry[] = history?.entries ?? [];
  const chosen = (parameters.kind ?? "").split(",").filter(Boolean);
  return (
    <>
      <Heading title={`${subject} ${roles[role]!.as}`}>
        <Mailbox address={history?.address || subject} most={200} opens />{" "}
        <small>{roles[role]!.as}</small>
      </Heading>
      <Roles address={address} />
      <Kinds address={address} chosen={chosen} />
      <Span address={address} />
      <Known asOf={history?.as_of} />
      {answer.problem && <Trouble problem={answer.problem} again={answer.again} />}
      {answer.asking && !history && (
        <p class="asking" role="status">
          Asking…
        </p>
      )}
      <div class={answer.problem ? "old" : ""}>
        <Rows entries={entries} own={history?.address} />
      </div>
      {history && entries.length === 0 && (
        <Nothing
          history={history}
          filtered={filtered}
          subject={subject}
          role={role}
          all={changed(address, { kind: "", from: "", to: "", cursor: "" })}
        />
      )}
      {history && <Pages address={address} list={history} cursor={parameters.cursor} />}
      <p class="buttons">
        {(role === "client" || subject.includes("@")) && (
          <a
            class="button"
            href={link("export", "", {
              ...(role === "client" ? { client: subject } : { address: subject, role }),
              match: parameters.match,
              kind: parameters.kind,
              from: parameters.from,
              to: parameters.to,
            })}
          >
            Export
          </a>
        )}
        <a href={link("access", "", { subject })}>Who looked at this</a>
      </p>
    </>
  );
}
