import { startConcurrentRuntimeApi } from '../running/concurrent-runtime-api.ts';
import { until } from '../running/until.ts';
import { FORM, request } from './events.ts';
import { folderOf } from './packaged.ts';
import { startRuntimeClient } from './runtime-client.ts';
import { openWorld, type World, yml } from './world.ts';

const WORKERS = 2;
const INVOCATIONS = 200;

let world: World;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => world.close());

/** An environment of a Lambda Managed Instance: worker threads, each with many invocations at once. */
async function startInstance(name: string, env: Readonly<Record<string, string>> = {}) {
  const api = await startConcurrentRuntimeApi();
  closers.push(() => api.close());
  const client = startRuntimeClient({
    folder: folderOf(name),
    handler: yml.functions[name]?.handler ?? '',
    env: {
      ...world.env,
      LOG_LEVEL: 'INFO',
      AWS_LAMBDA_MAX_CONCURRENCY: String(INVOCATIONS),
      AWS_LAMBDA_NODEJS_WORKER_COUNT: String(WORKERS),
      ...env,
    },
    address: api.address,
  });
  closers.push(async () => {
    client.child.kill('SIGKILL');
    await client.exited;
  });
  await Promise.race([api.ready, client.gone]);
  return {
    api,
    lines: () =>
      client
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    invoke: (event: unknown) => Promise.race([api.invoke(event), client.gone]),
  };
}

/** As many customers as invocations, or the limits for one of them would be met. */
const submissionOf = (i: number) =>
  request('POST /support/submit', {
    headers: { 'content-type': 'application/json', 'x-correlation-id': `overlapping-${i}` },
    body: JSON.stringify({ ...FORM, email: `ada-${i}@example.com` }),
    requestContext: {
      http: { method: 'POST', path: '/support/submit', sourceIp: `10.0.${i >> 8}.${i & 255}` },
      timeEpoch: Date.now(),
    },
  });

test('two hundred invocations overlap in two worker threads: each keeps its correlation id, and each is counted', async () => {
  const before = await world.invocations('submit');
  const coldStarts = await world.counted('fte_lambda_cold_starts_total', { function: 'submit' });
  const instance = await startInstance('submit');
  const outcomes = await Promise.all(
    Array.from({ length: INVOCATIONS }, (_, i) => instance.invoke(submissionOf(i))),
  );
  const answers = outcomes.map(
    ({ payload }) => payload as { statusCode: number; headers: Record<string, string> },
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 201));
  expect(answers.map(({ headers }) => headers['x-correlation-id'])).toEqual(
    answers.map((_, i) => `overlapping-${i}`),
  );
  expect(instance.api.mostAtOnce()).toBe(INVOCATIONS);
  // Nobody asks for events that are never sent.
  expect(instance.api.refusedExtensions()).toBe(0);

  await until('all are counted', async () => (await world.invocations('submit')) === before + INVOCATIONS);
  const requests = () => instance.lines().filter(({ message }) => message === 'request');
  await until('all lines are written', () => requests().length === INVOCATIONS);
  // One line with another's id would be missing under its own.
  expect(new Set(requests().map(({ correlation_id }) => correlation_id)).size).toBe(INVOCATIONS);
  const idsOf = new Map<unknown, Set<unknown>>();
  for (const { request_id, correlation_id } of instance.lines())
    idsOf.set(request_id, (idsOf.get(request_id) ?? new Set()).add(correlation_id));
  expect([...idsOf.values()].filter((ids) => ids.size !== 1)).toEqual([]);
  // Both threads were at work, each with an entry of its own.
  expect((await world.counted('fte_lambda_cold_starts_total', { function: 'submit' })) - coldStarts).toBe(
    WORKERS,
  );
});

test('what was counted between two pushes goes out by itself: the environment is not frozen', async () => {
  const before = await world.invocations('submit');
  const instance = await startInstance('submit', {
    AWS_LAMBDA_NODEJS_WORKER_COUNT: '1',
    FTE_PUSH_POLICY: '1s',
  });
  for (let i = 0; i < 5; i += 1) await instance.invoke(submissionOf(1_000 + i));
  await until('all are counted', async () => (await world.invocations('submit')) === before + 5);
});
