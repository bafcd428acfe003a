import fc from 'fast-check';
import { defineCatalogue } from '../../../src/observability/catalogue.ts';
import type { Family } from '../../../src/observability/families.ts';
import { type Entry, sortOut } from '../../../src/observability/fleet/entries.ts';
import { absorb, laneKey, retire } from '../../../src/observability/fleet/merge.ts';
import { SeriesTable } from '../../../src/observability/fleet/series-table.ts';
import {
  decodeState,
  encodeState,
  type FleetState,
  newState,
} from '../../../src/observability/fleet/state.ts';
import { totalsOf, withZeroes } from '../../../src/observability/fleet/totals.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { newInstanceId } from '../../../src/observability/push/identity.ts';
import { createEntryFormat, INSTANCE_JOB } from '../../../src/observability/push/wire.ts';
import { read, sumOf } from '../../running/counted.ts';

const catalogue = defineCatalogue({
  a_total: { type: 'counter', help: 'h', labels: { k: ['x', 'y', 'z'] } },
  b_seconds: { type: 'histogram', help: 'h', labels: { k: ['x', 'y'] }, buckets: [1, 10] },
  c_score: { type: 'summary', help: 'h', labels: {} },
  d_open: { type: 'gauge', help: 'h', labels: {} },
});
const toEntry = createEntryFormat(catalogue);
const table = new SeriesTable();

type Event = readonly ['a' | 'b' | 'c', 'x' | 'y', number];
const event: fc.Arbitrary<Event> = fc.tuple(
  fc.constantFrom('a', 'b', 'c'),
  fc.constantFrom('x', 'y'),
  fc.double({ min: 0, max: 20, noNaN: true }),
);

async function counted(events: readonly Event[]) {
  const metrics = createMetrics(catalogue);
  for (const [what, k, value] of events) {
    if (what === 'a') metrics.inc('a_total', { k }, Math.round(value));
    else if (what === 'b') metrics.observe('b_seconds', { k }, value);
    else metrics.observe('c_score', {}, value);
  }
  metrics.set('d_open', {}, 1);
  return metrics.snapshot();
}

/** As a gateway gives it back. */
async function pushed(id: string, lane: number, sequence: number, events: readonly Event[]): Promise<Entry> {
  const group = { job: INSTANCE_JOB, instance: id, lane: String(lane) };
  const families = toEntry(await counted(events), sequence).map((family) => ({
    ...family,
    series: family.series.map((one) => ({ ...one, labels: { ...one.labels, ...group } })),
  })) as Family[];
  const { entries, poisoned } = sortOut(families, table);
  expect(poisoned).toEqual([]);
  return entries[0]!;
}

/** Order of families, series and labels means nothing. */
function canonical(families: readonly Family[]): unknown {
  const sort = <T>(items: readonly T[]) =>
    items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return sort(
    families
      .filter(({ series }) => series.length > 0)
      .map((family) => ({ ...family, series: sort(family.series as readonly object[]) })),
  );
}
const totals = (state: FleetState) => canonical(totalsOf(catalogue, state));
const stateOf = (...entries: readonly Entry[]) => {
  const state = newState(table);
  absorb(state, entries, 0);
  return state;
};

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const TIMES = { retireAfterMs: 15 * MINUTE, forgetAfterMs: 24 * 60 * MINUTE };

/** Some instances, each with the views that gateways have of it at different moments of its life. */
const views = fc.array(
  fc.array(fc.tuple(fc.array(event, { maxLength: 6 }), fc.boolean()), { minLength: 1, maxLength: 4 }),
  { maxLength: 4 },
);
async function entriesOf(lives: readonly (readonly (readonly [readonly Event[], boolean])[])[]) {
  const entries: Entry[] = [];
  const last: Event[] = [];
  for (const life of lives) {
    const id = newInstanceId(NOW);
    let so: readonly Event[] = [];
    let lane = 0;
    for (const [i, [more, newLane]] of life.entries()) {
      so = [...so, ...more];
      if (newLane) lane += 1;
      entries.push(await pushed(id, lane, i + 1, so));
    }
    last.push(...so);
  }
  return { entries, truth: canonical((await counted(last)).filter(({ type }) => type !== 'gauge')) };
}

