import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a caller of an invocation sees, and when. Times are milliseconds of the monotonic clock. */
export interface Invoked {
  readonly requestId: string;
  /** What the handler returned; undefined when it threw. */
  readonly payload?: unknown;
  readonly error?: unknown;
  readonly sentAt: number;
  readonly answeredAt: number;
  /** Resolves, with the time, once the runtime and every extension ask for what is next: then it may be frozen. */
  readonly idle: Promise<number>;
}

interface Running {
  readonly event: unknown;
  readonly timeoutMs: number;
  readonly requestId: string;
  sentAt: number;
  readonly answered: PromiseWithResolvers<{ readonly payload?: unknown; readonly error?: unknown }>;
  readonly idle: PromiseWithResolvers<number>;
}

export interface RuntimeApiOptions {
  /** Whether extensions may register. Default true. */
  readonly extensions?: boolean;
  /** How much later than the runtime an extension hears of an invocation, in milliseconds. Default 0. */
  readonly eventDelayMs?: number;
}

const TIMEOUT_MS = 10_000;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (request.headers['lambda-runtime-function-response-mode'] === 'streaming') return streamedBody(text);
  return text === '' ? undefined : JSON.parse(text);
}

/** A head as JSON, eight zeros, and then the body as it was streamed. */
function streamedBody(text: string): unknown {
  const [head = '{}', body = ''] = text.split('\0'.repeat(8));
  return { ...JSON.parse(head), body };
}

/**
 * The Runtime API of one execution environment, with its extensions: one invocation at a time, as Lambda does it.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export async function startRuntimeApi({ extensions = true, eventDelayMs = 0 }: RuntimeApiOptions = {}) {
  const registered = new Map<string, readonly string[]>();
  /** Whoever asks for what is next, and is not answered before there is something. */
  const extensionsAsking = new Map<string, ServerResponse>();
  let runtimeAsking: ServerResponse | undefined;
  let running: Running | undefined;
  const queue: Running[] = [];
  const ready = Promise.withResolvers<void>();
  let initError: unknown;

  function settle(): void {
    if (runtimeAsking === undefined || extensionsAsking.size < registered.size) return;
    ready.resolve();
    running?.idle.resolve(performance.now());
    running = queue.shift();
    if (running !== undefined) send(running, runtimeAsking);
  }

  function send(invocation: Running, runtime: ServerResponse): void {
    const { requestId, event, timeoutMs } = invocation;
    const deadlineMs = Date.now() + timeoutMs;
    runtimeAsking = undefined;
    invocation.sentAt = performance.now();
    runtime
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': requestId,
        'lambda-runtime-deadline-ms': String(deadlineMs),
        'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:000000000000:function:tested',
        'lambda-runtime-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0',
      })
      .end(JSON.stringify(event));
    const told = [...extensionsAsking].filter(([id]) => registered.get(id)?.includes('INVOKE'));
    for (const [id] of told) extensionsAsking.delete(id);
    const tell = () => {
      for (const [, response] of told)
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ eventType: 'INVOKE', requestId, deadlineMs }));
    };
    if (eventDelayMs === 0) tell();
    else setTimeout(tell, eventDelayMs);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    const answer = (status: number, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{}');
    const [, id, how] = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (path === '/2018-06-01/runtime/invocation/next') {
      runtimeAsking = response;
      settle();
    } else if (id !== undefined && id === running?.requestId) {
      // A stream that breaks off says so behind its body.
      const broken = request.trailers['lambda-runtime-function-error-type'];
      running.answered.resolve(
        how === 'response' && broken === undefined ? { payload: body } : { error: broken ?? body },
      );
      answer(202);
    } else if (path === '/2018-06-01/runtime/init/error') {
      initError = body;
      ready.resolve();
      answer(202);
    } else if (path === '/2020-01-01/extension/register' && extensions) {
      const extension = randomUUID();
      registered.set(extension, (body as { events: readonly string[] }).events);
      answer(200, { 'lambda-extension-identifier': extension });
    } else if (path === '/2020-01-01/extension/event/next') {
      extensionsAsking.set(String(request.headers['lambda-extension-identifier']), response);
      settle();
    } else answer(403);
  }

  const server = createServer((request, response) => void handle(request, response));
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The events that the registered extensions want. */
    registered: () => [...registered.values()],
    /** Resolves once the runtime and the extensions wait for their first event, or the load failed. */
    ready: ready.promise,
    /** What the runtime said when the handler's module could not be loaded. */
    initError: () => initError,
    /** Sends an event to the function and waits for its response; not for what is done after it. */
    async invoke(event: unknown, timeoutMs = TIMEOUT_MS): Promise<Invoked> {
      const invocation: Running = {
        event,
        timeoutMs,
        requestId: randomUUID(),
        sentAt: 0,
        answered: Promise.withResolvers(),
        idle: Promise.withResolvers(),
      };
      queue.push(invocation);
      settle();
      const result = await invocation.answered.promise;
      const { requestId, sentAt, idle } = invocation;
      return { ...result, requestId, sentAt, answeredAt: performance.now(), idle: idle.promise };
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type RuntimeApi = Awaited<ReturnType<typeof startRuntimeApi>>;
