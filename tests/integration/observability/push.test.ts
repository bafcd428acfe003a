import { startGateway } from '../../../local/gateway/server.ts';
import { createFleet } from '../../../src/observability/fleet/fleet.ts';
import { readInbox } from '../../../src/observability/fleet/inbox.ts';
import { groupPath } from '../../../src/observability/push/gateway.ts';
import { read, sumOf } from '../../running/counted.ts';
import { type Fault, startFaultyGateway } from '../../running/faulty-gateway.ts';
import { lambdaContext } from '../../running/lambda-context.ts';
import { catalogue, httpEvent, smallService } from '../../running/small-service.ts';

function shop(gateways: string, env: Record<string, string> = {}) {
  const service = smallService({ PUSHGATEWAY_URL: gateways, ...env });
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
async function gateway() {
  const started = await startGateway({ port: 0 });
  closers.push(() => started.close());
  return started;
}
async function faulty(fault: Fault) {
  const started = await startFaultyGateway(fault);
  closers.push(() => started.close());
  return started;
}

describe('the entry', () => {
  test('each instance has one of its own, cumulative, with what it counted; repeating a push adds nothing', async () => {
    const { url } = await gateway();
    const instances = [shop(url), shop(url), shop(url)];
    for (const { call } of instances) for (let i = 0; i < 4; i++) expect((await call()).statusCode).toBe(201);
    const { entries } = await readInbox(url);
    expect(entries.size).toBe(3);
    for (const families of entries.values()) {
      expect(read(families, 'shop_orders_total', { kind: 'new' }).value).toBe(4);
      expect(sumOf(families, 'fte_http_requests_total', { status_code: '201' })).toBe(4);
      // A push's own outcome travels with the next one.
      expect(read(families, 'fte_push_attempts_total', { outcome: 'success' }).value).toBe(3);
    }
  });

  test('what the gateway gives back is what was counted: counters, histograms, summaries, odd values', async () => {
    const { url } = await gateway();
    const service = shop(url);
    await service.call();
    const [pushed] = (await readInbox(url)).entries.values();
    const { url: elsewhere } = await gateway();
    expect(await readInbox(elsewhere)).toMatchObject({ entries: new Map() });
    for (const family of pushed ?? []) {
      const own = (await service.metrics.snapshot()).find(({ name }) => name === family.name);
      if (family.name.startsWith('fte_push')) continue;
      expect(family).toEqual(own);
    }
  });
});

describe('the fleet', () => {
  const fleetOf = (...gateways: string[]) => createFleet({ catalogue, gateways, publishUrl: gateways[0] });

  test('fold: one exact total with every plausible series, published once; a second fold adds nothing', async () => {
    const { url } = await gateway();
    for (let i = 0; i < 5; i++) await shop(url).call();
    for (let i = 0; i < 2; i++) {
      const { instances, families } = await fleetOf(url).fold(() => []);
      expect(instances).toBe(5);
      expect(read(families, 'shop_orders_total', { kind: 'new' }).value).toBe(5);
    }
    const published = (await readInbox(url)).published.get('fte') ?? [];
    expect(read(published, 'shop_orders_total', { kind: 'new' }).value).toBe(5);
    const zero = published
      .find(({ name }) => name === 'shop_orders_total')
      ?.series.find(({ labels }) => labels.kind === 'repeat');
    expect(zero).toMatchObject({ value: 0 });
  });

  test('two gateways with the same entries count once; either alone is enough for an instance', async () => {
    const [a, b] = [await gateway(), await gateway()];
    await shop(`${a.url},${b.url}`).call();
    await shop(a.url).call();
    await shop(b.url).call();
    const families = await fleetOf(a.url, b.url).read();
    expect(read(families, 'shop_orders_total', { kind: 'new' }).value).toBe(3);
  });

  test('a gateway that can not be read stops the fold: nothing is published from half a view', async () => {
    const whole = await gateway();
    await shop(whole.url).call();
    const broken = await faulty('refuses with 500');
    const fleet = fleetOf(whole.url, broken.url);
    await expect(fleet.fold(() => [])).rejects.toMatchObject({ code: 'FTE_INBOX_UNREADABLE' });
    await expect(fleet.read()).rejects.toMatchObject({ code: 'FTE_INBOX_UNREADABLE' });
    expect((await readInbox(whole.url)).published.get('fte')).toBeUndefined();
  });

  test('an answer that is no metrics is no empty fleet', async () => {
    const { url } = await faulty('none');
    await expect(fleetOf(url).read()).rejects.toMatchObject({ code: 'FTE_INBOX_UNREADABLE' });
  });

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
    ['redirects', 'rejected'],
  ])(
    'it %s: counted as %s, the caller gets the answer, nothing that was counted is lost',
    async (fault, outcome) => {
      const { url } = await faulty(fault);
      const { call, metrics } = shop(url, { FTE_PUSH_BUDGET_MS: '60' });
      expect((await call()).statusCode).toBe(201);
      expect((await call()).statusCode).toBe(201);
      const families = await metrics.snapshot();
      expect(read(families, 'fte_push_attempts_total', { outcome }).value).toBe(2);
      expect(read(families, 'shop_orders_total', { kind: 'new' }).value).toBe(2);
      expect(
        read(families, 'fte_lambda_invocations_total', { function: 'orders', outcome: 'success' }).value,
      ).toBe(2);
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
    const { call, metrics } = shop(url, { FTE_PUSH_BUDGET_MS: '30' });
    for (let i = 0; i < 8; i++) await call();
    expect(requests()).toBe(3);
    const families = await metrics.snapshot();
    expect(read(families, 'fte_push_attempts_total', { outcome: 'timeout' }).value).toBe(3);
    expect(read(families, 'fte_push_attempts_total', { outcome: 'skipped' }).value).toBe(5);
  });

  test('one of two gateways hangs: the other has the entry', async () => {
    const [good, bad] = [await gateway(), await faulty('hangs')];
    const { call, metrics } = shop(`${bad.url},${good.url}`, { FTE_PUSH_BUDGET_MS: '60' });
    await call();
    expect((await readInbox(good.url)).entries.size).toBe(1);
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
