import { newInstanceId } from '../../../src/observability/push/identity.ts';
import { inboxesOf } from '../../../src/observability/push/inboxes.ts';
import { createPolicy, type PushPolicy } from '../../../src/observability/push/policy.ts';

/** Calls at these times, in milliseconds; true where each of them pushed. */
function pushes(policy: PushPolicy, calls: readonly number[]): readonly boolean[] {
  let now = 0;
  const { dueInMs, pushed } = createPolicy(policy, () => now);
  return calls.map((at) => {
    now = at;
    const due = dueInMs() === 0;
    if (due) pushed();
    return due;
  });
}
const everyMs = (count: number, gap: number, from = 0) =>
  Array.from({ length: count }, (_, i) => from + i * gap);
const count = (all: readonly boolean[]) => all.filter(Boolean).length;

describe('when an instance pushes', () => {
  test('"every": each time', () => expect(count(pushes('every', everyMs(50, 10)))).toBe(50));

  test('every so many seconds: the first time, then at most so often', () =>
    expect(pushes({ everyMs: 2_000 }, [0, 500, 1_999, 2_000, 2_001, 9_000])).toEqual([
      true, false, false, true, false, true,
    ])); // biome-ignore format: one line a list

  test('"adaptive": a quiet instance each time, a busy one once a second', () => {
    expect(count(pushes('adaptive', everyMs(20, 600)))).toBe(20);
    expect(count(pushes('adaptive', everyMs(100, 50)))).toBeLessThanOrEqual(7);
  });

  test('"adaptive": after a pause the burst before it is forgotten', () => {
    const calls = [...everyMs(50, 20), 5_000, 6_000];
    expect(pushes('adaptive', calls).slice(-2)).toEqual([true, true]);
  });

  test('says how long it takes until a push is due', () => {
    let now = 0;
    const policy = createPolicy({ everyMs: 1_000 }, () => now);
    policy.pushed();
    now = 300;
    expect(policy.dueInMs()).toBe(700);
  });
});

describe('the inboxes of an instance', () => {
  const urls = ['http://a', 'http://b', 'http://c', 'http://d', 'http://e'];
  const ids = Array.from({ length: 2_000 }, () => newInstanceId(1));

  test('all of one or two', () => {
    expect(inboxesOf('x', urls.slice(0, 1))).toEqual(['http://a']);
    expect(inboxesOf('x', urls.slice(0, 2))).toEqual(['http://a', 'http://b']);
  });

  test('of more, two that do not depend on the order in which they are named, spread evenly', () => {
    const load = new Map(urls.map((url) => [url, 0]));
    for (const id of ids) {
      const chosen = inboxesOf(id, urls);
      expect(new Set(chosen).size).toBe(2);
      expect(inboxesOf(id, urls.toReversed())).toEqual(chosen);
      for (const url of chosen) load.set(url, (load.get(url) ?? 0) + 1);
    }
    // 800 each are expected; ten standard deviations.
    for (const held of load.values()) expect(Math.abs(held - 800)).toBeLessThan(220);
  });

  test('one that goes moves only the instances that it had', () => {
    for (const id of ids.slice(0, 300)) {
      const before = inboxesOf(id, urls);
      const after = inboxesOf(
        id,
        urls.filter((url) => url !== 'http://c'),
      );
      const stays = before.filter((url) => url !== 'http://c');
      expect(after).toEqual(expect.arrayContaining([...stays]));
    }
  });
});
