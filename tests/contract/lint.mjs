// Reads an OpenAPI document with the linters of Redocly and of Spectral, and prints what either
// complains of. Neither asks a network, nor says to anybody that it runs.
//
// Usage: node lint.mjs MODULES DOCUMENT...
//   MODULES   the folder in which `npm ci` put the linters
//   DOCUMENT  a file of YAML or JSON
// Ends with 1 where anything was complained of.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [modules, ...files] = process.argv.slice(2).map((name) => path.resolve(name));
const require = createRequire(path.join(modules, 'package.json'));
const { lint, loadConfig, getLineColLocation } = require('@redocly/openapi-core');
const { Document, Spectral } = require('@stoplight/spectral-core');
const { Yaml } = require('@stoplight/spectral-parsers');
const { oas } = require('@stoplight/spectral-rulesets');

const REDOCLY_RULES = fileURLToPath(new URL('redocly.yaml', import.meta.url));
const SPECTRAL_RULES = {
  extends: [[oas, 'all']],
  rules: {
    // Who answers for a server is known to whoever runs it; of the project nobody is named here.
    'info-contact': 'off',
    // A licence has an identifier, or an address (OpenAPI 3.1, 4.8.4).
    'license-url': 'off',
    // Tags stand as a reader comes to them.
    'openapi-tags-alphabetical': 'off',
  },
};

async function redocly(file) {
  const config = await loadConfig({ configPath: REDOCLY_RULES });
  const problems = await lint({ ref: file, config });
  return problems.map(({ ruleId, message, location }) => {
    const { start } = getLineColLocation(location[0]);
    return `${file}:${start.line}: redocly ${ruleId}: ${message}`;
  });
}

async function spectral(file) {
  const linter = new Spectral();
  linter.setRuleset(SPECTRAL_RULES);
  const results = await linter.run(new Document(readFileSync(file, 'utf8'), Yaml, file));
  return results.map(
    ({ code, message, range, path: place }) =>
      `${file}:${range.start.line + 1}: spectral ${code}: ${message} (${place.join('.')})`,
  );
}

const complaints = [];
for (const file of files) {
  complaints.push(...(await redocly(file)), ...(await spectral(file)));
  console.log(`read ${file}`);
}
for (const complaint of complaints) console.log(complaint);
process.exit(complaints.length === 0 ? 0 : 1);
