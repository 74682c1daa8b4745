// Asks a server every question of its contract, by the types that openapi-typescript makes of it
// (contract.ts). Each answer of JSON is printed with its place in the contract, a line each; what
// a program sees in them is the last line.
//
// Usage: node ask.js SERVER ALIAS OWNER
//   OWNER  what the owner of the server shows
import createClient from 'openapi-fetch';

import type { components, paths } from './contract.js';

declare const process: { argv: string[] };

type Entry = components['schemas']['Entry'];
type Kind = components['schemas']['Kind'];

const [server, alias, owner] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({
  baseUrl: server,
  querySerializer: { array: { style: 'form', explode: false } },
});

client.use({
  async onResponse({ request, response, schemaPath }) {
    const type = response.headers.get('Content-Type')?.split(';')[0] ?? '';
    const body = /json$/.test(type) && !/ndjson/.test(type) ? await response.clone().json() : null;
    const { status } = response;
    const method = request.method.toLowerCase();
    console.log(JSON.stringify({ path: schemaPath, method, status, type, body }));
  },
});

/** The data of an answer that is to have some. */
function told<T>({ data, response }: { data?: T; response: Response }): T {
  if (data === undefined) throw new Error(`${response.url} was answered with ${response.status}`);
  return data;
}

function first<T>(all: T[]): T {
  const [one] = all;
  if (one === undefined) throw new Error('nothing is there');
  return one;
}

/** What a history page of ours would call it. A kind that the contract has more is no type here. */
function label(kind: Kind): string {
  switch (kind) {
    case 'accepted':
    case 'forwarded':
    case 'bounced':
    case 'dropped':
    case 'rejected':
    case 'deferred':
      return kind;
    case 'in_doubt':
      return 'in doubt';
  }
}

