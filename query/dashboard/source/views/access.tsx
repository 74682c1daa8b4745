// Who looked at what: each question and each refusal, the newest first; of one subject or of one
// asker if wanted.

import { type Address, changed } from "../address";
import { useAnswer } from "../answer";
import { ask, path } from "../api";
import { many } from "../numbers";
import { Heading, Known, Trouble, When } from "../parts";
import { Foreign } from "../text";
import type { Access as Look, AccessPage } from "../types";

function Filters({ address }: { address: Address }) {
  const get = (name: string) => address.parameters.get(name);
  const chosen = [
    ["subject", "of"],
    ["principal", "by"],
  ] as const;
  if (!chosen.some(([name]) => get(name))) return null;
  return (
    <ul class="chips" aria-label="Which looks are shown">
      {chosen
        .filter(([name]) => get(name))
        .map(([name, word]) => (
          <li>
            <a class="chip" href={changed(address, { [name]: "", cursor: "" })}>
              {word} <Foreign text={get(name)!} most={60} />
              <span class="hidden">, take away</span> ×
            </a>
          </li>
        ))}
    </ul>
  );
}

function Line({ look, address }: { look: Look; address: Address }) {
  const only = (name: string, value: string) => changed(address, { [name]: value, cursor: "" });
  return (
    <li class="row look">
      <div class="no-link">
        <When time={look.time} form="full" />
        <span>
          <a href={only("principal", look.principal)}>
            <Foreign text={look.principal} most={60} />
          </a>
          {look.name && (
            <>
              {" "}
              (<Foreign text={look.name} most={60} />)
            </>
          )}
          {look.client_ip && (
            <>
              {" "}
              from <Foreign text={look.client_ip} most={60} />
            </>
          )}
        </span>
        <span class="parties">
          <code>
            <Foreign
              text={[look.method, look.query ?? look.route].filter(Boolean).join(" ")}
              opens
            />
          </code>
          {look.subject && (
            <>
              {" "}
              of{" "}
              <a href={only("subject", look.subject)}>
                <Foreign text={look.subject} most={80} />
              </a>
            </>
          )}
        </span>
        <span class="said">
          {look.status}, {many(look.rows, "row")}
          {look.reason ? (
            <>
              , <Foreign text={look.reason} opens />
            </>
          ) : (
            <span class="none">, no reason given</span>
          )}
        </span>
      </div>
    </li>
  );
}

export function Access({ address }: { address: Address }) {
  const get = (name: string) => address.parameters.get(name);
  const parameters = {
    subject: get("subject"),
    principal: get("principal"),
    cursor: get("cursor"),
    limit: "50",
  };
  const answer = useAnswer(`access ${JSON.stringify(parameters)}`, (signal) =>
    ask<AccessPage>(path(["v1", "access"], parameters), signal),
  );
  const looks = answer.value?.accesses;
  const absent = answer.problem?.status === 404 || answer.problem?.status === 501;
  return (
    <>
      <Heading title="Access" />
      <p>Who looked at history, and why. This look is on record too, where looks are.</p>
      <Filters address={address} />
      <Known asOf={answer.value?.as_of} />
      {answer.asking && !looks && (
        <p class="asking" role="status">
          Asking…
        </p>
      )}
      {absent && (
        <p class="nothing">
          Not available: this process keeps no record of who looked at what.{" "}
          {answer.problem?.detail}
        </p>
      )}
      {answer.problem && !absent && <Trouble problem={answer.problem} again={answer.again} />}
      {looks?.length === 0 && (
        <p class="nothing">Nobody has looked at anything of this that you may see.</p>
      )}
      {looks && looks.length > 0 && (
        <ol class="rows">
          {looks.map((look, i) => (
            <Line key={look.event_id ?? i} look={look} address={address} />
          ))}
        </ol>
      )}
      {(parameters.cursor || answer.value?.next_cursor) && (
        <nav class="pages" aria-label="Pages">
          {parameters.cursor && (
            <a class="button" href={changed(address, { cursor: "" })}>
              Newest
            </a>
          )}
          {answer.value?.next_cursor && (
            <a class="button" href={changed(address, { cursor: answer.value.next_cursor })}>
              Older
            </a>
          )}
        </nav>
      )}
    </>
  );
}
