// A domain's figures per hour: bars, a sentence and a table of the same numbers.

import { type Address, changed, link } from "../address";
import { useAnswer } from "../answer";
import { ask, path } from "../api";
import { HourChart, type Layer } from "../chart";
import { hoursBetween } from "../hours";
import { count, exact } from "../numbers";
import { Known, Trouble } from "../parts";
import { Foreign } from "../text";
import { hourAndDay, instant } from "../time";
import type { Counters, Counts } from "../types";
import { counts } from "../words";

// What a domain's bars are made of, from the line up.
const layers = [
  { name: "forwarded", colour: "taken" },
  { name: "rejected_by_policy", colour: "refused" },
  { name: "rejected_by_next_hop", colour: "hop" },
  { name: "deferred", colour: "not-now" },
  { name: "dropped", colour: "dropped" },
  { name: "in_doubt", colour: "doubt" },
  { name: "bounced", colour: "back", below: true },
] as const;

function textOf(name: string): string {
  return counts.find((one) => one.name === name)!.text;
}

function sentence(total: Counts): string {
  const parts = counts
    .filter((one) => (total[one.name] ?? 0) > 0)
    .map((one) => `${count(total[one.name]!)} ${one.text}`);
  return parts.length === 0 ? "Nothing happened." : `${parts.join(", ")}.`;
}

function Legend({ total }: { total: Counts }) {
  return (
    <ul class="legend">
      {layers.map((layer) => (
        <li>
          <span class={`swatch ${layer.colour}`} aria-hidden="true" />
          {textOf(layer.name)}{" "}
          <b title={exact(total[layer.name] ?? 0)}>{count(total[layer.name] ?? 0)}</b>
          {"below" in layer && <> (below the line)</>}
        </li>
      ))}
    </ul>
  );
}

function Table({ counters }: { counters: Counters }) {
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Per hour, as a table">
      <table>
        <caption>Per hour. Hours in which nothing happened are left out.</caption>
        <thead>
          <tr>
            <th scope="col">Hour</th>
            {counts.map((one) => (
              <th scope="col">
                {one.text}
                <small> {one.unit}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counters.hours.toReversed().map((hour) => (
            <tr>
              <th scope="row">
                <time dateTime={hour.hour} title={`${hour.hour} UTC`}>
                  {hourAndDay(instant(hour.hour).at)}
                </time>
              </th>
              {counts.map((one) => (
                <td>{count(hour[one.name] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">In all</th>
            {counts.map((one) => (
              <td>{count(counters.total[one.name] ?? 0)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Found({ counters, utc }: { counters: Counters; utc: boolean }) {
  const hours = hoursBetween(instant(counters.from).at / 1000, instant(counters.to).at / 1000);
  const byHour = new Map(counters.hours.map((one) => [instant(one.hour).at / 1000, one]));
  const drawn: Layer[] = layers.map((layer) => ({
    text: textOf(layer.name),
    colour: layer.colour,
    values: hours.map((at) => byHour.get(at)?.[layer.name] ?? 0),
    ...("below" in layer ? { below: true } : {}),
  }));
  const said = sentence(counters.total);
  return (
    <>
      <p>{said}</p>
      <HourChart
        hours={hours}
        layers={drawn}
        utc={utc}
        sentence={`Outcomes per hour: ${said} The table below has every hour.`}
      />
      <Legend total={counters.total} />
      <details>
        <summary>As a table</summary>
        <Table counters={counters} />
      </details>
      <Known asOf={counters.as_of} />
    </>
  );
}

export function Figures({ address }: { address: Address }) {
  const domain = address.parameters.get("domain") ?? "";
  const utc = address.parameters.get("utc") === "1";
  const from = address.parameters.get("from");
  const to = address.parameters.get("to");
  const answer = useAnswer(`${domain} ${from} ${to}`, async (signal) =>
    domain
      ? ask<Counters>(path(["v1", "domains", domain, "counters"], { from, to }), signal)
      : undefined,
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    location.hash = changed(address, { domain: String(form.get("domain") ?? "").trim() });
  };
  return (
    <section class="panel" aria-labelledby="figures-head">
      <h2 id="figures-head">
        Per hour
        {domain && (
          <>
            {" "}
            for <Foreign text={domain} most={80} />
          </>
        )}
      </h2>
      <form class="inline" onSubmit={submit} key={domain}>
        <label>
          Domain of this server{" "}
          <input
            name="domain"
            defaultValue={domain}
            required
            spellcheck={false}
            autocapitalize="off"
          />
        </label>
        <button type="submit">Show</button>
        {domain && (
          <a class="button" href={link("live", "", { domain })}>
            Live
          </a>
        )}
      </form>
      {!domain && (
        <p class="nothing">
          Name a domain that this server takes mail for: its last 24 hours are shown here, and the
          address of this page remembers it.
        </p>
      )}
      {answer.problem && <Trouble problem={answer.problem} again={answer.again} />}
      {domain && answer.asking && !answer.value && (
        <p class="asking" role="status">
          Asking…
        </p>
      )}
      {answer.value && <Found counters={answer.value} utc={utc} />}
    </section>
  );
}
