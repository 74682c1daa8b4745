// One delivery: a sentence for everybody, then the line of time with each server's own words, then
// the facts, and at the end the raw events.

import type { ComponentChildren } from "preact";
import { type Address, link } from "../address";
import { useAgain, useAnswer } from "../answer";
import { ask, path } from "../api";
import { octets } from "../numbers";
import { allKnown, Copy, Heading, Known, State, Trouble, When } from "../parts";
import { handOver, type Step, stepsOf } from "../steps";
import { escaped, Foreign, Mailbox, Words } from "../text";
import { instant, span } from "../time";
import type { Delivery as DeliveryAnswer, Event, Tls } from "../types";
import { stateWords } from "../words";
import { Raw } from "./raw";

function last(delivery: DeliveryAnswer, kind: "rejected" | "deferred" | "bounced" | "forwarded") {
  return delivery.events.findLast((event) => event[kind] && !event.reported_delivery_id);
}

function Hop({ event }: { event: Event | undefined }) {
  const body = event?.forwarded ?? event?.rejected ?? event?.deferred;
  const name = body?.next_hop?.mx_host || body?.next_hop?.ip;
  return name ? <Foreign text={name} most={60} /> : <>the next hop</>;
}

// What became of it, behind "Mail from … to … ".
function Fate({ delivery }: { delivery: DeliveryAnswer }) {
  const forwarded = handOver(delivery);
  const taken = forwarded?.occurred_at && (
    <>
      was taken by <Hop event={forwarded} /> at <When time={forwarded.occurred_at} />
    </>
  );
  switch (delivery.state) {
    case "accepted":
      return <>was taken in and is being handed over.</>;
    case "forwarded":
      return <>{taken ?? "was taken by the next hop"}.</>;
    case "settled":
      return <>{taken ?? "was taken by the next hop"}, and nothing came back.</>;
    case "delivered":
      return <>{taken ?? "was taken by the next hop"}, and a report says that it was delivered.</>;
    case "unclear":
      return <>{taken ?? "was taken by the next hop"}; what came back is unclear.</>;
    case "not_understood":
      return <>{taken ?? "was taken by the next hop"}; what came back is not understood.</>;
    case "dropped":
      return <>was thrown away by a rule.</>;
    case "in_doubt":
      return <>may or may not have arrived: the connection was lost.</>;
    case "rejected": {
      const event = last(delivery, "rejected");
      return event?.rejected?.by === "next_hop" ? (
        <>
          was refused by <Hop event={event} />.
        </>
      ) : (
        <>was refused by this server.</>
      );
    }
    case "deferred": {
      const event = last(delivery, "deferred");
      return event?.deferred?.by === "next_hop" ? (
        <>
          was put off by <Hop event={event} />.
        </>
      ) : (
        <>was put off by this server.</>
      );
    }
    case "bounced": {
      const came = last(delivery, "bounced")?.occurred_at;
      const after =
        came && forwarded?.occurred_at
          ? `${span(instant(came).at - instant(forwarded.occurred_at).at)} later`
          : "later";
      return (
        <>
          {taken ?? "was taken by the next hop"} and came back {after}.
        </>
      );
    }
    default:
      return <>is in a state that this release cannot name.</>;
  }
}

function Home({ delivery }: { delivery: DeliveryAnswer }) {
  if (delivery.state !== "bounced") return null;
  const home = delivery.events.findLast((event) => event.reported_delivery_id && !event.accepted);
  const report = last(delivery, "bounced")?.bounced;
  if (home?.forwarded) return <> The sender was told.</>;
  if (report?.handling === "held" || report?.handling === "absorbed") {
    return (
      <>
        {" "}
        The sender was <em>not</em> told.
      </>
    );
  }
  if (home?.in_doubt) return <> It is not known whether the sender was told.</>;
  if (home) return <> The sender was not told: home did not take the report.</>;
  return null;
}

