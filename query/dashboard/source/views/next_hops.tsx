// The next hops of the last day: how much each took of what it was asked, how long it took to
// answer, and what it refuses by. Each number leads to the events that it counts.

import { type Address, changed, link } from "../address";
import { useAnswer } from "../answer";
import { ask, path } from "../api";
import { count, exact, share } from "../numbers";
import { Known, Trouble, When } from "../parts";
import { Foreign } from "../text";
import { span } from "../time";
import { conditionsOf } from "../typed";
import type { Figures, HopFigures } from "../types";

const fewRows = 8;
// As many as the server gives at most.
const allRows = 500;

type Narrowed = { kind?: string; rule?: string };

// The events that a row counted, or some of them. A host without a name has no such list: the
// names that it is found under have it too.
function listOf(row: HopFigures, narrowed: Narrowed = {}): string | undefined {
  const conditions = row.list === undefined ? undefined : conditionsOf(row.list);
  return conditions && link("events", "", { ...conditions, ...narrowed });
}

function Count({ row, n, kind, what }: { row: HopFigures; n: number; kind: string; what: string }) {
  const to = n > 0 ? listOf(row, { kind }) : undefined;
  const text = <span title={exact(n)}>{count(n)}</span>;
  if (!to) return text;
  return (
    <a href={to}>
      {text}
      <span class="hidden">
        {" "}
        {what} <Foreign text={row.name} most={60} />
      </span>
    </a>
  );
}

function Time({ ms }: { ms: number | undefined }) {
  return ms === undefined ? <span title="It took nothing.">–</span> : <>{span(ms)}</>;
}

// By which rule most of its refusals and deferrals are; most have none but the server's own words.
function Refusal({ row, some }: { row: HopFigures; some: boolean }) {
  const most = row.says_most;
  if (!most && !some) return <>–</>;
  const no = { kind: "rejected,deferred" };
  const list = listOf(row, most ? { ...no, rule: most.rule } : no);
  const words = most ? <code>{most.rule}</code> : "in its own words";
  return (
    <>
      {list ? <a href={list}>{words}</a> : words}
      {most && <> {count(most.count)}</>}
    </>
  );
}

function Row({ row }: { row: HopFigures }) {
  const { counts } = row;
  const asked = row.asked ?? 0;
  const took = row.took ?? 0;
  const refused =
    counts.rejected_by_policy + counts.rejected_by_next_hop + counts.rejected_by_relay;
  const notNow =
    counts.deferred_by_policy + counts.deferred_by_next_hop + counts.deferred_by_relay;
  const part = share(took, asked);
  const list = listOf(row);
  const name = <Foreign text={row.name} most={80} ltr />;
  return (
    <tr>
      <th scope="row">{list ? <a href={list}>{name}</a> : name}</th>
      <td>
        <Count row={row} n={took} kind="forwarded" what="taken by" /> of {count(asked)}
        {part && <small> {part}</small>}
      </td>
      <td>
        <Count row={row} n={refused} kind="rejected" what="refused at" />
      </td>
      <td>
        <Count row={row} n={notNow} kind="deferred" what="put off at" />
      </td>
      <td>
        <Count row={row} n={counts.in_doubt} kind="in_doubt" what="in doubt at" />
      </td>
      <td>
        <Time ms={row.time_to_answer?.p50_ms} />
      </td>
      <td>
        <Time ms={row.time_to_answer?.p95_ms} />
      </td>
      <td class="text">
        <Refusal row={row} some={refused + notNow > 0} />
      </td>
    </tr>
  );
}

function Table({ figures, domain }: { figures: Figures; domain: string }) {
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Next hops, as a table">
      <table>
        <caption>
          {domain ? (
            <>
              Mail for <Foreign text={domain} most={80} />
            </>
          ) : (
            "All mail that you may see"
          )}{" "}
          since <When time={figures.from} form="full" />. Times are from the first octet of the body
          to the reply, of what was taken.
        </caption>
        <thead>
          <tr>
            <th scope="col">Next hop</th>
            <th scope="col">took</th>
            <th scope="col">refused</th>
            <th scope="col">not now</th>
            <th scope="col">in doubt</th>
            <th scope="col">
              half within<small> p50</small>
            </th>
            <th scope="col">
              19 of 20 within<small> p95</small>
            </th>
            <th scope="col" class="text">
              commonest refusal
            </th>
          </tr>
        </thead>
        <tbody>
          {figures.rows.map((row) => (
            <Row key={row.name} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function NextHops({ address }: { address: Address }) {
  const domain = address.parameters.get("domain") ?? "";
  const order = address.parameters.get("hops") === "asked" ? "asked" : "refused";
  const all = address.parameters.get("all") === "hops";
  const answer = useAnswer(`hops ${domain} ${order} ${all}`, (signal) =>
    ask<Figures>(
      path(["v1", "figures"], {
        by: "next_hop",
        domain,
        order,
        limit: String(all ? allRows : fewRows),
      }),
      signal,
    ),
  );
  const figures = answer.value;
  const orders = [
    ["", "most refused first"],
    ["asked", "most asked first"],
  ] as const;
  return (
    <section class="panel" aria-labelledby="hops-head">
      <h2 id="hops-head">Next hops</h2>
      {answer.problem && <Trouble problem={answer.problem} again={answer.again} />}
      {answer.asking && !figures && (
        <p class="asking" role="status">
          Asking…
        </p>
      )}
      {figures && figures.rows.length === 0 && (
        <p class="nothing">No next hop was asked in the last 24 hours.</p>
      )}
      {figures && figures.rows.length > 0 && (
        <>
          <ul class="chips" aria-label="Which next hops come first">
            {orders.map(([hops, text]) => (
              <li>
                <a
                  class="chip"
                  href={changed(address, { hops })}
                  aria-current={(hops || "refused") === order ? "true" : undefined}
                >
                  {text}
                </a>
              </li>
            ))}
          </ul>
          <Table figures={figures} domain={domain} />
          {figures.names > figures.rows.length && (
            <p class="end">
              {count(figures.rows.length)} of {count(figures.names)} next hops.{" "}
              {!all && <a href={changed(address, { all: "hops" })}>Show them all</a>}
            </p>
          )}
        </>
      )}
      {figures && <Known asOf={figures.as_of} />}
    </section>
  );
}
