import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emittersOf, generatedDocs, readSources, withGenerated } from '../../scripts/docs.ts';
import { catalogue } from '../../src/fte/catalogue.ts';
import { priorityFor } from '../../src/fte/escalations/priority.ts';
import { ESCALATION_REASONS } from '../../src/fte/vocabulary.ts';
import { ROOT } from '../running/serverless-yml.ts';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test.each(generatedDocs())('$file is up to date (else: node scripts/docs.ts)', ({ found, wanted }) => {
  expect(found).toBe(wanted);
});

test('a document without its markers is refused', () => {
  expect(withGenerated('a\n<!-- generated -->old<!-- end -->\nb', 'new')).toBe(
    'a\n<!-- generated -->\n\nnew\n\n<!-- end -->\nb',
  );
  expect(() => withGenerated('a <!-- generated --> b', 'new')).toThrow('<!-- end -->');
});

test('every metric stands in the tables once', () => {
  const tables = read('docs/metrics.md').split('<!-- generated -->')[1] ?? '';
  const named = [...tables.matchAll(/^\| `(fte_\w+)` \|/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(Object.keys(catalogue).toSorted());
});

describe('what emits a metric', () => {
  const of = (text: string) => emittersOf('fte_x_total', new Map([['src/a.ts', text]]));

  test.each([
    ["metrics.inc('fte_x_total', {});"],
    ["metrics.inc(\n  'fte_x_total',\n  {},\n);"],
    ["const NAME = 'fte_x_total';"],
  ])('code that names it: %j', (text) => expect(of(text)).toEqual(['src/a.ts']));

  test.each([
    ["// metrics.inc('fte_x_total', {});"],
    ["/** Raises 'fte_x_total'. */"],
    ["type T = LabelsOf<C, 'fte_x_total'>;"],
    ["families.find(({ name }) => name === 'fte_x_total')"],
    ["metrics.inc('fte_x_total_more', {});"],
  ])('not %j', (text) => expect(of(text)).toEqual([]));

  test('no definition counts, and what the service counts is found', () => {
    const sources = readSources(['src', 'handlers']);
    expect(emittersOf('fte_escalations_total', sources)).toEqual(['src/fte/tickets/tickets.ts']);
    expect(emittersOf('fte_fleet_instances', sources)).toEqual(['src/observability/fleet/publication.ts']);
  });
});

describe('docs/tickets.md', () => {
  const rows = [...read('docs/tickets.md').matchAll(/^\| `(\w+)` \| .* \| (low|medium|high|urgent) \|$/gm)];

  test('has the reasons to escalate in their order', () => {
    expect(rows.map(([, reason]) => reason)).toEqual([...ESCALATION_REASONS]);
  });

  test('has the priority that each of them gives', () => {
    expect(rows.map(([, , priority]) => priority)).toEqual(
      ESCALATION_REASONS.map((reason) => priorityFor(reason, undefined)),
    );
  });
});
