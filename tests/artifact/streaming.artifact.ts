import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { catalogue } from '../../bench/lambda/catalogue.ts';
import { EVENT } from '../../bench/lambda/invocations.ts';
import { sumOf, totalsIn } from '../running/counted.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { startPushgateway } from '../servers/pushgateway.ts';
import { type Environment, startEnvironment } from './environment.ts';

const folder = join(ROOT, '.local', 'artifact-streaming');
let gateway: Awaited<ReturnType<typeof startPushgateway>>;
let environment: Environment;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(ROOT, 'tests', 'artifact', 'streaming', 'handler.ts')],
    outfile: join(folder, 'handler.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  gateway = await startPushgateway({ consistencyCheck: false });
  environment = await startEnvironment({
    folder,
    handler: 'handler.handler',
    env: { PUSHGATEWAY_URL: gateway.url, LOG_LEVEL: 'SILENT' },
  });
});
afterAll(async () => {
  await environment.close();
  await gateway.close();
});

async function counted(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  return sumOf(await totalsIn(catalogue, gateway.url), name, labels);
}
/** One invocation, and what the gateway knows of it once the environment may be frozen. */
async function call(how?: string) {
  const { payload, error, idle } = await environment.invoke({
    ...EVENT,
    ...(how === undefined ? {} : { queryStringParameters: { how } }),
  });
  await idle;
  return { payload, error };
}
const requests = (status: number) => counted('fte_http_requests_total', { status_code: String(status) });

test('a streamed response arrives whole, and is counted when it has ended', async () => {
  const { payload } = await call();
  expect(payload).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'text/plain', 'x-correlation-id': expect.any(String) },
    body: 'one\ntwo\nthree\n',
  });
  expect(await requests(200)).toBe(1);
  expect(await counted('hello_total', {})).toBe(1);
});

test('a body, and an error, of a function that streams', async () => {
  expect(await call('whole')).toMatchObject({ payload: { statusCode: 200, body: '{"whole":true}' } });
  const { payload } = await call('refused');
  expect(payload).toMatchObject({ statusCode: 422, body: expect.stringContaining('SHOP_NO') });
  expect(await requests(422)).toBe(1);
});

test('a stream that breaks off breaks off for the caller as well, and is counted as failed', async () => {
  const { payload, error } = await call('breaks');
  expect(payload).toBeUndefined();
  expect(error).toBe('Error');
  expect(await requests(500)).toBe(1);
  // The next one is answered as any other.
  expect(await call()).toMatchObject({ payload: { statusCode: 200 } });
  expect(await counted('hello_total', {})).toBe(2);
});
