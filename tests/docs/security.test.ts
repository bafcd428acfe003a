import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../running/serverless-yml.ts';

const text = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
/** The rows of all tables of threats. That their links lead somewhere, links.test.ts checks. */
const rows = text
  .split(/^\| threat \| control \| test \|$/m)
  .slice(1)
  .flatMap((table) => /^(?:\|.*\|\n)+/m.exec(table.trimStart())?.[0].trim().split('\n') ?? [])
  .filter((row) => !/^\|[-|]+\|$/.test(row))
  .map((row) =>
    row
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  );

test('there are threats', () => expect(rows.length).toBeGreaterThan(25));

test.each(rows)('%s: has a control and a test', (...cells) => {
  expect(cells).toHaveLength(3);
  const [, control = '', tests = ''] = cells;
  expect(control.length).toBeGreaterThan(20);
  expect(tests).toMatch(/\]\(\.\.\/tests\/[\w/-]+\.test\.ts\)/);
});

test('each of the README, the changelog and the errors leads to it, or to what it says', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('(docs/security.md)');
});
