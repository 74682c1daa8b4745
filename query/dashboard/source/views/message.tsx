// One message as a tree, and the messages that bore one Message-ID.

import { type Address, changed, link } from "../address";
import { useAgain, useAnswer } from "../answer";
import { ask, path } from "../api";
import { many } from "../numbers";
import { allKnown, Heading, Known, ReplyWords, State, Trouble, When } from "../parts";
import { Foreign, Mailbox, Words } from "../text";
import { eventsOf, type Leaf, summary, treeOf } from "../tree";
import type { Event, Message as MessageAnswer, Messages, Tree } from "../types";
import { eventLabel, handling } from "../words";
import { MessagesFound } from "./groups";
import { Raw } from "./raw";

function bodyOf(event: Event) {
  return (
    event.forwarded ??
    event.rejected ??
    event.deferred ??
    event.dropped ??
    event.in_doubt ??
    event.bounced
  );
}

function Line({ event }: { event: Event }) {
  const body = bodyOf(event);
  const label = eventLabel({
    kind: event.kind ?? "",
    ...(body?.by ? { by: body.by } : {}),
    ...(body?.class ? { bounce_class: body.class } : {}),
    ...(event.reported_delivery_id ? { reported_delivery_id: event.reported_delivery_id } : {}),
  });
  const words = event.bounced && (body?.diagnostic_code ?? body?.status);
  return (
    <>
      {event.occurred_at && <When time={event.occurred_at} />}{" "}
      <State label={label} word={event.kind ?? ""} />{" "}
      {body?.rule && (
        <code class="rule">
          <Foreign text={body.rule} most={60} />
        </code>
      )}{" "}
      {words ? <Words text={words} /> : <ReplyWords reply={body?.reply} />}
      {event.bounced && body?.handling && handling[body.handling] && (
        <>
          {" "}
          {handling[body.handling]}{" "}
          <Foreign
            text={(body.handling === "handed_on" ? body.handed_on_to : body.handling_reason) ?? ""}
          />
        </>
      )}
    </>
  );
}

function Target({ leaf, accepted }: { leaf: Leaf; accepted: Event | undefined }) {
  const name = leaf.target ? <Mailbox address={leaf.target} /> : <>no target was chosen</>;
  const first = leaf.outcome ?? accepted;
  const below = [...leaf.reports, ...leaf.home];
  return (
    <li>
      <div class="leaf">
        {leaf.id ? <a href={link("delivery", leaf.id)}>{name}</a> : <span>{name}</span>}{" "}
        {first && <Line event={first} />}
      </div>
      {below.length > 0 && (
        <ul>
          {below.map((event) => (
            <li>
              <Line event={event} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

export function MessageTree({ events }: { events: Event[] }) {
  const branches = treeOf(events);
  const sums = summary(branches);
  const accepted = events.find((event) => event.accepted && !event.reported_delivery_id);
  const sender = events.find(
    (event) => event.sender !== undefined && !event.reported_delivery_id,
  )?.sender;
  const time = events[0]?.occurred_at;
  const parts = [
    many(sums.recipients, "recipient"),
    many(sums.targets, "target"),
    sums.taken > 0 && `${sums.taken} taken`,
    sums.refused > 0 && `${sums.refused} refused`,
    sums.back > 0 && `${sums.back} came back`,
  ].filter(Boolean);
  return (
    <div class="tree">
      <p>
        {time && <When time={time} form="full" />}
        {sender !== undefined && (
          <>
            {" "}
            from{" "}
            <a href={link("sender", sender || "<>")}>
              <Mailbox address={sender} />
            </a>
          </>
        )}
        : {parts.join(", ")}
        {accepted?.accepted?.subject !== undefined && (
          <>
            . Subject: <Foreign text={accepted.accepted.subject} />
          </>
        )}
      </p>
      <ul>
        {branches.map((branch) => (
          <li key={branch.alias}>
            {branch.alias ? (
              <a href={link("alias", branch.alias)}>
                <Mailbox address={branch.alias} />
              </a>
            ) : (
              <>no address was named</>
            )}
            <ul>
              {branch.leaves.map((leaf) => (
                <Target key={leaf.id} leaf={leaf} accepted={branch.accepted} />
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Message({ address }: { address: Address }) {
  const id = address.subject;
  const cursor = address.parameters.get("cursor");
  const answer = useAnswer(`${id} ${cursor ?? ""}`, async (signal): Promise<MessageAnswer> => {
    if (cursor) return ask<MessageAnswer>(path(["v1", "messages", id], { cursor }), signal);
    const tree = await ask<Tree>(path(["v1", "messages", id, "tree"], {}), signal);
    return { ...tree, events: eventsOf(tree) };
  });
  const message = answer.value;
  const mid = message?.events.find((event) => event.accepted && !event.reported_delivery_id)
    ?.accepted?.rfc5322_message_id;
  return (
    <>
      <Heading title={`Message ${mid ?? id}`}>
        Message{" "}
        {mid ? (
          <a href={link("message-id", mid)}>
            <Foreign text={mid} most={120} />
          </a>
        ) : (
          <small>
            <code>
              <Foreign text={id} />
            </code>
          </small>
        )}
      </Heading>
      {answer.asking && !message && (
        <p class="asking" role="status">
          Asking…
        </p>
      )}
      {answer.problem && <Trouble problem={answer.problem} again={answer.again} />}
      {message && <MessageTree events={message.events} />}
      {message?.next_cursor && (
        <nav class="pages" aria-label="Pages">
          <a class="button" href={changed(address, { cursor: message.next_cursor })}>
            More events
          </a>
        </nav>
      )}
      {cursor && (
        <p class="end">
          This is a later part of the message's events.{" "}
          <a href={changed(address, { cursor: "" })}>The first part</a>
        </p>
      )}
      {message && <Raw events={message.events} />}
      <Known asOf={message?.as_of} />
    </>
  );
}

export function MessageId({ address }: { address: Address }) {
  const { subject } = address;
  const answer = useAnswer(`message-id ${subject}`, (signal) =>
    ask<Messages>(path(["v1", "messages"], { message_id: subject, limit: "5" }), signal),
  );
  const found = answer.value;
  useAgain(found?.messages.length === 0 && !allKnown(found.as_of), answer.again);
  return (
    <>
      <Heading title={`Message-ID ${subject}`}>
        Messages that bore <Foreign text={subject} most={200} opens />
      </Heading>
      {answer.asking && !found && <p class="asking">Asking…</p>}
      {answer.problem && <Trouble problem={answer.problem} again={answer.again} />}
      {found && <MessagesFound answer={found} />}
    </>
  );
}
