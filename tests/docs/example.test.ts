import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../../local/gateway/server.ts';
import { readSamples, type Sample, sampled } from '../running/exposition.ts';
import { lambdaContext } from '../running/lambda-context.ts';
import { httpEvent, logLinesOf, sqsRecord } from '../running/small-service.ts';

type Handlers = typeof import('../../examples/orders/handlers.ts');
interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let home: string;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let shop: Handlers;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'orders-'));
  gateway = await startGateway({ port: 0 });
  Object.assign(process.env, {
    PUSHGATEWAY_URL: gateway.url,
    FTE_PUBLISH_URL: '',
    LOG_LEVEL: 'INFO',
    ORDERS_LEDGER_DIR: home,
  });
  shop = await import('../../examples/orders/handlers.ts');
});
afterAll(async () => {
  await gateway.close();
  rmSync(home, { recursive: true });
});

const order = async (body: unknown, correlationId = 'none') =>
  (await shop.orders(
    httpEvent('POST /orders', {
      headers: { 'x-correlation-id': correlationId },
      body: JSON.stringify(body),
    }),
    lambdaContext(),
  )) as Answer;

async function readTotals(): Promise<readonly Sample[]> {
  const answer = (await shop.totals(httpEvent('GET /metrics'), lambdaContext())) as Answer;
  expect(answer.statusCode).toBe(200);
  return readSamples(answer.body);
}

test('orders, packing and the fold: the totals say what happened, and one correlation id goes through', async () => {
  const lines = await logLinesOf(async () => {
    expect((await order({ id: 'a', euros: 30 }, 'first')).statusCode).toBe(201);
    expect((await order({ id: 'a', euros: 30 }, 'again')).statusCode).toBe(200);
    expect((await order({ id: 'b', euros: 400 }, 'second')).statusCode).toBe(201);
    const refused = await order({ id: 'c', euros: -1 }, 'third');
    expect(refused.statusCode).toBe(422);
    expect(JSON.parse(refused.body)).toMatchObject({
      error: { code: 'SHOP_ORDER_INVALID' },
      correlation_id: 'third',
    });

    expect([...shop.waiting.keys()]).toEqual(['a', 'b']);
    const records = [...shop.waiting].slice(0, 1).map(([id, { MessageBody, MessageAttributes }]) => {
      const { correlation_id: sent } = MessageAttributes as { correlation_id: { StringValue: string } };
      return sqsRecord(`m-${id}`, MessageBody, undefined, sent.StringValue);
    });
    const broken = sqsRecord('m-broken', 'no JSON');
    expect(await shop.packing({ Records: [...records, broken] }, lambdaContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-broken' }],
    });
    await shop.fold({ source: 'aws.events' }, lambdaContext());
  });

  const packed = lines.filter(({ message }) => message === 'packed');
  expect(packed.map(({ order_id, correlation_id }) => [order_id, correlation_id])).toEqual([['a', 'first']]);

  const samples = await readTotals();
  const total = (name: string, labels = {}) => sampled(samples, name, labels);
  expect(total('shop_orders_total', { kind: 'new' })).toBe(2);
  expect(total('shop_orders_total', { kind: 'repeat' })).toBe(1);
  expect(total('shop_order_value_euros_sum')).toBe(430);
  expect(total('shop_order_value_euros_bucket', { le: '50' })).toBe(1);
  expect(total('shop_packing_wait_seconds_count')).toBe(1);
  expect(total('shop_unpacked_orders')).toBe(1);
  expect(total('fte_http_requests_total', { endpoint: '/orders', status_code: '422' })).toBe(1);
  expect(total('fte_errors_total', { error_type: 'parse', component: 'warehouse' })).toBe(1);
  expect(total('fte_lambda_invocations_total', { function: 'fold', outcome: 'success' })).toBe(1);
  expect(total('fte_fleet_instances')).toBe(1);
});

test('Prometheus scrapes the published totals under the job of the fleet; a series that is new to it begins at 0', async () => {
  const published = readSamples(await (await fetch(`${gateway.url}/metrics`)).text());
  expect(sampled(published, 'shop_orders_total', { job: 'fte', kind: 'new' })).toBe(0);
});
