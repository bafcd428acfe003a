import fc from 'fast-check';
import { defineCatalogue } from '../../../src/observability/catalogue.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { since } from '../../../src/observability/push/since.ts';
import {
  createEntryFormat,
  parseWireName,
  SEQUENCE,
  wireName,
} from '../../../src/observability/push/wire.ts';

const histogram = (buckets: readonly number[], scale?: number) =>
  ({ type: 'histogram', help: 'h', labels: {}, buckets, ...(scale === undefined ? {} : { scale }) }) as const;

const catalogue = defineCatalogue({
  a_total: { type: 'counter', help: 'h', labels: { k: ['x', 'y'] } },
  b_usd_total: { type: 'counter', help: 'h', labels: {}, scale: 9 },
  c_seconds: histogram([1, 10]),
  d_bytes: histogram([1e9], -3),
  e_score: { type: 'summary', help: 'h', labels: {}, scale: 0 },
  f_open: { type: 'gauge', help: 'h', labels: {} },
});

describe('names inside entries', () => {
  test('carry kind, scale and, for a histogram, its edges; and are read back', () => {
    const names = Object.entries(catalogue).flatMap(([name, spec]) =>
      spec.type === 'gauge' ? [] : [wireName(name, spec)],
    );
    expect(names).toEqual([
      'a_total__c0',
      'b_usd_total__c9',
      expect.stringMatching(/^c_seconds__h6_[0-9a-f]{8}$/),
      expect.stringMatching(/^d_bytes__hm3_[0-9a-f]{8}$/),
      'e_score__s0',
    ]);
    expect(names.map(parseWireName)).toEqual([
      { metric: 'a_total', type: 'counter', scale: 0 },
      { metric: 'b_usd_total', type: 'counter', scale: 9 },
      { metric: 'c_seconds', type: 'histogram', scale: 6 },
      { metric: 'd_bytes', type: 'histogram', scale: -3 },
      { metric: 'e_score', type: 'summary', scale: 0 },
    ]);
  });

  test('two sets of edges, or two scales, never share one', () => {
    const specs = [histogram([1, 10]), histogram([1, 11]), histogram([1]), histogram([1, 10], 3)];
    expect(new Set(specs.map((spec) => wireName('c_seconds', spec))).size).toBe(specs.length);
  });

  test.each(['a_total', 'a__c', 'a__g0', 'a__c0_', '__c0', 'A__c0', 'a__c10', 'push_time_seconds', ''])(
    '%j is none',
    (name) => expect(parseWireName(name)).toBeUndefined(),
  );

  test('a gauge has one writer, and no such name', () =>
    expect(() => wireName('f_open', catalogue.f_open)).toThrow('f_open'));
});

const events = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.double({ min: 0, max: 500, noNaN: true })),
);
type Events = readonly (readonly [string, number])[];
function count(metrics: ReturnType<typeof createMetrics<typeof catalogue>>, all: Events) {
  for (const [what, value] of all) {
    if (what === 'a') metrics.inc('a_total', { k: 'x' }, Math.round(value));
    else if (what === 'b') metrics.inc('b_usd_total', {}, value);
    else if (what === 'c') metrics.observe('c_seconds', {}, value);
    else if (what === 'd') metrics.observe('d_bytes', {}, value * 1e6);
    else metrics.observe('e_score', {}, value);
  }
}
const toEntry = createEntryFormat(catalogue);

test('an entry holds whole numbers, no gauges, and the sequence number last', () =>
  fc.assert(
    fc.asyncProperty(events, async (all) => {
      const metrics = createMetrics(catalogue);
      count(metrics, all);
      metrics.set('f_open', {}, 0.5);
      const entry = toEntry(await metrics.snapshot(), 7);
      expect(entry.at(-1)).toMatchObject({ name: SEQUENCE, series: [{ value: 7 }] });
      expect(entry.some(({ name }) => name.startsWith('f_open'))).toBe(false);
      for (const family of entry)
        for (const series of family.series)
          for (const value of 'value' in series ? [series.value] : [series.sum, series.count])
            expect(Number.isSafeInteger(value)).toBe(true);
    }),
  ));

test('since(): what was counted between two snapshots is what a fresh instance would have counted', () =>
  fc.assert(
    fc.asyncProperty(events, events, async (before, after) => {
      const [metrics, fresh] = [createMetrics(catalogue), createMetrics(catalogue)];
      count(metrics, before);
      const then = await metrics.snapshot();
      count(metrics, after);
      count(fresh, after);
      const counted = toEntry(since(then, await metrics.snapshot()), 1);
      const expected = toEntry(await fresh.snapshot(), 1);
      for (const family of expected) expect(counted).toContainEqual(family);
      // What the fresh one has not touched is there with nothing in it.
      const rest = counted.filter(({ name }) => !expected.some((family) => family.name === name));
      for (const { series } of rest)
        for (const one of series) expect('value' in one ? one.value : one.count).toBe(0);
    }),
  ));
