// What leads to an action: what needs attention, how fresh what is known is, and the figures.

import type { Address } from "../address";
import { useAgain, useAnswer } from "../answer";
import { ask, askText, isProblem } from "../api";
import { findings } from "../attention";
import { readMetrics, type Sample, sum } from "../metrics";
import { count, exact, many } from "../numbers";
import { Heading, State, Trouble, When } from "../parts";
import { dayAndTime } from "../time";
import type { Readiness } from "../types";
import { feedKinds, kindLabel } from "../words";
import { Figures } from "./figures";
import { NextHops } from "./next_hops";
import { Box } from "./search";

interface Standing {
  at: string;
  readiness: Readiness;
}

async function standing(signal: AbortSignal): Promise<Standing> {
  const at = new Date().toISOString();
  try {
    return { at, readiness: await ask<Readiness>("/readyz", signal) };
  } catch (wrong) {
    // Not being ready is an answer.
    if (isProblem(wrong) && wrong.code === "not_ready") {
      return { at, readiness: { ready: false, detail: wrong.detail } };
    }
    throw wrong;
  }
}

function Attention({ standing, samples }: { standing: Standing; samples: Sample[] | undefined }) {
  const found = findings(standing.readiness, samples);
  if (found.length === 0) {
    return (
      <p>
        Nothing needs attention that this page knows of, at <When time={standing.at} />.
        {!samples && <> The numbers of the process are not there.</>}
      </p>
    );
  }
  return (
    <ul class="findings">
      {found.map((one) => (
        <li>
          <span class="shape" aria-hidden="true">
            ▲
          </span>{" "}
          {one.text} <em>{one.todo}</em>
        </li>
      ))}
    </ul>
  );
}

function Freshness({ readiness }: { readiness: Readiness }) {
  const parts: string[] = [];
  if (readiness.lag === 0) parts.push("The views have everything that is in the log.");
  else if (readiness.lag !== undefined) {
    parts.push(`${many(readiness.lag, "event")} of the log are not in the views yet.`);
  }
  if (readiness.backlog) {
    parts.push(`${many(readiness.backlog, "event")} of the journal are not in the log yet.`);
  }
  return <p>{parts.join(" ") || "This process has no views of its own."}</p>;
}

function Events({ samples }: { samples: Sample[] }) {
  const started = sum(samples, "process_start_time_seconds");
  const rows = feedKinds
    .map((kind) => ({
      kind,
      n: sum(samples, "waybill_events_total", { verdict: kind }),
    }))
    .filter((row) => row.n !== undefined);
  if (rows.length === 0) return <p>This process records no events.</p>;
  return (
    <>
      <p>
        Events that this process recorded
        {started && <> since it started, {dayAndTime(started * 1000)}</>}. One message to three
        targets is one that was taken in and three outcomes.
      </p>
      <ul class="tiles">
        {rows.map(({ kind, n }) => (
          <li>
            <State label={kindLabel(kind)} word={kind} />
            <b title={exact(n!)}>{count(n!)}</b>
          </li>
        ))}
      </ul>
    </>
  );
}

export function Overview({ address }: { address: Address }) {
  const ready = useAnswer("readyz", standing);
  const metrics = useAnswer("metrics", async (signal) =>
    readMetrics(await askText("/metrics", signal)),
  );
  useAgain(true, ready.again, 15);
  useAgain(true, metrics.again, 15);
  return (
    <>
      <Heading title="Overview" />
      <Box focus={!address.parameters.has("domain")} />
      <section class="panel" aria-labelledby="attention-head">
        <h2 id="attention-head">Needs attention</h2>
        {ready.problem && <Trouble problem={ready.problem} again={ready.again} />}
        {ready.value && <Attention standing={ready.value} samples={metrics.value} />}
        {ready.value && <Freshness readiness={ready.value.readiness} />}
      </section>
      <NextHops address={address} />
      <Figures address={address} />
      <section class="panel" aria-labelledby="events-head">
        <h2 id="events-head">This process</h2>
        {metrics.problem && <Trouble problem={metrics.problem} again={metrics.again} />}
        {metrics.value && <Events samples={metrics.value} />}
      </section>
    </>
  );
}