function StepLine({ step, before }: { step: Step; before: Step | undefined }) {
  const delta =
    before?.time && step.time ? instant(step.time).at - instant(before.time).at : undefined;
  return (
    <li class={`step ${step.tone}${step.ahead ? " ahead" : ""}`}>
      <span class="step-time">
        {step.time && <When time={step.time} form={step.ahead ? "full" : "millis"} />}
        {delta !== undefined && !step.ahead && (
          <span class="delta">
            {" "}
            {delta < 1 ? "" : "+"}
            {span(delta)}
          </span>
        )}
      </span>
      <span class="speaker">
        {step.foreign ? <Foreign text={step.speaker} most={60} opens /> : step.speaker}
      </span>
      <span class="spoke">
        {step.about}
        {step.quote && (
          <>
            : <Words text={step.quote} opens />
          </>
        )}
        {step.then && (
          <>
            ; <Foreign text={step.then} most={400} opens />
          </>
        )}
        {step.named && (
          <>
            {" "}
            <Foreign text={step.named} most={400} opens />
          </>
        )}
      </span>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function tlsText(tls: Tls | undefined): string {
  if (!tls?.version) return "in clear";
  const by = { pkix: "by an authority", "dane-ta": "by DNS", "dane-ee": "by DNS" }[
    tls.verified_by ?? ""
  ];
  const verified = tls.verified_name
    ? `verified ${by ?? ""} as ${tls.verified_name}`
    : "not verified";
  return `${tls.version}, ${verified}`;
}

function Facts({ delivery }: { delivery: DeliveryAnswer }) {
  const event = delivery.events.findLast((one) => one.accepted && !one.reported_delivery_id);
  const accepted = event?.accepted;
  const hop = handOver(delivery)?.forwarded?.next_hop;
  const mid = accepted?.rfc5322_message_id;
  return (
    <dl class="facts">
      {delivery.sender !== undefined && (
        <Fact name="Envelope sender">
          <a href={link("sender", delivery.sender || "<>")}>
            <Mailbox address={delivery.sender} />
          </a>
        </Fact>
      )}
      {accepted?.header_from && (
        <Fact name="From">
          <Foreign text={accepted.header_from} opens />
        </Fact>
      )}
      {accepted?.recipient && (
        <Fact name="Recipient as given">
          <Foreign text={accepted.recipient} opens />
        </Fact>
      )}
      {delivery.alias && (
        <Fact name="Alias">
          <a href={link("alias", delivery.alias)}>
            <Mailbox address={delivery.alias} />
          </a>
        </Fact>
      )}
      {accepted?.route && (
        <Fact name="Route">
          <Foreign text={accepted.route} />
        </Fact>
      )}
      {delivery.target && (
        <Fact name="Target">
          <a href={link("target", delivery.target)}>
            <Mailbox address={delivery.target} />
          </a>
        </Fact>
      )}
      {accepted?.subject !== undefined && (
        <Fact name="Subject">
          <Foreign text={accepted.subject} opens />
        </Fact>
      )}
      {mid && (
        <Fact name="Message-ID">
          <a href={link("message-id", mid)}>
            <Foreign text={mid} />
          </a>
        </Fact>
      )}
      {accepted?.size !== undefined && <Fact name="Size">{octets(accepted.size)}</Fact>}
      {event?.client_ip && (
        <Fact name="Client">
          <a href={link("client", event.client_ip)}>
            <Foreign text={event.client_ip} />
          </a>
          {accepted?.helo && (
            <>
              , which said <Words text={accepted.helo} />
            </>
          )}
          , {tlsText(accepted?.tls)}
        </Fact>
      )}
      {hop && (
        <Fact name="To the next hop">
          {tlsText(hop.tls)}
          {hop.tls_failure && (
            <>
              : <Foreign text={hop.tls_failure} />
            </>
          )}
        </Fact>
      )}
      {(accepted?.authentication ?? []).map((one) => (
        <Fact name={(one.method ?? "").toUpperCase()}>
          <Foreign
            text={[one.result, one.domain && `for ${one.domain}`, one.reason && `(${one.reason})`]
              .filter(Boolean)
              .join(" ")}
            opens
          />
        </Fact>
      ))}
    </dl>
  );
}

function Others({ delivery }: { delivery: DeliveryAnswer }) {
  const accepted = delivery.events.findLast(
    (one) => one.accepted && !one.reported_delivery_id,
  )?.accepted;
  const others = (accepted?.targets ?? []).filter(
    (one) => one.delivery_id !== delivery.delivery_id,
  );
  return (
    <>
      {others.length > 0 && (
        <p>The alias has {others.length === 1 ? "another target" : "other targets"}:</p>
      )}
      {others.length > 0 && (
        <ul class="others">
          {others.map((one) => (
            <li>
              <a href={link("delivery", one.delivery_id ?? "")}>
                <Mailbox address={one.target ?? ""} />
              </a>
            </li>
          ))}
        </ul>
      )}
      {delivery.message_id && (
        <p>
          <a class="button" href={link("message", delivery.message_id)}>
            The whole message
          </a>
        </p>
      )}
    </>
  );
}

// Plain text, times in UTC, for a ticket.
function ticket(delivery: DeliveryAnswer): string {
  const lines = [
    `Delivery ${delivery.delivery_id}`,
    `${stateWords(delivery.state).label.text} (${delivery.state})`,
    `From ${delivery.sender || "<>"} for ${delivery.alias ?? "?"} to ${delivery.target ?? "?"}`,
  ];
  for (const step of stepsOf(delivery)) {
    const quote = step.quote ? `: "${step.quote}"` : "";
    const then = [step.then, step.named].filter(Boolean).join(" ");
    lines.push(`${step.time}  ${step.speaker} ${step.about}${quote}${then && `; ${then}`}`.trim());
  }
  lines.push(`Known up to ${delivery.as_of.complete_at ?? delivery.as_of.time ?? "nothing"}`);
  return escaped(lines.map((line) => line.replaceAll("\n", " ")).join("\n")) + "\n";
}

function Found({ delivery }: { delivery: DeliveryAnswer }) {
  const words = stateWords(delivery.state);
  const steps = stepsOf(delivery);
  const title = `${words.label.text}: ${delivery.sender || "<>"} → ${delivery.alias ?? ""}`;
  return (
    <>
      <Heading title={title}>
        Mail from <Mailbox address={delivery.sender ?? "?"} /> to{" "}
        <Mailbox address={delivery.alias ?? "?"} /> <Fate delivery={delivery} />
      </Heading>
      <p class="lead">
        <State label={words.label} word={delivery.state} />
      </p>
      <p>
        {words.meaning}
        <Home delivery={delivery} /> {words.todo}
      </p>
      <h2>What happened</h2>
      <ol class="line-of-time">
        {steps.map((step, i) => (
          <StepLine key={i} step={step} before={steps[i - 1]} />
        ))}
      </ol>
      <Others delivery={delivery} />
      <h2>Facts</h2>
      <Facts delivery={delivery} />
      <p class="buttons">
        <Copy text={() => location.href}>Copy link</Copy>
        <Copy text={() => ticket(delivery)}>Copy for a ticket</Copy>
      </p>
      <Raw events={delivery.events} />
    </>
  );
}

export function Delivery({ address }: { address: Address }) {
  const id = address.subject;
  const answer = useAnswer(id, (signal) =>
    ask<DeliveryAnswer>(path(["v1", "deliveries", id]), signal),
  );
  const delivery = answer.value;
  const asOf = delivery?.as_of ?? answer.problem?.as_of;
  // What is under way, and what may only not be here yet.
  const late =
    delivery?.state === "accepted" || (answer.problem?.status === 404 && !allKnown(asOf));
  useAgain(Boolean(late && asOf), answer.again);
  return (
    <>
      {!delivery && <Heading title={`Delivery ${id}`} />}
      {delivery && <Found delivery={delivery} />}
      {answer.asking && !delivery && (
        <p class="asking" role="status">
          Asking…
        </p>
      )}
      {answer.problem && <Trouble problem={answer.problem} again={answer.again} />}
      <Known asOf={delivery?.as_of} />
    </>
  );
}
