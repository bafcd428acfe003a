import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsEnvironment, localEnvironment } from '../../local/environment.ts';
import { createResources } from '../../local/resources.ts';
import { startStandIns } from '../../local/stand-ins.ts';
import { catalogue } from '../../src/fte/catalogue.ts';
import { fileLedger } from '../../src/observability/fleet/file-ledger.ts';
import { createFleet } from '../../src/observability/fleet/fleet.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { sumOf } from '../running/counted.ts';
import { ROOT, readServerlessYml } from '../running/serverless-yml.ts';
import { until } from '../running/until.ts';
import { startPushgateway } from '../servers/pushgateway.ts';
import { type Environment, type EnvironmentOptions, startEnvironment } from './environment.ts';
import { FORM, request, sampleOf } from './events.ts';
import { packageFunctions } from './packaged.ts';

const REGION = 'eu-central-1';
const yml = readServerlessYml();
const home = mkdtempSync(join(tmpdir(), 'fte-artifact-'));
let folders: ReadonlyMap<string, string>;
let standIns: Awaited<ReturnType<typeof startStandIns>>;
let gateway: Awaited<ReturnType<typeof startPushgateway>>;
let env: Record<string, string>;

beforeAll(async () => {
  folders = packageFunctions();
  standIns = await startStandIns(REGION, undefined);
  gateway = await startPushgateway({ consistencyCheck: false });
  const created = await createResources(yml.resources.Resources, standIns, REGION, 30);
  const places = { url: 'https://fte.example', gatewayUrl: gateway.url, root: ROOT, home };
  env = {
    ...localEnvironment(yml.provider.environment, created, places),
    ...awsEnvironment(standIns),
    AWS_REGION: REGION,
    LOG_LEVEL: 'WARN',
    // As it is packaged, beside the function.
    FTE_KNOWLEDGE_DIR: '',
  };
}, 240_000);
afterAll(async () => {
  await gateway.close();
  await standIns.stop();
  rmSync(home, { recursive: true });
});

const running: Environment[] = [];
afterEach(async () => {
  for (const environment of running.splice(0)) await environment.close();
});
async function start(name: string, more: Partial<EnvironmentOptions> = {}) {
  const handler = yml.functions[name]?.handler ?? '';
  const environment = await startEnvironment({
    folder: folders.get(name) ?? '',
    handler,
    ...more,
    env: { ...env, ...more.env },
  });
  running.push(environment);
  return environment;
}

/** All that is in the gateway, added up. */
async function counted(
  name: string,
  labels: Readonly<Record<string, string>>,
  url = gateway.url,
): Promise<number> {
  const fleet = createFleet({
    catalogue,
    gateways: [url],
    publishUrl: url,
    ledger: fileLedger(join(home, 'none')),
    log: createLogger('test', 'SILENT'),
  });
  return sumOf(await fleet.read(), name, labels);
}
const invocations = (fn: string, url?: string) =>
  counted('fte_lambda_invocations_total', { function: fn }, url);
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
  const environment = await start('submit', { env: { FTE_PUSH_POLICY: '600s' } });
  const before = await invocations('submit');
  for (let i = 0; i < 3; i += 1) await (await environment.invoke(submission())).idle;
  expect(await invocations('submit')).toBe(before + 1);
  await environment.shutDown();
  expect(await invocations('submit')).toBe(before + 3);
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
  const environment = await start('submit', { extensions: false });
  const { idle } = await environment.invoke(submission());
  expect(await invocations('submit')).toBe(before + 1);
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