describe('absorb()', () => {
  test('whatever the order, the repetitions and the grouping: the total is the sum of what was counted', () =>
    fc.assert(
      fc.asyncProperty(views, fc.integer(), fc.integer({ min: 1, max: 4 }), async (lives, seed, gateways) => {
        const { entries, truth } = await entriesOf(lives);
        const shuffled = [...entries, ...entries].toSorted((a, b) => hash(a, seed) - hash(b, seed));
        const state = newState(table);
        for (let i = 0; i < gateways; i += 1)
          absorb(
            state,
            shuffled.filter((_, at) => at % gateways === i),
            NOW,
          );
        expect(totals(state)).toEqual(truth);
        absorb(state, entries, NOW);
        expect(totals(state)).toEqual(truth);
      }),
    ));

  test('totals never go down, and a ledger that was written and read again goes on as before', () =>
    fc.assert(
      fc.asyncProperty(views, async (lives) => {
        const { entries, truth } = await entriesOf(lives);
        let state = newState(table);
        let before = 0;
        for (const entry of entries) {
          absorb(state, [entry], NOW);
          state = decodeState(encodeState(state));
          const now = sumOf(totalsOf(catalogue, state), 'a_total');
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
        // The ledger's own numbering: its series have other places than those of the entries above.
        expect(canonical(totalsOf(catalogue, state))).toEqual(truth);
      }),
    ));

  test('whenever instances are retired or forgotten, and whatever comes late: nothing twice, nothing too much', () =>
    fc.assert(
      fc.asyncProperty(views, fc.array(fc.nat(30)), async (lives, minutes) => {
        const { entries, truth } = await entriesOf(lives);
        const state = newState(table);
        let now = NOW;
        for (const [i, entry] of entries.entries()) {
          now += (minutes[i] ?? 0) * MINUTE;
          absorb(state, [entry], now);
          retire(state, now, TIMES);
        }
        expect(totals(state)).toEqual(truth);
        retire(state, now + 30 * MINUTE, TIMES);
        retire(state, now + 3 * TIMES.forgetAfterMs, TIMES);
        expect(state.instances.size).toBe(0);
        expect(totals(state)).toEqual(truth);
        const horizon = state.horizon;
        absorb(state, entries, now);
        expect(totals(state)).toEqual(truth);
        if (entries.length > 0) expect(horizon).toBe(NOW + 1);
      }),
    ));
});

function hash({ id, sequence }: Entry, seed: number): number {
  let sum = seed;
  for (const char of `${id}${sequence}`) sum = (sum * 31 + char.charCodeAt(0)) | 0;
  return sum;
}

describe('the life of an entry', () => {
  const id = newInstanceId(NOW);
  const one: Event = ['a', 'x', 1];

  test('a newer lane supersedes the older, whose group can go; what lands there late changes nothing', async () => {
    const state = stateOf(await pushed(id, 0, 1, [one]));
    const done = absorb(
      state,
      [await pushed(id, 0, 2, [one, one]), await pushed(id, 1, 3, [one, one, one])],
      NOW,
    );
    expect([...done]).toEqual([laneKey(id, 0)]);
    expect(sumOf(totalsOf(catalogue, state), 'a_total')).toBe(3);
    expect([...absorb(state, [await pushed(id, 0, 2, [one, one])], NOW)]).toEqual([laneKey(id, 0)]);
    expect(sumOf(totalsOf(catalogue, state), 'a_total')).toBe(3);
    expect(state.counts.late).toBe(0);
  });

  test('retired after 15 minutes unchanged by the fleet’s clock, not before; a repetition is not a change', async () => {
    const state = stateOf();
    absorb(state, [await pushed(id, 0, 1, [one])], NOW);
    absorb(state, [await pushed(id, 0, 1, [one])], NOW + 14 * MINUTE);
    expect([...retire(state, NOW + 15 * MINUTE, TIMES)]).toEqual([]);
    expect([...retire(state, NOW + 15 * MINUTE + 1, TIMES)]).toEqual([laneKey(id, 0)]);
    expect(state.counts.retired).toBe(1);
    expect([...retire(state, NOW + 16 * MINUTE, TIMES)]).toEqual([]);
  });

  test('larger values on a retired lane are merged and counted late; the same ones are only deleted', async () => {
    const state = stateOf(await pushed(id, 0, 1, [one]));
    retire(state, NOW, TIMES);
    expect([...absorb(state, [await pushed(id, 0, 1, [one])], NOW)]).toEqual([laneKey(id, 0)]);
    expect(state.counts.late).toBe(0);
    expect([...absorb(state, [await pushed(id, 0, 2, [one, one])], NOW)]).toEqual([laneKey(id, 0)]);
    expect(state.counts.late).toBe(1);
    expect(sumOf(totalsOf(catalogue, state), 'a_total')).toBe(2);
  });

  test('a retired instance that is called again comes back on another lane, and is not late', async () => {
    const state = stateOf(await pushed(id, 0, 1, [one]));
    retire(state, NOW, TIMES);
    expect([...absorb(state, [await pushed(id, 1, 2, [one, one])], NOW)]).toEqual([]);
    expect(state.instances.get(id)).toMatchObject({ lane: 1, retiredAt: undefined });
    expect(state.counts.late).toBe(0);
  });

  test('an unknown instance that was born before the horizon is refused once, in however many gateways it lies', async () => {
    const state = newState(table);
    state.horizon = NOW + 1;
    const entry = await pushed(id, 0, 1, [one]);
    expect([...absorb(state, [entry, entry], NOW)]).toEqual([laneKey(id, 0)]);
    expect(state.counts.refused).toBe(1);
    expect(totalsOf(catalogue, state)).toEqual([]);
  });
});

describe('two versions of a histogram, both alive', () => {
  const older = defineCatalogue({
    b_seconds: { type: 'histogram', help: 'h', labels: { k: ['x', 'y'] }, buckets: [0.5, 1, 5], scale: 3 },
  });

  test('count, sum and the edges that both have are exact; a foreign bucket counts in the next larger edge', async () => {
    const [theirs, ours] = [createMetrics(older), createMetrics(catalogue)];
    for (const value of [0.4, 0.9, 3, 7]) theirs.observe('b_seconds', { k: 'x' }, value);
    for (const value of [0.2, 6, 50]) ours.observe('b_seconds', { k: 'x' }, value);
    const group = (id: string) => ({ job: INSTANCE_JOB, instance: id, lane: '0' });
    const inGroup = (families: readonly Family[], id: string) =>
      families.map((f) => ({
        ...f,
        series: f.series.map((s) => ({ ...s, labels: { ...s.labels, ...group(id) } })),
      })) as Family[];
    const families = [
      ...inGroup(createEntryFormat(older)(await theirs.snapshot(), 1), newInstanceId(NOW)),
      ...inGroup(toEntry(await ours.snapshot(), 1), newInstanceId(NOW)),
    ];
    const { entries, poisoned } = sortOut(families, table);
    expect(poisoned).toEqual([]);
    const [series] = totalsOf(catalogue, stateOf(...entries))[0]!.series;
    expect(series).toMatchObject({ count: 7, sum: 67.5, buckets: [[1, 3], [10, 5]] }); // biome-ignore format: pairs
  });
});

test('a metric that this version does not know stays in the ledger, unpublished', async () => {
  const state = stateOf(await pushed(newInstanceId(NOW), 0, 1, [['a', 'x', 3]]));
  const { a_total: _, ...rest } = catalogue;
  expect(totalsOf(rest, state)).toEqual([]);
  expect(sumOf(totalsOf(catalogue, decodeState(encodeState(state))), 'a_total')).toBe(3);
});

test('withZeroes(): every plausible series is there before its first event, and nothing that was counted changes', async () => {
  const state = stateOf(await pushed(newInstanceId(NOW), 0, 1, [['a', 'x', 4]]));
  const published = withZeroes(catalogue, totalsOf(catalogue, state));
  expect(read(published, 'a_total', { k: 'x' }).value).toBe(4);
  const names = Object.fromEntries(published.map(({ name, series }) => [name, series.length]));
  expect(names).toEqual({ a_total: 3, b_seconds: 2, c_score: 1 });
  expect(sumOf(published, 'a_total')).toBe(4);
});
