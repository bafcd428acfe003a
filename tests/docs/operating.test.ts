import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BOARDS } from '../../monitoring/source/dashboards/boards.ts';
import { ROOT } from '../running/serverless-yml.ts';

const titles = new Map(
  BOARDS.map(({ title, rows }) => [
    title.replace('FTE · ', ''),
    rows.flatMap(({ panels }) => panels.map((panel) => panel.title)),
  ]),
);

const text = readFileSync(join(ROOT, 'docs', 'operating.md'), 'utf8');
const [, section = ''] = /^## What to look at, and when\n([\s\S]*?)\n## /m.exec(text) ?? [];
const rows = section.split('\n').filter((line) => line.startsWith('| ')).slice(1); // biome-ignore format: short

test.each(rows)('%s: its panels are there', (row) => {
  const [, , , where = ''] = row.split('|');
  const unknown = where.split(';').flatMap((part) => {
    const [board = '', panels = ''] = part.trim().split(/: (.*)/);
    const known = titles.get(board) ?? [];
    const named = [...panels.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => title);
    return named.length === 0 ? [part] : named.filter((title) => !known.includes(title));
  });
  expect(unknown).toEqual([]);
});

test('the five practices are there', () => expect(rows.length).toBeGreaterThanOrEqual(5));
