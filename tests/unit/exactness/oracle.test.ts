/** The oracle by itself: what it lets pass, and each thing that it must not. */
import { type Evidence, entryKey, judge, type UnitScrapes } from '../../../bench/exactness/oracle.ts';
import { PLACES, SAMPLES, zeroes } from '../../../bench/exactness/samples.ts';

const KEY = 'storm_events_total{kind="a",result="ok"}';
const PLACE = PLACES.get(KEY) ?? -1;
/** Ids begin with the time at which they were drawn. */
const id = (at: number, name: string) => `${at.toString(36).padStart(9, '0')}-${name}`;
const ONE = id(0, 'one');
const TWO = id(0, 'two');

function content(value: number): readonly number[] {
  const all = zeroes();
  all[PLACE] = value;
  return all;
}
const taken = (at: number, who: string, sequence: number) => ({ at, id: who, sequence });
const shown = (...values: readonly (readonly [at: number, value: number])[]): UnitScrapes =>
  values.map(([at, value]) => [at, value, value] as const);

/** Two instances: one counts 5 and then 2 more, the other 3. Folds at 1, 2, 3 and 4 s. */
function evidence(scrapes: UnitScrapes, more: Partial<Evidence> = {}): Evidence {
  const pushes = [taken(500, ONE, 1), taken(1500, TWO, 1), taken(2500, ONE, 2)];
  return {
    counted: [
      { at: 400, deltas: [[PLACE, 5]] },
      { at: 1400, deltas: [[PLACE, 3]] },
      { at: 2400, deltas: [[PLACE, 2]] },
    ],
    pushed: new Map([
      [entryKey(ONE, 1), content(5)],
      [entryKey(TWO, 1), content(3)],
      [entryKey(ONE, 2), content(7)],
    ]),
    acknowledged: pushes,
    taken: pushes,
    scrapes: new Map([...SAMPLES.keys()].map((place) => [place, place === PLACE ? scrapes : shown([0, 0])])),
    folds: [
      [1100, 1000],
      [2100, 2000],
      [3100, 3000],
      [4100, 4000],
    ],
    scrapeMs: new Map(),
    debutMs: 0,
    losses: [],
    ...more,
  };
}
const EXACT = shown([0, 0], [1100, 5], [2100, 8], [3100, 10], [4100, 10]);
const kinds = (scrapes: UnitScrapes, more: Partial<Evidence> = {}) =>
  judge(evidence(scrapes, more)).violations.map(({ kind, at }) => `${kind} ${at}`);

test('what is exact passes, with its end state', () => {
  const verdict = judge(evidence(EXACT));
  expect(verdict.violations).toEqual([]);
  expect(verdict.end[PLACE]).toEqual({ sample: KEY, scale: 0, truth: 10, reached: 10, published: 10 });
  expect(verdict).toMatchObject({ scrapes: 5, ids: 2 });
});

test('a dip, by the last digit too', () => {
  expect(kinds(shown([0, 0], [1100, 5], [2100, 6], [3100, 8], [3200, 7], [4100, 10]))).toContain('dip 3200');
  const dips: UnitScrapes = [[0, 0, 0], [3100, 10, 0.30000000000000004], [4100, 10, 0.3]]; // biome-ignore format: a table
  expect(kinds(dips)).toEqual(['dip 4100']);
});

test('more than was counted by the scrape, and not a scrape later', () => {
  expect(kinds(shown([0, 0], [1100, 6], [2100, 8], [4100, 10]))).toEqual(['above truth 1100']);
  expect(kinds(shown([0, 0], [2350, 10], [4100, 10]))).toEqual(['above truth 2350']);
  // The answer to a scrape that takes long may hold what was counted meanwhile.
  const slow = { scrapeMs: new Map([[2350, 60]]) };
  expect(kinds(shown([0, 0], [2350, 10], [4100, 10]), slow)).toEqual([]);
});

test('less than what was acknowledged when the last fold but one began', () => {
  // At 3100 the last fold but one began at 2000: 8 were acknowledged by then, and 10 only by the last.
  expect(kinds(shown([0, 0], [1100, 5], [2100, 5], [3100, 8], [4100, 10]))).toEqual([]);
  expect(kinds(shown([0, 0], [1100, 5], [2100, 5], [3100, 7], [4100, 10]))).toEqual([
    'below acknowledged 3100',
  ]);
});

test('a series that does not begin at 0; one that begins late may lag behind for its debut', () => {
  expect(kinds(shown([3100, 10], [4100, 10]))).toEqual(['debut 3100']);
  // First seen with the fold of 1000; the one of 2000 notes that it is there, and those after 3000 show it.
  const late = shown([1100, 0], [2100, 0], [3100, 0], [4100, 10]);
  expect(kinds(late, { debutMs: 500 })).toEqual([]);
  expect(kinds(late, { debutMs: 0 })).toEqual(['below acknowledged 3100']);
});

test('an end that is not what reached a gateway', () => {
  expect(kinds(shown([0, 0], [2100, 8], [3100, 9]))).toEqual(['end 3100']);
  const unread = { taken: [taken(500, ONE, 1), taken(1500, TWO, 1)] };
  expect(kinds(EXACT, unread)).toEqual(['end 4100']);
});

describe('losses that are allowed', () => {
  test('a gateway: what it took just before and nobody pushed again', () => {
    const losses = [{ from: 2200, until: 2600 }];
    expect(kinds(shown([0, 0], [2100, 8], [4100, 8]), { losses })).toEqual([]);
    expect(kinds(shown([0, 0], [2100, 8], [4100, 7]), { losses })).toContain('end 4100');
    const again = [...evidence(EXACT).taken, taken(2800, ONE, 3)];
    const pushed = new Map([...evidence(EXACT).pushed, [entryKey(ONE, 3), content(7)] as const]);
    const repeated = { losses, taken: again, acknowledged: again, pushed };
    expect(kinds(shown([0, 0], [2100, 8], [4100, 8]), repeated)).toContain('end 4100');
  });

  test('a gateway twice: what came again after the first time is lost with the second', () => {
    const twice = [
      { from: 400, until: 600 },
      { from: 2200, until: 2600 },
    ];
    expect(kinds(shown([0, 0], [2100, 3], [4100, 3]), { losses: twice })).toEqual([]);
    const once = [{ from: 2200, until: 2600 }];
    expect(kinds(shown([0, 0], [2100, 3], [4100, 3]), { losses: once })).toContain('end 4100');
  });

  test('the ledger: what was taken around it, and what the silent say later', () => {
    const losses = [{ from: 1900, until: 2100, silentSince: 1000 }];
    expect(kinds(shown([0, 0], [2100, 8], [4100, 8]), { losses })).toEqual([]);
    const lively = [{ from: 1900, until: 2100, silentSince: 400 }];
    expect(kinds(shown([0, 0], [2100, 8], [4100, 8]), { losses: lively })).toContain('end 4100');
  });
});