async function history(): Promise<Entry[]> {
  const out: Entry[] = [];
  let cursor: string | undefined;
  do {
    const page = told(
      await client.GET('/v1/addresses/{address}/history', {
        params: {
          path: { address: alias },
          query: { limit: 2, cursor, kind: ['accepted', 'forwarded', 'bounced'] },
        },
      }),
    );
    out.push(...page.entries);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return out;
}

async function askForHistory() {
  const entries = await history();
  const forwarded = first(entries.filter(({ kind }) => kind === 'forwarded'));
  const ids = { id: forwarded.delivery_id ?? '' };
  const delivery = told(
    await client.GET('/v1/deliveries/{id}', {
      params: { path: ids, header: { 'Waybill-Reason': 'ticket 7' } },
    }),
  );
  const message = told(
    await client.GET('/v1/messages/{id}', {
      params: { path: { id: forwarded.message_id ?? '' } },
    }),
  );
  const tree = told(
    await client.GET('/v1/messages/{id}/tree', {
      params: { path: { id: forwarded.message_id ?? '' } },
    }),
  );
  const accepted = first(message.events.filter(({ kind }) => kind === 'accepted')).accepted;
  const of = accepted?.rfc5322_message_id ?? '';
  await client.GET('/v1/messages', { params: { query: { message_id: of } } });
  await client.GET('/v1/clients/{ip}/history', { params: { path: { ip: '127.0.0.1' } } });
  return {
    labels: entries.map(({ kind }) => label(kind)),
    code: forwarded.reply?.code,
    state: delivery.state,
    tree: tree.recipients.map((one) => one.deliveries.map(({ state }) => state)),
    story: delivery.story?.map(({ step }) => step),
    class: first(delivery.events.filter(({ kind }) => kind === 'bounced')).bounced?.class,
    message_id: of,
  };
}

async function askForCounts() {
  const params = { path: { domain: 'x.test' } };
  const counters = told(await client.GET('/v1/domains/{domain}/counters', { params }));
  const bys = ['domain', 'alias', 'next_hop', 'rule', 'sender'] as const;
  for (const by of bys) {
    await client.GET('/v1/figures', { params: { query: { by, step: 'hour' } } });
  }
  await client.GET('/v1/aliases', { params: { query: { begins: 'a' } } });
  return { forwarded: counters.total.forwarded };
}

async function askForSearches() {
  await client.GET('/v1/events', { params: { query: { kind: 'rejected,deferred' } } });
  for (const q of [alias, '<1@s.test>', 'is:rejected', 'void@x.test is:bounced', 'is:nonsense']) {
    await client.GET('/v1/search', { params: { query: { q } } });
  }
  const query = { q: alias, explain: true };
  const search = told(await client.GET('/v1/search', { params: { query } }));
  return { cost: typeof search.groups?.[0]?.cost };
}

/** The lines of the feed, each by its type. */
async function askForTheFeed() {
  const query = { after: 'start', wait: 1, limit: 1000 };
  const text = told(await client.GET('/v1/feed', { params: { query }, parseAs: 'text' }));
  type Line = components['schemas']['FeedLine'];
  const lines: Line[] = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const type = 'application/x-ndjson';
  for (const body of lines) {
    console.log(JSON.stringify({ path: '/v1/feed', method: 'get', status: 200, type, body }));
  }
  await client.GET('/v1/access', { params: { query: { principal: 'local' } } });
  return { events: lines.flatMap(({ event }) => event?.kind ?? []) };
}

async function askForExports() {
  const { id } = told(
    await client.POST('/v1/exports', {
      params: { query: { format: 'csv', domain: 'x.test', class: ['hard'] } },
    }),
  );
  const params = { path: { id } };
  await client.POST('/v1/exports/{id}/pause', { params });
  await client.POST('/v1/exports/{id}/resume', { params });
  let state: components['schemas']['Export']['state'] = 'waiting';
  while (state !== 'done' && state !== 'failed') {
    ({ state } = told(await client.GET('/v1/exports/{id}', { params })));
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const file = await client.GET('/v1/exports/{id}/file', { params, parseAs: 'text' });
  await client.GET('/v1/exports');
  await client.DELETE('/v1/exports/{id}', { params });
  return { export: state, rows: told(file).trim().split('\r\n').length };
}

async function askForTokens() {
  const headers = { Authorization: `Bearer ${owner}` };
  const query = { name: 'desk', domain: 'x.test', expires: '2099-01-01T00:00:00Z' };
  const { id, token } = told(
    await client.POST('/v1/tokens', {
      headers,
      params: { query: { ...query, scope: ['history', 'feed'] } },
    }),
  );
  const shown = { Authorization: `Bearer ${token}` };
  const { error } = await client.GET('/v1/exports', { headers: shown });
  const params = { path: { id } };
  await client.GET('/v1/tokens/{id}', { headers, params });
  await client.POST('/v1/tokens/{id}/rotate', { headers, params });
  const { data } = await client.DELETE('/v1/tokens/{id}', { headers, params });
  const { response } = await client.GET('/v1/exports', { headers: shown });
  await client.GET('/v1/tokens', { headers });
  return { scope: error?.code, token: data?.state, revoked: response.status };
}

async function askForTheProcess() {
  const contract = told(await client.GET('/openapi.json'));
  const ready = told(await client.GET('/readyz'));
  const live = told(await client.GET('/livez', { parseAs: 'text' }));
  told(await client.GET('/metrics', { parseAs: 'text' }));
  told(await client.GET('/v1/sign-in'));
  return { openapi: contract.openapi, ready: ready.ready, live };
}

async function askWhatIsRefused() {
  const path = { address: alias };
  const history = '/v1/addresses/{address}/history';
  const { error: limit } = await client.GET(history, { params: { path, query: { limit: 0 } } });
  const { error: place } = await client.GET(history, { params: { path, query: { cursor: 'AA' } } });
  const id = '00000000-0000-7000-8000-000000000000';
  const { error: none } = await client.GET('/v1/deliveries/{id}', { params: { path: { id } } });
  return { parameter: limit?.parameter, conflict: place?.code, none: none?.status };
}

const seen = {
  ...(await askForHistory()),
  ...(await askForCounts()),
  ...(await askForSearches()),
  ...(await askForTheFeed()),
  ...(await askForExports()),
  ...(await askForTokens()),
  ...(await askForTheProcess()),
  ...(await askWhatIsRefused()),
};
console.log(JSON.stringify(seen));
