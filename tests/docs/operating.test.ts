import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { BOARDS } from '../../monitoring/source/dashboards/boards.ts';
import { COMPOSE_TARGETS, prometheusConfig } from '../../monitoring/source/prometheus.ts';
import { run } from '../../monitoring/source/promtool.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { promtool } from '../servers/monitoring-tools.ts';
import { describeReal } from '../servers/skipping.ts';

const titles = new Map(
  BOARDS.map(({ title, rows }) => [
    title.replace('FTE · ', ''),
    rows.flatMap(({ panels }) => panels.map((panel) => panel.title)),
  ]),
);

const text = readFileSync(join(ROOT, 'docs', 'operating.md'), 'utf8');
const [, section = ''] = /^## What to look at, and when\n([\s\S]*?)\n## /m.exec(text) ?? [];
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1);

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

const [, own = ''] = /^## With a Prometheus of your own\n([\s\S]*)/m.exec(text) ?? [];
const blocks = [...own.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);

test('the scrape job is the shipped one', () => {
  const [scraping = ''] = blocks;
  const [shipped] = prometheusConfig(2, COMPOSE_TARGETS).scrape_configs as { static_configs: unknown }[];
  const [{ scrape_interval, static_configs, ...job }] = parse(scraping).scrape_configs;
  expect(scrape_interval).toBe('15s');
  expect(static_configs).toHaveLength(1);
  expect({ ...job, static_configs: shipped?.static_configs }).toEqual(shipped);
});

describeReal('promtool', () => {
  test('takes each configuration', async () => {
    expect(blocks).toHaveLength(4);
    const folder = await mkdtemp(join(tmpdir(), 'fte-operating-'));
    try {
      for (const [i, block] of blocks.entries()) {
        const file = join(folder, `${i}.yml`);
        await writeFile(file, block);
        expect(await run(promtool(), ['check', 'config', file])).toMatchObject({ ok: true });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
