// Holds records of ECS against its fields as they are published: each is one of them or stands
// below `waybill`, is a list where ECS has a list, of the type and of the values that ECS allows,
// and event.type is one that its category expects.
//
// Usage: node ecs_check.mjs MODULES VERSION FILE...
//   MODULES   the folder in which `npm ci` put @elastic/ecs
//   FILE      a record a line
// Prints what is wrong, and ends with 1 then.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import path from 'node:path';

const [modules, version, ...files] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'package.json'));
const { EcsFlat } = require('@elastic/ecs');

const OUR_SPACE = 'waybill';
const REQUIRED = ['@timestamp', 'ecs.version', 'event.kind', 'event.category', 'event.type',
  'event.id', 'event.dataset'];
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;
const isText = (value) => typeof value === 'string';
const OF_TYPE = {
  keyword: isText,
  wildcard: isText,
  match_only_text: isText,
  constant_keyword: isText,
  long: Number.isSafeInteger,
  float: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
  date: (value) => isText(value) && RFC3339.test(value),
  ip: (value) => isText(value) && isIP(value) !== 0,
};

// [name, value] of each field, by its dotted name.
function* fieldsOf(object, prefix = '') {
  for (const [key, value] of Object.entries(object)) {
    const name = prefix + key;
    if (name === OUR_SPACE) continue;
    const inner = value !== null && typeof value === 'object' && !Array.isArray(value);
    if (inner) yield* fieldsOf(value, `${name}.`);
    else yield [name, value];
  }
}

function* ofField(name, value) {
  const field = EcsFlat[name];
  if (!field) {
    yield `${name}: no field of ECS`;
    return;
  }
  const list = (field.normalize ?? []).includes('array');
  if (list !== Array.isArray(value)) yield `${name}: ${list ? 'is no list' : 'is a list'}`;
  for (const one of [value].flat()) {
    if (!OF_TYPE[field.type]?.(one)) yield `${name}: ${JSON.stringify(one)} is no ${field.type}`;
    const allowed = field.allowed_values ?? [];
    if (allowed.length > 0 && !allowed.some((each) => each.name === one)) {
      yield `${name}: ${one} is not allowed`;
    }
  }
}

function* ofRecord(record) {
  const fields = new Map(fieldsOf(record));
  for (const [name, value] of fields) yield* ofField(name, value);
  for (const name of REQUIRED) if (!fields.has(name)) yield `${name}: is missing`;
  if (fields.get('ecs.version') !== version) yield `ecs.version: is not ${version}`;
  const categories = EcsFlat['event.category'].allowed_values;
  for (const category of fields.get('event.category') ?? []) {
    const expected = categories.find((one) => one.name === category)?.expected_event_types ?? [];
    for (const type of fields.get('event.type') ?? []) {
      if (!expected.includes(type)) yield `event.type: ${type} is not expected of ${category}`;
    }
  }
}

for (const file of files) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  lines.forEach((line, index) => {
    for (const complaint of ofRecord(JSON.parse(line))) {
      console.log(`${index + 1}: ${complaint}`);
      process.exitCode = 1;
    }
  });
}
