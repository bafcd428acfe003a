/** Many invocations at the same time in one process, as in a container or on Lambda's managed instances. */
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../../src/observability/logger.ts';
import { outgoingHeaders, queueOrigin } from '../../../src/observability/propagation.ts';
import { type Random, seeded } from '../../../traffic/random.ts';
import { read, sumOf } from '../../running/counted.ts';
import { lambdaContext } from '../../running/lambda-context.ts';
import { httpEvent, logLinesOf, smallService, sqsRecord } from '../../running/small-service.ts';

const INVOCATIONS = 200;
const RECORDS = 3;
const TRACE = (n: number) => `00-${(n + 1).toString(16).padStart(32, '0')}-b7ad6b7169203331-01`;

/** Gives the others their turn, a different number of times for each. */
async function meanwhile(random: Random): Promise<void> {
  for (let turns = random.between(0, 5); turns > 0; turns -= 1) {
    if (random.chance(0.5)) await setImmediate();
    else await Promise.resolve();
  }
}

test('of 200 invocations that overlap, no line has the id of another, and every count is exact', async () => {
  const random = seeded(7);
  const { instrument, metrics } = smallService({ FTE_DEBUG_SAMPLE: '0.5' });
  const wrong: string[] = [];
  let most = 0;
  let running = 0;

  /** What a handler does: lines, calls and counts, with others in between. */
  async function doThings(who: string, log: Pick<Log, 'info' | 'debug'>, ids: () => string) {
    running += 1;
    most = Math.max(most, running);
    for (let i = 0; i < 4; i += 1) {
      await meanwhile(random);
      log.info('step', { who });
      log.debug('detail', { who });
      await meanwhile(random);
      const carried = [
        ids(),
        outgoingHeaders()['x-correlation-id'],
        queueOrigin(who).attributes.correlation_id,
      ];
      if (carried.some((id) => id !== who)) wrong.push(`${who} carried ${carried.join(', ')}`);
      metrics.inc('shop_orders_total', { kind: 'new' });
    }
    running -= 1;
    if (who.endsWith('7')) throw new Error(`no ${who}`);
  }

  const orders = instrument({
    function: 'orders', component: 'shop', trigger: 'http',
    routes: {
      'POST /orders': async (_, tools) => {
        await doThings(tools.correlationId, tools.log, () => tools.correlationId);
        return { status: 201 };
      },
    },
  }); // biome-ignore format: short
  const worker = instrument({
    function: 'worker', component: 'stock', trigger: 'sqs',
    message: ({ correlationId }, tools) => doThings(correlationId, tools.log, () => tools.correlationId),
  }); // biome-ignore format: short
  const nightly = instrument({
    function: 'nightly', component: 'shop', trigger: 'schedule',
    run: (tools) => doThings(tools.correlationId, tools.log, () => tools.correlationId),
  }); // biome-ignore format: short

  const invoke = (n: number): Promise<unknown> => {
    const header = { 'X-Correlation-Id': `http-${n}`, traceparent: TRACE(n) };
    if (n % 3 === 0)
      return orders(httpEvent('POST /orders', { headers: header, body: '{}' }), lambdaContext());
    if (n % 3 === 1) return nightly({ id: `nightly-${n}` }, lambdaContext());
    const records = Array.from({ length: RECORDS }, (_, i) =>
      sqsRecord(`m-${n}-${i}`, '{}', `group-${i}`, `sqs-${n}-${i}`),
    );
    return worker({ Records: records }, lambdaContext());
  };
  const lines = await logLinesOf(() =>
    Promise.allSettled(Array.from({ length: INVOCATIONS }, (_, n) => invoke(n))),
  );

  const about = lines.filter(({ who }) => who !== undefined);
  const [http, schedules, batches] = [67, 67, 66];
  const pieces = http + schedules + batches * RECORDS;
  expect(most).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
  expect(about.filter(({ who, correlation_id }) => who !== correlation_id)).toEqual([]);
  expect(about.filter(({ message }) => message === 'step')).toHaveLength(pieces * 4);
  for (const { correlation_id, error } of lines.filter(({ message }) => message === 'failed')) {
    expect(JSON.stringify(error)).toContain(`no ${String(correlation_id)}`);
  }
  for (const { correlation_id, trace_id } of lines.filter((line) => line.function === 'orders')) {
    const n = Number(String(correlation_id).slice('http-'.length));
    expect(trace_id).toBe(TRACE(n).split('-')[1]);
  }

  // All or none of a piece's debug lines: what was chosen, and what failed.
  const details = Map.groupBy(
    about.filter(({ message }) => message === 'detail'),
    ({ who }) => who,
  );
  expect([...details.values()].filter(({ length }) => length !== 4)).toEqual([]);
  // The messages say that they were not chosen; of them only those that failed are here.
  const chosen = [...details.keys()].filter((who) => !String(who).startsWith('sqs-'));
  expect(chosen.length).toBeGreaterThan((http + schedules) * 0.25);
  expect(chosen.length).toBeLessThan((http + schedules) * 0.9);

  const families = await metrics.snapshot();
  const failed =
    about.filter(({ message, who }) => message === 'step' && String(who).endsWith('7')).length / 4;
  expect(sumOf(families, 'shop_orders_total')).toBe(pieces * 4);
  expect(sumOf(families, 'fte_lambda_invocations_total')).toBe(INVOCATIONS);
  expect(sumOf(families, 'fte_http_requests_total')).toBe(http);
  expect(sumOf(families, 'fte_errors_total')).toBe(failed);
  expect(read(families, 'fte_lambda_duration_seconds', { function: 'worker' }).value).toBe(batches);
  expect(sumOf(families, 'fte_lambda_cold_starts_total')).toBe(1);
});

