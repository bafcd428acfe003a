import type { SQSBatchResponse } from 'aws-lambda';
import { read, sumOf } from '../../running/counted.ts';
import { lambdaContext } from '../../running/lambda-context.ts';
import { logLinesOf, smallService, sqsRecord } from '../../running/small-service.ts';

function worker(message: (body: unknown) => Promise<void>) {
  const service = smallService();
  const handler = service.instrument({
    function: 'worker',
    component: 'stock',
    trigger: 'sqs',
    message: async ({ body }, { log }) => {
      log.info('handling', { what: body });
      await message(body);
    },
  });
  const run = async (...records: object[]) =>
    (await handler({ Records: records }, lambdaContext())) as SQSBatchResponse;
  return { ...service, run };
}

describe('queue messages', () => {
  test('only what failed is reported, and later messages of its group are not tried', async () => {
    const seen: unknown[] = [];
    const { run, metrics } = worker(async (body) => {
      seen.push(body);
      if (body === 'bad') throw new Error('no');
    });
    const { batchItemFailures } = await run(
      sqsRecord('1', '"good"', 'a'),
      sqsRecord('2', '"bad"', 'b'),
      sqsRecord('3', '"after bad"', 'b'),
      sqsRecord('4', '"good too"', 'a'),
    );
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['2', '3']);
    expect(seen.toSorted()).toEqual(['bad', 'good', 'good too']);
    const families = await metrics.snapshot();
    expect(sumOf(families, 'fte_errors_total')).toBe(1);
    // The handler did not throw: single records' failures are in fte_errors_total.
    expect(
      read(families, 'fte_lambda_invocations_total', { function: 'worker', outcome: 'success' }).value,
    ).toBe(1);
    expect(sumOf(families, 'fte_http_requests_total')).toBe(0);
  });

  test('without groups one failure holds nothing back', async () => {
    const { run } = worker(async (body) => {
      if (body === 'bad') throw new Error('no');
    });
    const { batchItemFailures } = await run(sqsRecord('1', '"bad"'), sqsRecord('2', '"good"'));
    expect(batchItemFailures).toEqual([{ itemIdentifier: '1' }]);
  });

  test('what is not JSON is a parse error of that message alone', async () => {
    const { run, metrics } = worker(async () => undefined);
    const { batchItemFailures } = await run(sqsRecord('1', '{', 'a'), sqsRecord('2', '1', 'b'));
    expect(batchItemFailures).toEqual([{ itemIdentifier: '1' }]);
    expect(
      sumOf(await metrics.snapshot(), 'fte_errors_total', { error_type: 'parse', component: 'stock' }),
    ).toBe(1);
  });

  test('each message has the correlation id of its own attributes, one without gets a new one', async () => {
    const { run } = worker(async () => undefined);
    const lines = await logLinesOf(() =>
      run(
        sqsRecord('1', '"one"', 'a', 'id-1'),
        sqsRecord('2', '"two"', 'b', 'id-2'),
        sqsRecord('3', '"three"', 'c'),
        sqsRecord('4', '"four"', 'd', 'not valid!'),
      ),
    );
    const ids = Object.fromEntries(
      lines.filter(({ message }) => message === 'handling').map((line) => [line.what, line.correlation_id]),
    );
    expect(ids).toMatchObject({ one: 'id-1', two: 'id-2' });
    expect(new Set(Object.values(ids)).size).toBe(4);
    expect(ids.four).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('when time runs out only what is not done comes again, counted and logged under its own id', async () => {
  const { instrument, metrics } = smallService();
  const handler = instrument({
    function: 'worker',
    component: 'stock',
    trigger: 'sqs',
    message: ({ body }) => (body === 'slow' ? new Promise<void>(() => undefined) : Promise.resolve()),
  });
  let response: unknown;
  const lines = await logLinesOf(async () => {
    const records = [
      sqsRecord('1', '"fast"', 'a', 'id-1'),
      sqsRecord('2', '"slow"', 'b', 'id-2'),
      sqsRecord('3', '"after"', 'b', 'id-3'),
    ];
    response = await handler({ Records: records }, lambdaContext(600));
  });
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '3' }] });
  expect(lines.filter(({ level }) => level === 'ERROR')).toEqual([
    expect.objectContaining({ correlation_id: 'id-2', message_id: '2', error_code: 'FTE_TIMEOUT' }),
  ]);
  expect(
    sumOf(await metrics.snapshot(), 'fte_errors_total', { error_type: 'timeout', component: 'stock' }),
  ).toBe(1);
});

describe('schedules', () => {
  test('what throws is counted once and thrown on, so that Lambda knows', async () => {
    const { instrument, metrics } = smallService();
    const handler = instrument({
      function: 'nightly',
      component: 'shop',
      trigger: 'schedule',
      run: async () => {
        throw new Error('no');
      },
    });
    await expect(handler({}, lambdaContext())).rejects.toThrow('no');
    const families = await metrics.snapshot();
    expect(
      read(families, 'fte_lambda_invocations_total', { function: 'nightly', outcome: 'error' }).value,
    ).toBe(1);
    expect(sumOf(families, 'fte_errors_total')).toBe(1);
  });

  test('an invocation that used nearly all of its time is told apart', async () => {
    const { instrument, metrics } = smallService();
    const handler = instrument({
      function: 'nightly',
      component: 'shop',
      trigger: 'schedule',
      run: async () => undefined,
    });
    let asked = 0;
    const context = { ...lambdaContext(), getRemainingTimeInMillis: () => (asked++ === 0 ? 10_000 : 900) };
    await handler({}, context);
    expect(
      read(await metrics.snapshot(), 'fte_lambda_invocations_total', {
        function: 'nightly',
        outcome: 'timeout_near',
      }).value,
    ).toBe(1);
  });
});

test("a handler has two parameters: with three, Lambda's runtime takes it for one with a callback and refuses it", () => {
  const { instrument } = smallService();
  const handler = instrument({
    function: 'nightly',
    component: 'stock',
    trigger: 'schedule',
    run: async () => undefined,
  });
  expect(handler).toHaveLength(2);
});
