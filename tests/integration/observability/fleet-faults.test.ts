import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../../../local/gateway/server.ts';
import { defineCatalogue } from '../../../src/observability/catalogue.ts';
import { fileLedger } from '../../../src/observability/fleet/file-ledger.ts';
import { createFleet, type FleetOptions, type FoldStep } from '../../../src/observability/fleet/fleet.ts';
import { readInbox } from '../../../src/observability/fleet/inbox.ts';
import { libraryMetrics } from '../../../src/observability/library-metrics.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { type AskGateway, askGateway, groupPath } from '../../../src/observability/push/gateway.ts';
import { createPusher, type PusherOptions } from '../../../src/observability/push/pusher.ts';
import { INSTANCE_JOB } from '../../../src/observability/push/wire.ts';
import { read, sumOf } from '../../running/counted.ts';
import { until } from '../../running/until.ts';
import { startPushgateway } from '../../servers/pushgateway.ts';
import { describeReal } from '../../servers/skipping.ts';

const catalogue = defineCatalogue({
  ...libraryMetrics({ functions: ['orders'], routes: ['POST /orders'], components: ['shop'] }),
  shop_orders_total: { type: 'counter', help: 'Orders.', labels: { kind: ['new', 'repeat'] } },
  shop_models_total: { type: 'counter', help: 'Models.', labels: { model: ['a', 'b'] }, plausible: [] },
});
const log = createLogger('shop', 'SILENT');

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
async function gateway() {
  const started = await startGateway({ port: 0, consistencyCheck: false });
  closers.push(() => started.close());
  return started.url;
}
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fte-ledger-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

function instance(gateways: readonly string[], more: Partial<PusherOptions> = {}) {
  const metrics = createMetrics(catalogue);
  const pusher = createPusher({ catalogue, gateways, budgetMs: 2_000, log, ...more });
  return {
    metrics,
    /** Counts one order and pushes. */
    async order() {
      metrics.inc('shop_orders_total', { kind: 'new' });
      return pusher.push(metrics.snapshot, 5_000);
    },
    push: () => pusher.push(metrics.snapshot, 5_000),
  };
}
function fleetOf(gateways: readonly string[], folder: string, more: Partial<FleetOptions> = {}) {
  const timings = { debutMs: 0, graceMs: 0, ...more.timings };
  const ledger = fileLedger(folder);
  return createFleet({ catalogue, gateways, publishUrl: gateways[0], ledger, log, ...more, timings });
}
const published = async (url: string) => (await readInbox(url)).published;
const orders = async (url: string) => sumOf(await published(url), 'shop_orders_total');
const own = async (url: string, what: string) => read(await published(url), `fte_fleet_${what}_total`).value;
const none = () => [];
/** All series are there, at 0. */
async function begin(url: string, folder: string) {
  await fleetOf([url], folder).fold(none);
  await fleetOf([url], folder).fold(none);
}

class Killed extends Error {}
const STEPS: readonly FoldStep[] = ['read', 'merged', 'ledger written', 'published', 'noted', 'cleaned'];

describe('a fleet handler that dies', () => {
  test.each(STEPS)('after "%s": whoever comes after goes on, and no total changes', async (step) => {
    const [url, folder] = [await gateway(), newFolder()];
    await begin(url, folder);
    const [a, b] = [instance([url]), instance([url])];
    await a.order();
    await b.order();
    const dying = fleetOf([url], folder, {
      timings: { retireAfterMs: -1 },
      onStep: (at) => {
        if (at === step) throw new Killed();
      },
    });
    await expect(dying.fold(none)).rejects.toBeInstanceOf(Killed);
    expect([0, 2]).toContain(await orders(url));
    await a.order();
    // After an unanswered publication the first pass only waits.
    for (let pass = 0; pass < 2; pass += 1) await fleetOf([url], folder).fold(none);
    expect(await orders(url)).toBe(3);
    expect(await own(url, 'regressions')).toBe(0);
  });
});

