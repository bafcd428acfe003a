import { join } from 'node:path';
import { FUNCTIONS, ROUTES } from '../../src/fte/vocabulary.ts';
import type { InstrumentedHandler } from '../../src/observability/handler-options.ts';
import { ROOT, readServerlessYml } from '../running/serverless-yml.ts';

const yml = readServerlessYml();
const functions = Object.entries(yml.functions);

beforeAll(() => {
  // What the handlers need to be loaded; nothing is called.
  const urls = Object.fromEntries(
    ['INCOMING', 'OUTBOUND', 'ESCALATIONS', 'MAIL'].flatMap((name) => [
      [`FTE_${name}_QUEUE_URL`, 'http://127.0.0.1:9/q'],
      [`FTE_${name}_DLQ_URL`, 'http://127.0.0.1:9/q'],
    ]),
  );
  Object.assign(process.env, {
    FTE_TABLE: 'table',
    FTE_STAGE: 'test',
    AWS_REGION: 'eu-central-1',
    FTE_LEDGER_BUCKET: 'ledger',
    ...urls,
  });
});

test.each(functions)(
  '%s is made by instrument() and does what serverless.yml says',
  async (name, definition) => {
    const module = (await import(join(ROOT, definition.handler.replace(/\.handler$/, '.ts')))) as {
      handler?: Partial<InstrumentedHandler>;
    };
    const instrumented = module.handler?.instrumented;
    expect(instrumented).toBeDefined();
    expect(instrumented?.function).toBe(name);

    const events = definition.events ?? [];
    const routes = events.flatMap(({ httpApi }) =>
      httpApi === undefined || httpApi === '*' ? [] : [httpApi],
    );
    expect([...instrumented!.routes].sort()).toEqual(routes.sort());
    const triggers: Readonly<Record<string, string>> = {
      httpApi: 'http',
      sqs: 'sqs',
      schedule: 'schedule',
      s3: 'event',
    };
    expect(instrumented?.trigger).toBe(triggers[Object.keys(events[0] ?? {})[0] ?? '']);
  },
);

test('the vocabulary names every function and every route, and no other', () => {
  expect([...FUNCTIONS].sort()).toEqual(functions.map(([name]) => name).sort());
  const routes = functions.flatMap(([, { events = [] }]) => events.flatMap(({ httpApi }) => httpApi ?? []));
  expect([...ROUTES, '*'].sort()).toEqual(routes.sort());
});

test('queue functions report single failures, and queues wait six times as long as their function may take', () => {
  for (const [name, { events = [], timeout = yml.provider.timeout }] of functions) {
    for (const { sqs } of events) {
      if (sqs === undefined) continue;
      expect({ name, type: sqs.functionResponseType }).toEqual({ name, type: 'ReportBatchItemFailures' });
      const id = (sqs.arn as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0]!;
      const { VisibilityTimeout, RedrivePolicy } = yml.resources.Resources[id]!.Properties as Record<
        string,
        unknown
      >;
      expect(VisibilityTimeout).toBeGreaterThanOrEqual(timeout * 6);
      expect(RedrivePolicy).toMatchObject({ maxReceiveCount: 5 });
    }
  }
});
