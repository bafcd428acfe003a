import { MOST_HELD } from '../../../src/observability/debug-lines.ts';
import { queueOrigin } from '../../../src/observability/propagation.ts';
import { lambdaContext } from '../../running/lambda-context.ts';
import { httpEvent, logLinesOf, smallService, sqsRecord } from '../../running/small-service.ts';

/** Answers with a status, after some lines below the level. */
function shop(env: Record<string, string> = {}, debugs = 2) {
  const sent: Record<string, string>[] = [];
  const handler = smallService(env).instrument({
    function: 'orders',
    component: 'shop',
    trigger: 'http',
    routes: {
      'POST /orders': async ({ json }, { log, correlationId }) => {
        for (let i = 0; i < debugs; i += 1) log.debug('looking', { i });
        sent.push(queueOrigin(correlationId).attributes);
        const { fail } = json() as { fail?: string };
        if (fail !== undefined) throw new Error(fail);
        return { status: 201 };
      },
    },
  });
  const order = (body: object, remainingMs?: number) =>
    logLinesOf(() =>
      handler(
        httpEvent('POST /orders', { body: JSON.stringify(body), headers: { 'x-correlation-id': 'c-1' } }),
        lambdaContext(remainingMs),
      ),
    );
  return { order, sent };
}
const messages = (lines: readonly Record<string, unknown>[]) => lines.map(({ message }) => message);

test('debug lines are not written of what succeeds', async () => {
  expect(messages(await shop().order({}))).toEqual(['request']);
});

test('of what fails they are, before the failure, with their own time and id', async () => {
  const lines = await shop().order({ fail: 'no' });
  expect(messages(lines)).toEqual(['looking', 'looking', 'failed', 'request']);
  const [first, second, failed] = lines;
  expect([first?.i, second?.i]).toEqual([0, 1]);
  expect(first).toMatchObject({ level: 'DEBUG', correlation_id: 'c-1', function: 'orders' });
  expect(Date.parse(String(first?.timestamp))).toBeLessThanOrEqual(Date.parse(String(failed?.timestamp)));
});

test('what a caller did wrong is no failure of ours', async () => {
  const { order } = shop();
  const lines = await order('not an object' as never);
  expect(messages(lines)).not.toContain('looking');
});

test('near its time-out they are written, too', async () => {
  const handler = smallService().instrument({
    function: 'nightly',
    component: 'shop',
    trigger: 'schedule',
    run: async ({ log }) => log.debug('working', {}),
  });
  let asked = 0;
  const context = { ...lambdaContext(), getRemainingTimeInMillis: () => (asked++ === 0 ? 10_000 : 900) };
  expect(messages(await logLinesOf(() => handler({}, context)))).toEqual(['working']);
});

test('the oldest go when there are too many', async () => {
  const lines = await shop({}, MOST_HELD + 5).order({ fail: 'no' });
  const looked = lines.filter(({ message }) => message === 'looking');
  expect(looked).toHaveLength(MOST_HELD);
  expect(looked[0]?.i).toBe(5);
  expect(lines.find(({ message }) => message === 'older lines were not kept')).toMatchObject({ dropped: 5 });
});

test('of a batch, those of the record that failed', async () => {
  const handler = smallService().instrument({
    function: 'worker',
    component: 'stock',
    trigger: 'sqs',
    message: async ({ body }, { log }) => {
      log.debug('handling', { what: body });
      await Promise.resolve();
      if (body === 'bad') throw new Error('no');
    },
  });
  const Records = [sqsRecord('1', '"good"', 'a', 'id-1'), sqsRecord('2', '"bad"', 'b', 'id-2')];
  const lines = await logLinesOf(() => handler({ Records }, lambdaContext()));
  expect(lines.map(({ message, correlation_id }) => [message, correlation_id])).toEqual([
    ['handling', 'id-2'],
    ['failed', 'id-2'],
  ]);
});

test('at a higher level all that it hides is held back; SILENT stays silent', async () => {
  expect(messages(await shop({ LOG_LEVEL: 'ERROR' }).order({ fail: 'no' }))).toEqual([
    'looking',
    'looking',
    'failed',
  ]);
  expect(await shop({ LOG_LEVEL: 'SILENT', FTE_DEBUG_SAMPLE: '1' }).order({ fail: 'no' })).toEqual([]);
});

describe('chosen chains', () => {
  test('their debug lines are written at once, and the choice goes along', async () => {
    const { order, sent } = shop({ FTE_DEBUG_SAMPLE: '1' });
    expect(messages(await order({}))).toEqual(['looking', 'looking', 'request']);
    expect(sent).toEqual([{ correlation_id: 'c-1', debug: 'on' }]);
    const none = shop({ FTE_DEBUG_SAMPLE: '0' });
    await none.order({});
    expect(none.sent).toEqual([{ correlation_id: 'c-1' }]);
  });

  test('a worker goes by what the message says, and chooses only for what says nothing', async () => {
    const handled = async (rate: string) => {
      const handler = smallService({ FTE_DEBUG_SAMPLE: rate }).instrument({
        function: 'worker',
        component: 'stock',
        trigger: 'sqs',
        message: async ({ body }, { log }) => log.debug('handling', { what: body }),
      });
      const on = sqsRecord('1', '"on"', 'a', 'id-1');
      Object.assign(on.messageAttributes, { debug: { dataType: 'String', stringValue: 'on' } });
      const Records = [on, sqsRecord('2', '"off"', 'b', 'id-2'), sqsRecord('3', '"foreign"', 'c')];
      return (await logLinesOf(() => handler({ Records }, lambdaContext()))).map(({ what }) => what);
    };
    expect(await handled('0')).toEqual(['on']);
    expect(await handled('1')).toEqual(['on', 'foreign']);
  });

  test('about the share that was asked for', async () => {
    const { order } = shop({ FTE_DEBUG_SAMPLE: '0.5' }, 1);
    let chosen = 0;
    for (let i = 0; i < 200; i += 1) if ((await order({})).length > 1) chosen += 1;
    // Seven standard deviations on either side.
    expect(chosen).toBeGreaterThan(50);
    expect(chosen).toBeLessThan(150);
  });

  test.each(['2', '-1', 'x', '1.5', '.'])('FTE_DEBUG_SAMPLE=%s is refused', (value) => {
    expect(() => smallService({ FTE_DEBUG_SAMPLE: value })).toThrow(
      /FTE_DEBUG_SAMPLE holds .* a share from 0 to 1/,
    );
  });
});
