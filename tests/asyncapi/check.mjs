// Reads schemas/asyncapi.yaml as a user of it would, with AsyncAPI's own parser, and holds what it
// shows against schemas/: each topic is there, and each example of an event has its record's headers.
//
// Usage: node check.mjs SCHEMAS MODULES
//   SCHEMAS  the folder of asyncapi.yaml
//   MODULES  the folder in which `npm ci` put the parser
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [schemas, modules] = process.argv.slice(2).map((folder) => path.resolve(folder));
const require = createRequire(path.join(modules, 'package.json'));
const { Parser, fromFile } = require('@asyncapi/parser');
const Ajv = require('ajv');

const TOPICS = [
  'waybill.access.v1',
  'waybill.control.v1',
  'waybill.deliveries.v1',
  'waybill.nodes.v1',
  'waybill.quarantine.v1',
];
const ERROR = 0; // of a diagnostic's severity

async function parsed() {
  const file = path.join(schemas, 'asyncapi.yaml');
  const { document, diagnostics } = await fromFile(new Parser(), file).parse();
  const errors = diagnostics.filter((each) => each.severity === ERROR);
  for (const { message, path: place, range } of errors) {
    console.error(`asyncapi.yaml:${range.start.line + 1}: ${place.join('.')}: ${message}`);
  }
  assert.equal(errors.length, 0, 'the parser has complaints');
  return document;
}

function kindsTopic(kind) {
  return { control: 'waybill.control.v1', access: 'waybill.access.v1' }[kind] ??
    'waybill.deliveries.v1';
}

function kindsType(kind) {
  return { control: 'waybill.control.changed', access: 'waybill.access.recorded' }[kind] ??
    `waybill.delivery.${kind}`;
}

// The headers of an example's record; ce_dataschema is its writer's.
function headersOf(event, dataschema) {
  return {
    ce_specversion: '1.0',
    ce_id: `${event.journal ?? 0}-${event.node_seq}`,
    ce_type: kindsType(event.kind),
    ce_source: `waybill/${event.node}`,
    ce_dataschema: dataschema,
    'content-type': 'application/protobuf',
  };
}

// Without what the parser adds for itself.
function plain(schema) {
  return JSON.parse(JSON.stringify(schema, (key, value) =>
    key.startsWith('x-') ? undefined : value));
}

function checkTopics(document) {
  const channels = document.channels().all();
  assert.deepEqual(channels.map((channel) => channel.address()).sort(), TOPICS);
  for (const channel of channels) {
    const { partitions, replicas, topicConfiguration } = channel.bindings().get('kafka').value();
    const compacted = topicConfiguration['cleanup.policy'].includes('compact');
    const address = channel.address();
    assert.equal(partitions, address === 'waybill.deliveries.v1' ? 12 : 1, address);
    assert.equal(replicas, 3, address);
    assert.equal(topicConfiguration['min.insync.replicas'], 2, address);
    // What is compacted is kept as long as it holds; else it is said for how long.
    assert.equal('retention.ms' in topicConfiguration, !compacted, address);
  }
}

// Every schema of a message's value is a message of a .proto file beside the document.
function checkProtobuf(message) {
  const named = message.payload()?.extensions().get('x-protobuf')?.value();
  if (named === undefined) return;
  const proto = readFileSync(path.join(schemas, named.file), 'utf8');
  const dot = named.message.lastIndexOf('.');
  assert.match(proto, new RegExp(`^package ${named.message.slice(0, dot)};$`, 'm'));
  assert.match(proto, new RegExp(`^message ${named.message.slice(dot + 1)} \\{$`, 'm'));
}

function checkExamples(document) {
  const folder = path.join(schemas, 'examples');
  const wanted = readdirSync(folder).map((file) => path.basename(file, '.json')).sort();
  const ajv = new Ajv({ strict: false });
  const shown = [];
  for (const channel of document.channels().all()) {
    for (const message of channel.messages().all()) {
      checkProtobuf(message);
      const valid = message.headers() && ajv.compile(plain(message.headers().json()));
      for (const example of message.examples().all()) {
        const place = `${message.id()}, example ${example.name()}`;
        assert.ok(valid(example.headers()), `${place}: ${ajv.errorsText(valid.errors)}`);
        if (!wanted.includes(example.name())) {
          assert.equal(channel.address(), 'waybill.quarantine.v1', place);
          continue;
        }
        const file = path.join(folder, `${example.name()}.json`);
        const event = JSON.parse(readFileSync(file, 'utf8'));
        assert.equal(channel.address(), kindsTopic(event.kind), place);
        assert.equal(message.name(), kindsType(event.kind), place);
        const { ce_dataschema: dataschema } = example.headers();
        assert.deepEqual(example.headers(), headersOf(event, dataschema), place);
        shown.push(example.name());
      }
    }
  }
  assert.deepEqual(shown.sort(), wanted, 'each example of an event is shown once');
  return shown.length;
}

const document = await parsed();
checkTopics(document);
console.log(`asyncapi.yaml: ${TOPICS.length} topics, ${checkExamples(document)} examples of events`);
