import fc from 'fast-check';
import { defineCatalogue } from '../../../src/observability/catalogue.ts';
import type { Family } from '../../../src/observability/families.ts';
import { withZeroes } from '../../../src/observability/fleet/fleet.ts';
import { newest, total } from '../../../src/observability/fleet/merge.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { read, sumOf } from '../../running/counted.ts';

const catalogue = defineCatalogue({
  a_total: { type: 'counter', help: 'h', labels: { k: ['x', 'y', 'z'] } },
  b_seconds: { type: 'histogram', help: 'h', labels: { k: ['x', 'y'] }, buckets: [1, 10] },
  c_score: { type: 'summary', help: 'h', labels: {} },
  d_open: { type: 'gauge', help: 'h', labels: {} },
});

type Event = readonly ['a' | 'b' | 'c', 'x' | 'y', number];
const event: fc.Arbitrary<Event> = fc.tuple(
  fc.constantFrom('a', 'b', 'c'),
  fc.constantFrom('x', 'y'),
  fc.nat(20),
);

/** The entry of an instance after these events. */
async function entryOf(events: readonly Event[]): Promise<readonly Family[]> {
  const metrics = createMetrics(catalogue);
  for (const [what, k, value] of events) {
    if (what === 'a') metrics.inc('a_total', { k }, value);
    else if (what === 'b') metrics.observe('b_seconds', { k }, value);
    else metrics.observe('c_score', {}, value);
  }
  metrics.set('d_open', {}, 1);
  return metrics.snapshot();
}

/** Order of families, series and labels means nothing. */
function canonical(families: readonly Family[]): unknown {
  const sort = <T>(items: readonly T[]) =>
    items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return sort(families.map((family) => ({ ...family, series: sort(family.series as readonly object[]) })));
}

/** Two moments in one instance's life. */
const twoViews = fc.tuple(fc.array(event), fc.array(event));

describe('newest(): views of one entry', () => {
  test('idempotent, commutative, associative; the later view wins', () =>
    fc.assert(
      fc.asyncProperty(twoViews, fc.array(event), async ([early, more], last) => {
        const a = await entryOf(early);
        const b = await entryOf([...early, ...more]);
        const c = await entryOf([...early, ...more, ...last]);
        expect(canonical(newest(b, b))).toEqual(canonical(b));
        expect(canonical(newest(a, b))).toEqual(canonical(newest(b, a)));
        expect(canonical(newest(newest(a, b), c))).toEqual(canonical(newest(a, newest(b, c))));
        expect(canonical(newest(b, a))).toEqual(canonical(b));
      }),
    ));
});

describe('total(): the sum over instances', () => {
  test('whatever the split over instances, the total is that of one instance with all events', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(event), { maxLength: 5 }), async (instances) => {
        const split = total(await Promise.all(instances.map(entryOf)));
        const whole = total([await entryOf(instances.flat())]);
        expect(canonical(split)).toEqual(canonical(instances.length === 0 ? [] : whole));
      }),
    ));

  test('gauges have one writer and are not added', async () => {
    const families = total([await entryOf([]), await entryOf([])]);
    expect(families.find(({ name }) => name === 'd_open')).toBeUndefined();
  });
});

test('withZeroes(): every plausible series is there before its first event, and nothing that was counted changes', async () => {
  const totals = total([await entryOf([['a', 'x', 4]])]);
  const published = withZeroes(catalogue, totals);
  expect(read(published, 'a_total', { k: 'x' }).value).toBe(4);
  const names = Object.fromEntries(published.map(({ name, series }) => [name, series.length]));
  expect(names).toEqual({ a_total: 3, b_seconds: 2, c_score: 1 });
  expect(sumOf(published, 'a_total')).toBe(4);
});