describe('a publication that was not answered', () => {
  test('is followed by nothing until the gateway has answered reads for the grace time', async () => {
    const [url, folder] = [await gateway(), newFolder()];
    await begin(url, folder);
    const { order } = instance([url]);
    await order();
    const unanswered: AskGateway = async (request) =>
      request.method === 'PUT'
        ? { outcome: 'timeout', status: 0, body: Buffer.alloc(0), contentType: '', unanswered: true }
        : askGateway(request);
    await expect(fleetOf([url], folder, { ask: unanswered }).fold(none)).rejects.toMatchObject({
      code: 'FTE_PUBLISH_FAILED',
    });
    const timings = { graceMs: 300 };
    const started = performance.now();
    expect(await fleetOf([url], folder, { timings }).fold(none)).toMatchObject({ published: false });
    expect(await orders(url)).toBe(0);
    await until(
      'the grace is over',
      async () => (await fleetOf([url], folder, { timings }).fold(none)).published,
    );
    expect(performance.now() - started).toBeGreaterThanOrEqual(300);
    expect(await orders(url)).toBe(1);
  });

  test('one that was refused is answered: the next pass publishes', async () => {
    const [url, folder] = [await gateway(), newFolder()];
    await begin(url, folder);
    const refusing: AskGateway = async (request) =>
      request.method === 'PUT'
        ? { outcome: 'rejected', status: 400, body: Buffer.from('no'), contentType: '', unanswered: false }
        : askGateway(request);
    await expect(fleetOf([url], folder, { ask: refusing }).fold(none)).rejects.toMatchObject({
      code: 'FTE_PUBLISH_FAILED',
    });
    const timings = { graceMs: 60_000 };
    expect(await fleetOf([url], folder, { timings }).fold(none)).toMatchObject({ published: true });
  });

  test('whoever was held up between the ledger and the publication leaves it to the next pass', async () => {
    const [url, folder] = [await gateway(), newFolder()];
    const fleet = fleetOf([url], folder, { timings: { publishWithinMs: 0 } });
    expect(await fleet.fold(none)).toMatchObject({ published: false });
    expect(await published(url)).toEqual([]);
  });
});

test('two handlers at once: one writes, the other is told so and goes on from there', async () => {
  const [url, folder] = [await gateway(), newFolder()];
  await begin(url, folder);
  await instance([url]).order();
  const overtaken = fleetOf([url], folder, {
    onStep: async (step) => {
      if (step === 'merged') await fleetOf([url], folder).fold(none);
    },
  });
  await expect(overtaken.fold(none)).rejects.toMatchObject({ code: 'FTE_LEDGER_CONFLICT' });
  const other = fleetOf([url], folder);
  await other.fold(none);
  await instance([url]).order();
  await other.fold(none);
  expect(await orders(url)).toBe(2);
});

describe('a ledger that is lost or older than what is published', () => {
  async function living() {
    const [url, folder] = [await gateway(), newFolder()];
    await begin(url, folder);
    const [dead, alive] = [instance([url]), instance([url])];
    for (const one of [dead, alive]) for (let i = 0; i < 3; i += 1) await one.order();
    await fleetOf([url], folder).fold(none);
    return { url, folder, dead, alive };
  }

  test('lost: the totals go on from what was published, and nothing is counted twice', async () => {
    const { url, folder, alive } = await living();
    // All of them retired: their entries are deleted, only the published totals know of them.
    await fleetOf([url], folder, { timings: { retireAfterMs: -1 } }).fold(none);
    expect((await readInbox(url)).entries).toEqual([]);
    const fresh = newFolder();
    await fleetOf([url], fresh).fold(none);
    expect(await orders(url)).toBe(6);
    // Of this one nobody knows anymore what is in the totals: it is refused, not counted twice.
    await alive.order();
    await instance([url]).order();
    await fleetOf([url], fresh).fold(none);
    expect(await orders(url)).toBe(7);
    expect(await own(url, 'refused')).toBe(1);
    expect(await own(url, 'regressions')).toBe(0);
  });

  test('lost, with living instances in the gateway: they go on', async () => {
    const { url, alive } = await living();
    const fresh = newFolder();
    await fleetOf([url], fresh).fold(none);
    await alive.order();
    await fleetOf([url], fresh).fold(none);
    expect(await orders(url)).toBe(7);
  });

  test('an older one put back: never below what was published, never above the truth', async () => {
    const { url, folder, alive } = await living();
    const kept = readdirSync(folder);
    await alive.order();
    await fleetOf([url], folder).fold(none);
    for (const name of readdirSync(folder)) if (!kept.includes(name)) rmSync(join(folder, name));
    expect(await orders(url)).toBe(7);
    await fleetOf([url], folder).fold(none);
    expect(await orders(url)).toBe(7);
    await alive.order();
    await fleetOf([url], folder).fold(none);
    expect(await orders(url)).toBe(8);
  });
});

