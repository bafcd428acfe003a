import { until } from '../running/until.ts';
import { startPushgateway } from '../servers/pushgateway.ts';
import { FORM, request, sampleOf } from './events.ts';
import { openWorld, type World, yml } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
afterEach(() => world.endAll());
const start: World['start'] = (...given) => world.start(...given);
const invocations: World['invocations'] = (...given) => world.invocations(...given);
const submission = () => request('POST /support/submit', { body: JSON.stringify(FORM) });

test.each(Object.entries(yml.functions))(
  '%s: loads, answers a real event, and is counted after its response',
  async (name, definition) => {
    const before = await invocations(name);
    const environment = await start(name);
    expect(environment.initError()).toBeUndefined();
    expect(environment.registered()).toEqual([['INVOKE']]);
    const { event, status, answer } = sampleOf(name, definition);
    const { payload, error, idle } = await environment.invoke(event, 60_000);
    expect(error).toBeUndefined();
    if (answer !== undefined) expect(payload).toEqual(answer);
    if (status !== undefined) expect((payload as { statusCode: number }).statusCode).toBe(status);
    await idle;
    expect(await invocations(name)).toBe(before + 1);
  },
);

test('the gateway holds its answer back: the caller has the response, the environment is held', async () => {
  const gate = Promise.withResolvers<void>();
  const { createServer } = await import('node:http');
  const slow = createServer((incoming, response) => {
    incoming.resume();
    void gate.promise.then(() => response.writeHead(202).end());
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const { port } = slow.address() as { port: number };
  const environment = await start('submit', { env: { PUSHGATEWAY_URL: `http://127.0.0.1:${port}` } });
  const { payload, idle } = await environment.invoke(submission());
  expect((payload as { statusCode: number }).statusCode).toBe(201);
  let rested = false;
  void idle.then(() => {
    rested = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(rested).toBe(false);
  gate.resolve();
  await idle;
  slow.closeAllConnections();
  slow.close();
});

test('SIGTERM: what was counted and not yet pushed is in the gateway before the environment is gone', async () => {
  const environment = await start('submit', { env: { FTE_PUSH_POLICY: '600s', FTE_PUSH_BUDGET_MS: '2000' } });
  const before = await invocations('submit');
  for (let i = 0; i < 3; i += 1) await (await environment.invoke(submission())).idle;
  await until('the first is counted', async () => (await invocations('submit')) === before + 1);
  await environment.shutDown();
  await until('all are counted', async () => (await invocations('submit')) === before + 3);
});

test('frozen between two invocations while the gateway is restarted: the dead socket costs nothing', async () => {
  const first = await startPushgateway({ consistencyCheck: false });
  const environment = await start('submit', { env: { PUSHGATEWAY_URL: first.url } });
  await (await environment.invoke(submission())).idle;
  environment.freeze();
  await first.close();
  const second = await startPushgateway({ consistencyCheck: false, port: first.port });
  environment.thaw();
  await (await environment.invoke(submission())).idle;
  await until('both are counted', async () => (await invocations('submit', second.url)) === 2);
  await second.close();
});

test('extensions that are not allowed: the push is done in line', async () => {
  const before = await invocations('submit');
  const environment = await start('submit', { extensions: false, env: { FTE_PUSH_BUDGET_MS: '2000' } });
  const { idle } = await environment.invoke(submission());
  await until('it is counted', async () => (await invocations('submit')) === before + 1);
  await idle;
});

test('a handler that can not be loaded is reported once, in one clear line', async () => {
  const environment = await start('submit', { env: { FTE_INCOMING_QUEUE_URL: 'nonsense' } });
  expect(environment.initError()).toMatchObject({
    errorMessage: expect.stringContaining(
      'FTE_INCOMING_QUEUE_URL holds "nonsense"; it may hold an http(s) URL',
    ),
  });
  const lines = environment
    .output()
    .split('\n')
    .filter((line) => line.includes('FTE_INCOMING_QUEUE_URL'));
  expect(lines).toHaveLength(1);
});
