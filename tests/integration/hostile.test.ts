/** The short form of `npm run soak:hostile`: what was sent, answered and counted; nothing breaks. */
import { storm } from '../soak/hostile/storm.ts';
import { openWorld, type World } from '../soak/hostile/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('1500 requests, none of them meant well: no 5xx, nothing unhandled, every refusal counted', async () => {
  const report = await storm(world, { requests: 1_500, seed: 4711 });
  expect(report.failures).toEqual([]);
  expect(report.unhandled).toEqual([]);
  expect(report.counters.filter(({ answered, counted }) => answered !== counted)).toEqual([]);
  // All kinds of refusals are among them.
  const reasons = report.counters.map(
    ({ series }) => /^fte_webhook_rejections_total \w+ (\w+)$/.exec(series)?.[1],
  );
  expect(new Set(reasons.filter((reason) => reason !== undefined))).toEqual(
    new Set(['malformed', 'unauthorized', 'signature', 'too_large', 'rate_limited', 'stale']),
  );
});