test('a gateway that was killed and is empty: the ledger has the totals, and the published series come back', async () => {
  const first = await startGateway({ port: 0, consistencyCheck: false });
  const folder = newFolder();
  await begin(first.url, folder);
  await instance([first.url]).order();
  await fleetOf([first.url], folder).fold(none);
  await first.close();
  const again = await startGateway({ port: first.port, consistencyCheck: false });
  closers.push(() => again.close());
  await fleetOf([again.url], folder).fold(none);
  expect(await orders(again.url)).toBe(1);
});

test('a series that nobody foresaw shows 0 for two scrape intervals, and then its value', async () => {
  const [url, folder] = [await gateway(), newFolder()];
  await begin(url, folder);
  const { metrics, push } = instance([url]);
  metrics.inc('shop_models_total', { model: 'a' }, 5);
  await push();
  const timings = { debutMs: 200 };
  const fold = async () => {
    const { families } = await fleetOf([url], folder, { timings }).fold(none);
    return families.find(({ name }) => name === 'shop_models_total')?.series;
  };
  const [zero, five] = [0, 5].map((value) => [{ labels: { model: 'a' }, value }]);
  const started = performance.now();
  expect(await fold()).toEqual(zero);
  await until('the value is shown', async () => JSON.stringify(await fold()) === JSON.stringify(five));
  expect(performance.now() - started).toBeGreaterThanOrEqual(200);
});

describeReal('what was never an entry, in the real Pushgateway', () => {
  test.each([
    [
      'a name without a schema',
      { instance: 'stranger' },
      '# TYPE shop_orders_total gauge\nshop_orders_total 5\n',
    ],
    [
      'a number that is none',
      { instance: 'x', lane: '0' },
      '# TYPE a_total__c0 counter\na_total__c0 0.5\nfte_push_seq 1\n',
    ],
  ])('%s: saved, deleted, counted; the others stay exact', async (_, grouping, body) => {
    const real = await startPushgateway({ consistencyCheck: false });
    closers.push(() => real.close());
    const folder = newFolder();
    await begin(real.url, folder);
    await instance([real.url]).order();
    await fetch(`${real.url}${groupPath(INSTANCE_JOB, grouping)}`, { method: 'PUT', body });
    await until('the stranger is there', async () => (await readInbox(real.url)).poisoned.length > 0);
    for (let pass = 0; pass < 2; pass += 1) await fleetOf([real.url], folder).fold(none);
    await until('the stranger is gone', async () => (await readInbox(real.url)).poisoned.length === 0);
    expect(await orders(real.url)).toBe(1);
    expect(await own(real.url, 'quarantined')).toBe(1);
    const [saved = ''] = readdirSync(join(folder, 'quarantine'));
    expect(readFileSync(join(folder, 'quarantine', saved), 'utf8')).toContain(grouping.instance);
  });

  test('a type clash makes its /metrics answer 500 to everybody: the fleet reads on, and heals it', async () => {
    const real = await startPushgateway({ consistencyCheck: false });
    closers.push(() => real.close());
    const folder = newFolder();
    await begin(real.url, folder);
    await instance([real.url]).order();
    const clash = `${real.url}${groupPath(INSTANCE_JOB, { instance: 'stranger' })}`;
    await fetch(clash, { method: 'PUT', body: '# TYPE shop_orders_total gauge\nshop_orders_total 5\n' });
    const status = async () => (await fetch(`${real.url}/metrics`)).status;
    await until('everybody is answered 500', async () => (await status()) === 500);
    for (let pass = 0; pass < 2; pass += 1) await fleetOf([real.url], folder).fold(none);
    await until('everybody is answered again', async () => (await status()) === 200);
    expect(await orders(real.url)).toBe(1);
    expect(await own(real.url, 'quarantined')).toBe(1);
  });
});

