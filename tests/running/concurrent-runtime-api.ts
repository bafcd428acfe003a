import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Outcome = { readonly payload?: unknown; readonly error?: unknown };
interface Waiting {
  readonly event: unknown;
  readonly requestId: string;
}

const TIMEOUT_MS = 120_000;

/**
 * The Runtime API of an environment that takes many invocations at once, as Lambda Managed Instances do: whoever asks for
 * what is next gets it, whatever is still under way, and extensions may not ask for INVOKE events.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-nodejs-runtime.html
 */
export async function startConcurrentRuntimeApi() {
  const asking: ServerResponse[] = [];
  const queue: Waiting[] = [];
  const running = new Map<string, PromiseWithResolvers<Outcome>>();
  let refusedExtensions = 0;
  let mostAtOnce = 0;
  const ready = Promise.withResolvers<void>();

  function settle(): void {
    while (asking.length > 0 && queue.length > 0) {
      const { event, requestId } = queue.shift() as Waiting;
      asking
        .shift()
        ?.writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': requestId,
          'lambda-runtime-deadline-ms': String(Date.now() + TIMEOUT_MS),
          'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:000000000000:function:tested',
          'lambda-runtime-trace-id': `Root=1-5759e988-${requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
        })
        .end(JSON.stringify(event));
    }
  }

  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const [, id = '', how] =
      /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (path === '/2018-06-01/runtime/invocation/next') {
      asking.push(response);
      ready.resolve();
      settle();
      return;
    }
    const body = await text(request);
    if (path === '/2020-01-01/extension/register') refusedExtensions += 1;
    const outcome = running.get(id);
    running.delete(id);
    const parsed = body === '' ? undefined : JSON.parse(body);
    outcome?.resolve(how === 'response' ? { payload: parsed } : { error: parsed });
    response.writeHead(outcome === undefined ? 403 : 202, { 'content-type': 'application/json' }).end('{}');
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves once a worker waits for its first event. */
    ready: ready.promise,
    /** Extensions that wanted to register. */
    refusedExtensions: () => refusedExtensions,
    /** How many invocations were under way at the same time, at most. */
    mostAtOnce: () => mostAtOnce,
    /** Sends an event to whichever worker is free for one more. */
    async invoke(event: unknown): Promise<Outcome> {
      const requestId = randomUUID();
      const outcome = Promise.withResolvers<Outcome>();
      running.set(requestId, outcome);
      mostAtOnce = Math.max(mostAtOnce, running.size);
      queue.push({ event, requestId });
      settle();
      return outcome.promise;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
