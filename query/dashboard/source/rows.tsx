// Lines of a history, day by day, the newest first: when, what, whose, and the words that were
// said. A line is one link.

import { link } from "./address";
import { Foreign, Mailbox, Words } from "./text";
import { ReplyWords, State, When } from "./parts";
import { day, instant } from "./time";
import type { Entry } from "./types";
import { eventLabel } from "./words";

export function entryLink(entry: Entry): string | undefined {
  const delivery = entry.reported_delivery_id ?? entry.delivery_id;
  if (delivery) return link("delivery", delivery);
  if (entry.message_id) return link("message", entry.message_id);
  return undefined;
}

// From whom, for whom, to where; the address that the list is of stands in its heading.
export function Parties({ entry, own }: { entry: Entry; own?: string | undefined }) {
  const { sender, alias, target } = entry;
  if (sender === undefined && alias === undefined && target === undefined) {
    return <span class="parties none">no address was named</span>;
  }
  const arrow = <span class="to"> → </span>;
  return (
    <span class="parties">
      {sender !== undefined && sender !== own && <Mailbox address={sender} />}
      {alias !== undefined && alias !== own && (
        <>
          {arrow}
          <Mailbox address={alias} />
        </>
      )}
      {target !== undefined && target !== own && (
        <>
          {arrow}
          <Mailbox address={target} />
        </>
      )}
    </span>
  );
}

export function Said({ entry }: { entry: Entry }) {
  const words = entry.diagnostic ?? entry.status;
  return (
    <span class="said">
      {entry.rule && (
        <code class="rule">
          <Foreign text={entry.rule} most={60} />
        </code>
      )}{" "}
      {entry.kind !== "accepted" && <ReplyWords reply={entry.reply} />}
      {entry.kind === "bounced" && words && <Words text={words} />}
    </span>
  );
}

function Row({ entry, own }: { entry: Entry; own?: string | undefined }) {
  const to = entryLink(entry);
  const inside = (
    <>
      <When time={entry.time} />
      <State label={eventLabel(entry)} word={entry.kind} />
      <Parties entry={entry} own={own} />
      <Said entry={entry} />
    </>
  );
  return (
    <li class="row">{to ? <a href={to}>{inside}</a> : <div class="no-link">{inside}</div>}</li>
  );
}

// `own`: the address that the list is of.
export function Rows({
  entries,
  own,
  level = 2,
}: {
  entries: Entry[];
  own?: string | undefined;
  level?: 2 | 3;
}) {
  const days: { name: string; entries: Entry[] }[] = [];
  for (const entry of entries) {
    const name = day(instant(entry.time).at);
    const last = days.at(-1);
    if (last?.name === name) last.entries.push(entry);
    else days.push({ name, entries: [entry] });
  }
  const Head = level === 2 ? "h2" : "h3";
  return (
    <>
      {days.map((one) => (
        <section class="day" key={one.name}>
          <Head>{one.name}</Head>
          <ol class="rows">
            {one.entries.map((entry) => (
              <Row key={`${entry.partition}-${entry.index}`} entry={entry} own={own} />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}