test('a histogram whose buckets change while both versions live: no false total, and one clear line', async () => {
  const [url, folder] = [await gateway(), newFolder()];
  const version = (buckets: readonly number[]) =>
    defineCatalogue({
      ...catalogue,
      shop_wait_seconds: { type: 'histogram', help: 'h', labels: {}, buckets },
    });
  const [older, newer] = [version([1, 5, 10]), version([1, 10, 60])];
  async function wait(of: typeof older, seconds: readonly number[]) {
    const metrics = createMetrics(of);
    const { push } = createPusher({ catalogue: of, gateways: [url], budgetMs: 2_000, log });
    for (const value of seconds) metrics.observe('shop_wait_seconds', {}, value);
    await push(metrics.snapshot, 5_000);
  }
  const lines: unknown[][] = [];
  const listening = {
    ...log,
    warn: (...words: unknown[]) => void lines.push(words),
  } as unknown as typeof log;
  const fold = (of: typeof older) => {
    const ledger = fileLedger(folder);
    const timings = { debutMs: 0 };
    return createFleet({ catalogue: of, gateways: [url], publishUrl: url, ledger, log: listening, timings });
  };
  const shown = async () =>
    (await published(url)).find(({ name }) => name === 'shop_wait_seconds')?.series[0];

  await wait(older, [0.5, 3, 7, 20]);
  const before = fold(older);
  for (let pass = 0; pass < 2; pass += 1) await before.fold(none);
  expect(await shown()).toMatchObject({ buckets: [[1, 1], [5, 2], [10, 3]], count: 4, sum: 30.5 }); // biome-ignore format: pairs
  expect(lines).toEqual([]);
  await wait(newer, [0.5, 3, 30]);
  const after = fold(newer);
  for (let pass = 0; pass < 2; pass += 1) await after.fold(none);
  expect(await shown()).toMatchObject({ buckets: [[1, 2], [10, 5], [60, 6]], count: 7, sum: 64 }); // biome-ignore format: pairs
  expect(lines).toEqual([
    [expect.stringContaining('buckets'), expect.objectContaining({ metric: 'shop_wait_seconds' })],
  ]);
  expect(await own(url, 'regressions')).toBe(0);
});

describe('a push', () => {
  test('two that overlap go one after the other, and what both counted is there', async () => {
    const url = await gateway();
    let under = 0;
    let most = 0;
    const ask: AskGateway = async (request) => {
      under += 1;
      most = Math.max(most, under);
      const answer = await askGateway(request);
      under -= 1;
      return answer;
    };
    const { order } = instance([url], { ask });
    await Promise.all(Array.from({ length: 10 }, () => order()));
    expect(most).toBe(1);
    const { entries } = await readInbox(url);
    // The second push has the counts of all that came while the first was under way.
    expect(entries).toMatchObject([{ lane: 0, sequence: 2 }]);
    expect(sumOf(await fleetOf([url], newFolder()).read(), 'shop_orders_total')).toBe(10);
  });

  test('whatever was not due goes out by itself once it is', async () => {
    const url = await gateway();
    const { order } = instance([url], { policy: { everyMs: 100 } });
    expect(await order()).toMatchObject({ outcome: 'success' });
    expect(await order()).toBeUndefined();
    const counted = () => fleetOf([url], newFolder()).read();
    await until('the rest is pushed', async () => sumOf(await counted(), 'shop_orders_total') === 2);
  });

  test('after twelve hours without an answer it goes on under another id, without what the old one had pushed', async () => {
    const [url, folder] = [await gateway(), newFolder()];
    let wall = Date.now();
    const { order } = instance([url], { clocks: { wall: () => wall, monotonic: () => 0 } });
    await order();
    await order();
    wall += 13 * 3_600_000;
    await order();
    const { entries } = await readInbox(url);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(2);
    expect(sumOf(await fleetOf([url], folder).read(), 'shop_orders_total')).toBe(3);
  });
});