test('nothing of an invocation is left for the next', async () => {
  const { instrument, log } = smallService();
  const handler = instrument({
    function: 'orders',
    component: 'shop',
    trigger: 'http',
    routes: { 'POST /orders': async () => ({ status: 201 }) },
  });
  const lines = await logLinesOf(async () => {
    const headers = { 'x-correlation-id': 'first', traceparent: TRACE(1) };
    await handler(httpEvent('POST /orders', { headers }), lambdaContext());
    log.info('between');
    await handler(httpEvent('POST /orders'), lambdaContext());
  });
  expect(lines.map(({ message }) => message)).toEqual(['request', 'between', 'request']);
  expect(lines[0]).toMatchObject({ correlation_id: 'first', trace_id: TRACE(1).split('-')[1] });
  for (const key of ['correlation_id', 'trace_id', 'request_id', 'function'])
    expect(lines[1]).not.toHaveProperty(key);
  expect(lines[2]?.correlation_id).toMatch(/^[0-9a-f-]{36}$/);
  expect(lines[2]).not.toHaveProperty('trace_id');
  expect(outgoingHeaders()).toEqual({});
  expect(queueOrigin('mine')).toEqual({ attributes: { correlation_id: 'mine' }, traceHeader: undefined });
});

test('what the runtime prints of a failure has no customer data in it, nor a cause', async () => {
  const { instrument } = smallService();
  const handler = instrument({
    function: 'nightly',
    component: 'shop',
    trigger: 'schedule',
    run: async () => {
      throw Object.assign(
        new TypeError('no mail to ada@example.com', { cause: new Error('+44 7700 900123') }),
        {
          code: 'E_MAIL',
          request: { body: 'secret' },
        },
      );
    },
  });
  const thrown: unknown = await handler({}, lambdaContext()).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(Error);
  expect(thrown).toMatchObject({ name: 'TypeError', message: 'no mail to [redacted]', code: 'E_MAIL' });
  const { stack, cause } = thrown as Error;
  expect(stack).toMatch(/^TypeError: no mail to \[redacted\]\n +at /);
  expect(cause).toBeUndefined();
  expect(JSON.stringify(thrown)).not.toContain('secret');
});

test('the records of an event are handled under an id of their own', async () => {
  const handler = smallService().instrument({
    function: 'nightly',
    component: 'shop',
    trigger: 'event',
    event: async (event, { log, within }) => {
      const { Records } = event as { Records: object[] };
      await Promise.all(Records.map((record) => within(record, async (id) => log.info('record', { id }))));
      log.info('after');
    },
  });
  const record = (id: string) => ({ responseElements: { 'x-amz-request-id': id } });
  const lines = await logLinesOf(() => handler({ Records: [record('ONE'), record('TWO')] }, lambdaContext()));
  expect(lines.map(({ message, id, correlation_id }) => [message, id, correlation_id])).toEqual([
    ['record', 'ONE', 'ONE'],
    ['record', 'TWO', 'TWO'],
    ['after', undefined, 'ONE'],
  ]);
});
