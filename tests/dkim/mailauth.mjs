// What mailauth says of messages: lines in and out as dkim_verdicts.cc has them.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(`${process.argv[2]}/`);
const { dkimVerify } = require('mailauth/lib/dkim/verify.js');

// It says there what it thinks of l=; standard output is ours.
console.log = () => {};

async function verdict({ message, keys, now }) {
  const resolver = async (name, type) => {
    const text = type === 'TXT' ? keys[name] : undefined;
    if (text !== undefined) return [[text]];
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  };
  const found = await dkimVerify(Buffer.from(message, 'base64'), {
    resolver,
    curTime: new Date(now * 1000),
  });
  return found.results.map(({ status }) => ({
    word: status.result,
    reason: status.comment || '',
  }));
}

for await (const line of createInterface({ input: process.stdin })) {
  let words;
  try {
    words = await verdict(JSON.parse(line));
  } catch (error) {
    words = [{ word: 'error', reason: String(error) }];
  }
  process.stdout.write(`${JSON.stringify(words)}\n`);
}
