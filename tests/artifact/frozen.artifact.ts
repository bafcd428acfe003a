import { join } from 'node:path';
import { catalogue } from '../../src/fte/catalogue.ts';
import { fileLedger } from '../../src/observability/fleet/file-ledger.ts';
import { createFleet, type FleetTimings } from '../../src/observability/fleet/fleet.ts';
import { readInbox } from '../../src/observability/fleet/inbox.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { sumOf } from '../running/counted.ts';
import { startHoldingProxy } from '../running/holding-proxy.ts';
import { until } from '../running/until.ts';
import { startPushgateway } from '../servers/pushgateway.ts';
import { FORM, request } from './events.ts';
import { openWorld, type World } from './world.ts';

let world: World;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.endAll();
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => world.close());

const submission = () => request('POST /support/submit', { body: JSON.stringify(FORM) });
/** An invocation's deadline by the service's clock, so far ahead that the lease of ten minutes is over. */
const PAST_THE_LEASE_MS = 11 * 60_000;
const AT_ONCE: Partial<FleetTimings> = { retireAfterMs: -1 };
const NEVER: Partial<FleetTimings> = { retireAfterMs: Number.MAX_SAFE_INTEGER };

/** A gateway of its own, what reaches it by way of a proxy, and the fleet's handler with its ledger. */
async function startPipeline(name: string) {
  const gateway = await startPushgateway({ consistencyCheck: false });
  closers.push(() => gateway.close());
  const proxy = await startHoldingProxy(gateway.url);
  closers.push(() => proxy.close());
  const ledger = fileLedger(join(world.home, name));
  return {
    proxy,
    /** One pass of the fleet; returns the total that it arrives at. */
    async fold(timings: Partial<FleetTimings>): Promise<number> {
      const fleet = createFleet({
        catalogue,
        gateways: [gateway.url],
        publishUrl: gateway.url,
        ledger,
        log: createLogger('test', 'SILENT'),
        timings: { debutMs: 0, ...timings },
      });
      await fleet.fold(() => []);
      return sumOf(await fleet.read(), 'fte_lambda_invocations_total', { function: 'submit' });
    },
    lanes: async () => (await readInbox(gateway.url)).entries.map(({ lane }) => lane),
  };
}

describe.each([
  ['not retired meanwhile', NEVER, [0]],
  ['retired meanwhile', AT_ONCE, []],
] as const)('frozen past the lease, %s', (name, timings, left) => {
  test('the totals stay exact', async () => {
    const { proxy, fold, lanes } = await startPipeline(name);
    const environment = await world.start('submit', { env: { PUSHGATEWAY_URL: proxy.url } });
    for (let i = 0; i < 2; i += 1) await (await environment.invoke(submission())).idle;
    expect(await fold(timings)).toBe(2);
    environment.freeze();
    expect(await fold(timings)).toBe(2);
    expect(await lanes()).toEqual(left);
    environment.thaw();
    await (await environment.invoke(submission(), PAST_THE_LEASE_MS)).idle;
    // Nobody who may be retired is written to again.
    expect(await lanes()).toEqual([...left, 1]);
    expect(await fold(timings)).toBe(3);
    expect(await fold(timings)).toBe(3);
  });

  test('with a push under way that arrives after the newer one: the totals stay exact', async () => {
    const { proxy, fold } = await startPipeline(`${name}, late`);
    const environment = await world.start('submit', { env: { PUSHGATEWAY_URL: proxy.url } });
    await (await environment.invoke(submission())).idle;
    expect(await fold(timings)).toBe(1);
    proxy.hold();
    const { idle } = await environment.invoke(submission());
    await until('the push is under way', () => proxy.held() > 0);
    environment.freeze();
    expect(await fold(timings)).toBe(1);
    expect(await fold(timings)).toBe(1);
    const late = proxy.goOnWithout();
    environment.thaw();
    await idle;
    await (await environment.invoke(submission(), PAST_THE_LEASE_MS)).idle;
    expect(await fold(timings)).toBe(3);
    await late();
    expect(await fold(timings)).toBe(3);
    expect(await fold(timings)).toBe(3);
  });
});
