import fc from 'fast-check';
import { bornAt, createIdentity, newInstanceId } from '../../../src/observability/push/identity.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Clocks that a test moves, each by itself. */
function at(wall: number) {
  const time = { wall, monotonic: 0, stamp: wall };
  const identity = createIdentity({ clocks: { wall: () => time.wall, monotonic: () => time.monotonic } });
  const pass = (ms: number) => {
    for (const clock of ['wall', 'monotonic', 'stamp'] as const) time[clock] += ms;
  };
  const push = (how: { acknowledged?: boolean; unanswered?: boolean } = {}, tookMs = 0) => {
    const place = identity.next(time.stamp);
    pass(tookMs);
    identity.settle({ acknowledged: true, unanswered: false, ...how });
    return place;
  };
  return { time, push, pass };
}

test('an id tells when its instance was born, and no two are alike', () =>
  fc.assert(
    fc.property(fc.nat(4_000_000_000_000), (ms) => {
      expect(bornAt(newInstanceId(ms))).toBe(ms);
      expect(newInstanceId(ms)).not.toBe(newInstanceId(ms));
    }),
  ));

test.each([
  '',
  'x',
  '0mwvlm9g0',
  '0mwvlm9g0-e1153d855d8c106df15',
  '0MWVLM9G0-e1153d855d8c106df15d',
  '../../etc',
])('%j is no id of ours', (id) => expect(bornAt(id)).toBeUndefined());

describe('the place of a push', () => {
  test('while everything is answered: one id, one lane, a sequence that grows', () => {
    const { push, pass } = at(1_000);
    const places = Array.from({ length: 5 }, () => {
      pass(9 * MINUTE);
      return push();
    });
    expect(new Set(places.map(({ id }) => id)).size).toBe(1);
    expect(places.map(({ lane, sequence }) => [lane, sequence])).toEqual([1, 2, 3, 4, 5].map((n) => [0, n]));
    expect(places.map(({ fresh }) => fresh)).toEqual([true, false, false, false, false]);
  });

  test('after a copy that nobody answered, another lane: it may still arrive', () => {
    const { push } = at(1_000);
    push({ unanswered: true });
    expect(push()).toMatchObject({ lane: 1, sequence: 2 });
    expect(push()).toMatchObject({ lane: 1, sequence: 3 });
  });

  test('after a push that stood still past the lease, another lane: its own may have been given up meanwhile', () => {
    const { push } = at(1_000);
    push();
    expect(push({}, 20 * MINUTE)).toMatchObject({ lane: 0, sequence: 2 });
    expect(push()).toMatchObject({ lane: 1, sequence: 3 });
  });

  test('pushes that nobody takes keep no id alive: the fleet forgets it all the same', () => {
    const { push, pass } = at(1_000);
    const first = push();
    const tried = Array.from({ length: 80 }, () => {
      pass(9 * MINUTE);
      return push({ acknowledged: false });
    });
    expect(tried[78]).toMatchObject({ id: first.id, fresh: false });
    const renewed = tried.filter(({ fresh }) => fresh);
    expect(renewed).toHaveLength(0);
    pass(9 * MINUTE);
    expect(push()).toMatchObject({ lane: 0, sequence: 1, fresh: true });
  });

  test('a push that was refused stays where it was: nothing of it can arrive', () => {
    const { push } = at(1_000);
    push();
    push({ acknowledged: false });
    expect(push()).toMatchObject({ lane: 0, sequence: 3 });
  });

  test.each(['wall', 'monotonic', 'stamp'] as const)(
    'when ten minutes have passed by the %s alone, another lane: the others may have stood still',
    (clock) => {
      const { push, time } = at(1_000);
      push();
      time[clock] += 10 * MINUTE;
      expect(push()).toMatchObject({ lane: 0 });
      time[clock] += 10 * MINUTE + 1;
      expect(push()).toMatchObject({ lane: 1 });
      expect(push()).toMatchObject({ lane: 1 });
    },
  );

  test('the lease runs from the last acknowledged push: refusals do not prolong it', () => {
    const { push, pass } = at(1_000);
    push();
    pass(6 * MINUTE);
    push({ acknowledged: false });
    pass(6 * MINUTE);
    expect(push()).toMatchObject({ lane: 1 });
  });

  test('after twelve hours another id, from its beginning: the fleet may have forgotten the old one', () => {
    const { push, pass } = at(1_000);
    const first = push({ unanswered: true });
    pass(12 * HOUR + 1);
    const second = push();
    expect(second).toMatchObject({ lane: 0, sequence: 1, fresh: true });
    expect(second.id).not.toBe(first.id);
    expect(bornAt(second.id)).toBe(1_000 + 12 * HOUR + 1);
    expect(push()).toMatchObject({ id: second.id, lane: 0, fresh: false });
  });
});
