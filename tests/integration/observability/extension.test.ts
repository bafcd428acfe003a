import { Agent, request as httpRequest } from 'node:http';
import { type AfterResponse, registerExtension } from '../../../src/observability/push/extension.ts';
import { type RuntimeApi, type RuntimeApiOptions, startRuntimeApi } from '../../running/runtime-api.ts';
import { until } from '../../running/until.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Handler = (requestId: string, event: unknown) => Promise<unknown>;

/** The runtime's part, as a runtime interface client does it. */
function runRuntime(api: RuntimeApi, handler: Handler): void {
  const agent = new Agent({ keepAlive: true });
  closers.push(() => agent.destroy());
  const ask = (method: string, path: string, body?: string) =>
    new Promise<{ id: string; text: string }>((resolve, reject) => {
      const url = `http://${api.address}/2018-06-01/runtime/${path}`;
      const request = httpRequest(url, { method, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ id: String(response.headers['lambda-runtime-aws-request-id']), text }),
        );
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    });
  (async () => {
    for (;;) {
      const { id, text } = await ask('GET', 'invocation/next');
      const [how, result] = await handler(id, JSON.parse(text)).then(
        (value) => ['response', value] as const,
        (error: unknown) => ['error', { errorMessage: String(error) }] as const,
      );
      await ask('POST', `invocation/${id}/${how}`, JSON.stringify(result ?? null));
    }
  })().catch(() => undefined);
}

async function start(options: RuntimeApiOptions = {}) {
  const api = await startRuntimeApi(options);
  closers.push(() => api.close());
  const env = { AWS_LAMBDA_RUNTIME_API: api.address, PUSHGATEWAY_URL: 'http://gateway' };
  const extension = await registerExtension(env);
  return { api, env, extension };
}
const required = (extension: AfterResponse | undefined): AfterResponse => {
  if (extension === undefined) throw new Error('it was not registered');
  return extension;
};

describe.each([0, 60])('the event comes %i ms after the invocation', (eventDelayMs) => {
  test('the response is there before the work is done; the environment is held until it is', async () => {
    const { api, extension } = await start({ eventDelayMs });
    const work = Promise.withResolvers<void>();
    const order: string[] = [];
    runRuntime(api, async (requestId) => {
      const run = required(extension).run(requestId, async () => {
        order.push('work begins');
        await work.promise;
        order.push('work ends');
      });
      expect(run).toBe(true);
      return 'answer';
    });
    await api.ready;
    expect(api.registered()).toEqual([['INVOKE']]);
    const { payload, idle } = await api.invoke({});
    order.push('response');
    expect(payload).toBe('answer');
    void idle.then(() => order.push('idle'));
    await until('the work begins', () => order.includes('work begins'));
    // Whatever comes next has to wait: nobody is frozen in the middle of a push.
    const second = api.invoke({});
    work.resolve();
    await second;
    expect(order.slice(0, 4).toSorted()).toEqual(['idle', 'response', 'work begins', 'work ends']);
    expect(order.indexOf('response')).toBeLessThan(order.indexOf('work ends'));
    expect(order.indexOf('work ends')).toBeLessThan(order.indexOf('idle'));
  });

  test('a hundred invocations, some of which throw: each has its work done once, before the next begins', async () => {
    const { api, extension } = await start({ eventDelayMs: Math.min(eventDelayMs, 5) });
    const log: string[] = [];
    let count = 0;
    runRuntime(api, async (requestId) => {
      const nth = ++count;
      log.push(`handler ${nth}`);
      required(extension).run(requestId, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`work ${nth}`);
      });
      if (nth % 3 === 0) throw new Error('on purpose');
      return nth;
    });
    await api.ready;
    const results = await Promise.all(Array.from({ length: 100 }, () => api.invoke({})));
    await results.at(-1)?.idle;
    expect(log).toEqual(Array.from({ length: 100 }, (_, i) => [`handler ${i + 1}`, `work ${i + 1}`]).flat());
    expect(results.filter(({ error }) => error !== undefined)).toHaveLength(33);
  });
});

test('work that fails, and handlers that leave none, hold nothing up', async () => {
  const { api, extension } = await start();
  let count = 0;
  runRuntime(api, async (requestId) => {
    count += 1;
    if (count === 1) required(extension).run(requestId, () => Promise.reject(new Error('no gateway')));
    return count;
  });
  await api.ready;
  const first = await api.invoke({});
  await first.idle;
  // Nothing is left for this one: it is let go at its deadline.
  const second = await api.invoke({}, 300);
  await second.idle;
  expect((await api.invoke({})).payload).toBe(3);
});

test('the work is told how much time there is', async () => {
  const { api, extension } = await start();
  let within = Number.NaN;
  runRuntime(api, async (requestId) => {
    required(extension).run(requestId, async (ms) => {
      within = ms;
    });
    return null;
  });
  await api.ready;
  await (await api.invoke({}, 3_000)).idle;
  expect(within).toBeLessThan(3_000);
  expect(within).toBeGreaterThan(0);
});

test('a runtime that takes the registration and sends no events: the work is done all the same', async () => {
  const { extension } = await start();
  let done = false;
  required(extension).run('nobody-asked', async () => {
    done = true;
  });
  await until('the work is done', () => done);
});

describe('without anybody who holds the environment, the push is done in line', () => {
  test('extensions are not allowed', async () =>
    expect((await start({ extensions: false })).extension).toBeUndefined());

  test.each([
    ['no Runtime API', { AWS_LAMBDA_RUNTIME_API: undefined }],
    ['nobody answers there', { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9' }],
    ['it is switched off', { FTE_PUSH_MODE: 'inline' }],
    ['there is nothing to push to', { PUSHGATEWAY_URL: '' }],
  ])('%s', async (_, more) => {
    const { env } = await start();
    expect(await registerExtension({ ...env, ...more })).toBeUndefined();
  });

  test('the Runtime API went away', async () => {
    const { api, extension } = await start();
    await api.close();
    closers.pop();
    await until('it is noticed', () => !required(extension).run('any', async () => undefined));
  });

  test('a mode that there is not stops the start', async () => {
    await expect(
      registerExtension({ AWS_LAMBDA_RUNTIME_API: 'x', FTE_PUSH_MODE: 'sometimes' }),
    ).rejects.toThrow('FTE_PUSH_MODE holds "sometimes"; it may hold after, inline');
  });
});
