// `npm run monitoring:compare`: the eight alerts as they are commonly written first, and ours, on the same recorded data.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withGenerated } from '../../../scripts/docs.ts';
import { findExecutable } from '../../../tests/servers/executable.ts';
import { compared } from './compare.ts';
import { comparisonTable } from './table.ts';

/** The document that holds the table. */
export const DOCUMENT = join(import.meta.dirname, '../../../docs/alerts-compared.md');

const HELP = `npm run monitoring:compare [-- --check]

Runs the usual first drafts of the eight alerts, and ours, over the same recordings, and writes the tables of
docs/alerts-compared.md. With --check it only says whether they are up to date, and ends with 1 when they are not.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const promtool = findExecutable({ command: 'promtool', debianPackage: 'prometheus' });
  const { drafts, ours } = await compared(promtool);
  const table = comparisonTable(drafts, ours);
  const found = readFileSync(DOCUMENT, 'utf8');
  const wanted = withGenerated(found, table);
  console.log(table);
  if (found === wanted) return;
  if (!values.check) return writeFileSync(DOCUMENT, wanted);
  console.error('docs/alerts-compared.md is stale; run: npm run monitoring:compare');
  process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
