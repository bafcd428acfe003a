import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../../../local/gateway/server.ts';
import type { HistogramSeries } from '../../../src/observability/families.ts';
import { fileLedger } from '../../../src/observability/fleet/file-ledger.ts';
import { createFleet } from '../../../src/observability/fleet/fleet.ts';
import { readInbox } from '../../../src/observability/fleet/inbox.ts';
import { SeriesTable } from '../../../src/observability/fleet/series-table.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { askGateway, groupPath } from '../../../src/observability/push/gateway.ts';
import { read, sumOf } from '../../running/counted.ts';
import { type Fault, startFaultyGateway } from '../../running/faulty-gateway.ts';
import { lambdaContext } from '../../running/lambda-context.ts';
import { catalogue, httpEvent, smallService } from '../../running/small-service.ts';
import { until } from '../../running/until.ts';

function shop(gateways: string, env: Record<string, string> = {}) {
  // A busy machine is given time where no time-out is meant.
  const service = smallService({ PUSHGATEWAY_URL: gateways, FTE_PUSH_BUDGET_MS: '2000', ...env });
  const handler = service.instrument({
    function: 'orders',
    component: 'shop',
    trigger: 'http',
    routes: {
      'POST /orders': async (_, { metrics }) => {
        metrics.inc('shop_orders_total', { kind: 'new' });
        return { status: 201, body: { ok: true } };
      },
    },
  });
  const call = async () =>
    (await handler(httpEvent('POST /orders'), lambdaContext())) as { statusCode: number };
  return { ...service, call };
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
async function gateway(port = 0) {
  const started = await startGateway({ port });
  closers.push(() => started.close());
  return started;
}
const silent = createLogger('shop', 'SILENT');
function ledger() {
  const folder = mkdtempSync(join(tmpdir(), 'fte-ledger-'));
  closers.unshift(async () => rmSync(folder, { recursive: true, force: true }));
  return fileLedger(folder);
}
async function faulty(fault: Fault) {
  const started = await startFaultyGateway(fault);
  closers.push(() => started.close());
  return started;
}

async function entries(url: string) {
  const table = new SeriesTable();
  const inbox = await readInbox(url, { table });
  return inbox.entries.map((entry) => ({
    ...entry,
    value: (name: string, labels = {}) => entry.values.get(table.indexOf(name, labels, []))?.[0],
  }));
}

describe('the entry', () => {
  test('each instance has one of its own, cumulative, with what it counted; repeating a push adds nothing', async () => {
    const { url } = await gateway();
    const instances = [shop(url), shop(url), shop(url)];
    for (const { call } of instances) for (let i = 0; i < 4; i++) expect((await call()).statusCode).toBe(201);
    const pushed = await entries(url);
    expect(pushed).toHaveLength(3);
    expect(new Set(pushed.map(({ id }) => id)).size).toBe(3);
    for (const entry of pushed) {
      expect(entry).toMatchObject({ lane: 0, sequence: 4 });
      expect(entry.value('shop_orders_total__c0', { kind: 'new' })).toBe(4);
      // A push's own outcome travels with the next one.
      expect(entry.value('fte_push_attempts_total__c0', { outcome: 'success' })).toBe(3);
    }
  });

  test('what the fleet makes of it is what was counted: counters, histograms with their exemplars, summaries', async () => {
    const { url } = await gateway();
    const service = shop(url);
    await service.call();
    const totals = await fleetOf(url).read();
    for (const own of await service.metrics.snapshot()) {
      const total = totals.find(({ name }) => name === own.name);
      if (own.name.startsWith('fte_push')) continue;
      for (const series of own.series) expect(total?.series).toContainEqual(series);
    }
    const durations = totals.find(({ name }) => name === 'fte_http_request_duration_seconds');
    const exemplars = ((durations?.series ?? []) as readonly HistogramSeries[]).flatMap((s) => [
      ...(s.exemplars?.values() ?? []),
    ]);
    expect(exemplars.map(({ labels }) => labels)).toEqual([{ correlation_id: expect.any(String) }]);
  });
});

const DEBUT = { debutMs: 0 };
const fleetOf = (...gateways: string[]) =>
  createFleet({
    catalogue,
    gateways,
    publishUrl: gateways[0],
    ledger: ledger(),
    log: silent,
    timings: DEBUT,
  });
const published = async (url: string) => (await readInbox(url)).published;

describe('the fleet', () => {
  test('fold: a series begins at 0, and then is one exact total, published once; more folds add nothing', async () => {
    const { url } = await gateway();
    for (let i = 0; i < 5; i++) await shop(url).call();
    const fleet = fleetOf(url);
    for (const expected of [0, 5, 5]) {
      const { instances, families, published: done } = await fleet.fold(() => []);
      expect({ instances, done }).toEqual({ instances: 5, done: true });
      expect(read(families, 'shop_orders_total', { kind: 'new' }).value).toBe(expected);
      expect(read(await published(url), 'shop_orders_total', { kind: 'new' }).value).toBe(expected);
    }
    const zero = (await published(url))
      .find(({ name }) => name === 'shop_orders_total')
      ?.series.find(({ labels }) => labels.kind === 'repeat');
    expect(zero).toMatchObject({ value: 0 });
    expect(read(await published(url), 'fte_fleet_regressions_total').value).toBe(0);
  });

  test('two gateways with the same entries count once; either alone is enough for an instance', async () => {
    const [a, b] = [await gateway(), await gateway()];
    await shop(`${a.url},${b.url}`).call();
    await shop(a.url).call();
    await shop(b.url).call();
    const families = await fleetOf(a.url, b.url).read();
    expect(read(families, 'shop_orders_total', { kind: 'new' }).value).toBe(3);
  });

  test('an inbox that can not be read: the fold goes on with what it knows, and says nothing of how fresh it is', async () => {
    const [a, b] = [await gateway(), await gateway()];
    await shop(`${a.url},${b.url}`).call();
    const fleet = fleetOf(a.url, b.url);
    await fleet.fold(() => []);
    const readAt = read(await published(a.url), 'fte_fleet_last_fold_timestamp_seconds').value;
    expect(readAt).toBeGreaterThan(0);
    await shop(`${a.url}`).call();
    await b.close();
    closers.splice(closers.length - 1);
    const { complete, families } = await fleet.fold(() => []);
    expect(complete).toBe(false);
    expect(read(families, 'shop_orders_total', { kind: 'new' }).value).toBe(2);
    expect(read(await published(a.url), 'fte_fleet_last_fold_timestamp_seconds').value).toBe(readAt);
    const shownAt = read(await published(a.url), 'fte_fleet_last_publication_timestamp_seconds').value;
    expect(shownAt).toBeGreaterThan(readAt);
    await expect(fleet.read()).rejects.toMatchObject({ code: 'FTE_INBOX_UNREADABLE' });
  });

  test('totals that are published elsewhere from now on are taken away from where they were', async () => {
    const [a, b] = [await gateway(), await gateway()];
    await shop(`${a.url},${b.url}`).call();
    const memory = ledger();
    const publishingTo = (publishUrl: string) =>
      createFleet({
        catalogue,
        gateways: [a.url, b.url],
        publishUrl,
        ledger: memory,
        log: silent,
        timings: DEBUT,
      });
    for (const { url } of [a, a, b]) await publishingTo(url).fold(() => []);
    expect(read(await published(b.url), 'shop_orders_total', { kind: 'new' }).value).toBe(1);
    expect(await published(a.url)).toEqual([]);
    // One gateway under two names is not another one.
    const { port } = new URL(b.url);
    await publishingTo(`http://localhost:${port}`).fold(() => []);
    expect(read(await published(b.url), 'shop_orders_total', { kind: 'new' }).value).toBe(1);
    // What instances pushed stays where it is.
    expect((await readInbox(a.url)).entries).toHaveLength(1);
  });

  test.each<[Fault]>([['refuses with 500'], ['none'], ['hangs']])(
    'no inbox answers (%s): nothing is published, nothing is written',
    async (fault) => {
      const { url } = await faulty(fault);
      const folder = ledger();
      const fleet = createFleet({
        catalogue,
        gateways: [url],
        publishUrl: url,
        ledger: folder,
        log: silent,
        ask: (request) => askGateway({ ...request, deadlineMs: 200 }),
      });
      await expect(fleet.fold(() => [])).rejects.toMatchObject({ code: 'FTE_INBOX_UNREADABLE' });
      await expect(fleet.read()).rejects.toMatchObject({ code: 'FTE_INBOX_UNREADABLE' });
      expect(await folder.head()).toBeUndefined();
    },
  );

  test('without a gateway it says so', async () => {
    await expect(fleetOf().read()).rejects.toMatchObject({ code: 'FTE_NO_GATEWAY', status: 503 });
  });
});

describe('a gateway that fails changes no answer', () => {
  test.each<[Fault, string]>([
    ['hangs', 'timeout'],
    ['drips', 'timeout'],
    ['breaks off', 'refused'],
    ['refuses with 500', 'rejected'],
    ['refuses with 400', 'rejected'],
    ['redirects', 'rejected'],
  ])(
    'it %s: counted as %s, the caller gets the answer, and once it is back the totals are exact',
    async (fault, outcome) => {
      const { url, close } = await faulty(fault);
      // Only what never answers has to be waited for.
      const FTE_PUSH_BUDGET_MS = outcome === 'timeout' ? '60' : '2000';
      const { call, metrics } = shop(url, { FTE_PUSH_BUDGET_MS });
      expect((await call()).statusCode).toBe(201);
      expect((await call()).statusCode).toBe(201);
      const families = await metrics.snapshot();
      expect(read(families, 'fte_push_attempts_total', { outcome }).value).toBe(2);
      expect(read(families, 'shop_orders_total', { kind: 'new' }).value).toBe(2);
      expect(
        read(families, 'fte_lambda_invocations_total', { function: 'orders', outcome: 'success' }).value,
      ).toBe(2);

      await close();
      const { url: healed } = await gateway(Number(new URL(url).port));
      let calls = 2;
      const totals = await until('a push has arrived', async () => {
        calls += 1;
        expect((await call()).statusCode).toBe(201);
        const found = await fleetOf(healed).read();
        return sumOf(found, 'shop_orders_total') > 0 && found;
      });
      expect(read(totals, 'shop_orders_total', { kind: 'new' }).value).toBe(calls);
      expect(sumOf(totals, 'fte_http_requests_total', { status_code: '201' })).toBe(calls);
    },
  );

  test('nobody listens there', async () => {
    const { url, close } = await startFaultyGateway('none');
    await close();
    const { call, metrics } = shop(url);
    expect((await call()).statusCode).toBe(201);
    expect(read(await metrics.snapshot(), 'fte_push_attempts_total', { outcome: 'refused' }).value).toBe(1);
  });

  test('after three failures pushes are skipped for a while instead of costing every caller the budget', async () => {
    const { url, requests } = await faulty('hangs');
    const { call, metrics } = shop(url, { FTE_PUSH_BUDGET_MS: '1000' });
    for (let i = 0; i < 8; i++) await call();
    expect(requests()).toBe(3);
    const families = await metrics.snapshot();
    expect(read(families, 'fte_push_attempts_total', { outcome: 'timeout' }).value).toBe(3);
    expect(read(families, 'fte_push_attempts_total', { outcome: 'skipped' }).value).toBe(5);
  });

  test('the last push of an instance is tried all the same', async () => {
    const { url, requests } = await faulty('hangs');
    const { call, metrics, pusher } = shop(url, { FTE_PUSH_BUDGET_MS: '1000' });
    for (let i = 0; i < 4; i++) await call();
    expect(requests()).toBe(3);
    void pusher.flush(metrics.snapshot, 1_000);
    await until('the last push is there', () => requests() === 4);
  });

  test('one of two gateways hangs: the other has the entry', async () => {
    const [good, bad] = [await gateway(), await faulty('hangs')];
    const { call, metrics } = shop(`${bad.url},${good.url}`, { FTE_PUSH_BUDGET_MS: '1500' });
    await call();
    expect(await entries(good.url)).toHaveLength(1);
    expect(read(await metrics.snapshot(), 'fte_push_attempts_total', { outcome: 'success' }).value).toBe(1);
  });

  test('no gateway is configured: nothing is pushed, nothing fails', async () => {
    const { call, metrics } = shop('');
    expect((await call()).statusCode).toBe(201);
    expect(sumOf(await metrics.snapshot(), 'fte_push_attempts_total')).toBe(0);
  });
});

test.each([
  ['fte', {}, '/metrics/job/fte'],
  ['fte', { instance: 'a-b.c' }, '/metrics/job/fte/instance/a-b.c'],
  ['a/b', { x: 'ü' }, '/metrics/job@base64/YS9i/x@base64/w7w'],
  ['.', { x: '..' }, '/metrics/job@base64/Lg/x@base64/Li4'],
  ['fte', { x: '' }, '/metrics/job/fte/x@base64/='],
])('the path of group %s %j', (job, grouping, path) => {
  expect(groupPath(job, grouping as Record<string, string>)).toBe(path);
});
