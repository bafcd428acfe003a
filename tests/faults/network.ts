import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Dependency, type Fault, spoken } from './dependencies.ts';

/** One request of an instance to something that it depends on. */
export interface NetworkCall {
  /** Who asks. */
  readonly instance: string;
  readonly dependency: Dependency;
  /** As `dynamodb PutItem`. */
  readonly operation: string;
  /** Of a write to the database: the mark by which the service knows its own. All tries of one write have the same. */
  readonly mark: string | undefined;
}

/** Whether the work was done, and whether whoever asked was told. */
export interface Outcome {
  readonly done: boolean;
  readonly told: boolean;
}

/** What becomes of a call. `kill`: the process that asked is killed, before the work is done or after it, before the answer. */
export type Verdict = 'pass' | { readonly fault: Fault } | { readonly kill: 'before' | 'after' };

export interface NetworkOptions {
  readonly upstreams: Readonly<Partial<Record<Dependency, string>>>;
  readonly decide: (call: NetworkCall) => Verdict;
  /** Kills the process and resolves once it is dead. */
  readonly kill: (instance: string) => Promise<void>;
  /** Called once it is known what became of a call. */
  readonly ended?: (call: NetworkCall, outcome: Outcome) => void;
}

/** Who never gives up is answered after this, in milliseconds: longer than any deadline of the service's clients. */
const LONGEST_HOLD_MS = 60_000;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function carryOut(upstream: string, { method, path, headers, body }: Request) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>(
    (resolve, reject) => {
      const { host } = new URL(upstream);
      const asked = httpRequest(`${upstream}${path}`, { method, headers: { ...headers, host } }, (answer) => {
        bodyOf(answer).then(
          (answered) =>
            resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: answered }),
          reject,
        );
      });
      asked.on('error', reject);
      asked.end(body);
    },
  );
}

/** Resolves once the caller has hung up, or has waited for longer than anybody should. */
function givenUp(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_HOLD_MS);
    response.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** `write_id` in an item, `:write_id` among the values of an update. */
const MARK = /":?write_id":\{"S":"([0-9a-f-]{36})"\}/;

function operationOf(
  dependency: Dependency,
  { method, headers }: Pick<Request, 'method' | 'headers'>,
): string {
  const target = String(headers['x-amz-target'] ?? '').split('.')[1];
  return `${dependency} ${target ?? method}`;
}

/**
 * The network between the service and all that it depends on: `http://…/<instance>/<dependency>/…` leads to the
 * dependency, unless something happens on the way. What happens is decided call by call, and counted once it has happened.
 */
export async function startNetwork({ upstreams, decide, kill, ended }: NetworkOptions) {
  const met = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let calls = 0;

  const note = (what: string) => met.set(what, (met.get(what) ?? 0) + 1);

  async function pass(upstream: string, request: Request, response: ServerResponse): Promise<void> {
    const answer = await carryOut(upstream, request);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async function fail(
    { dependency }: NetworkCall,
    fault: Fault,
    upstream: string,
    request: Request,
    response: ServerResponse,
  ): Promise<void> {
    note(`${dependency}: ${fault}`);
    switch (fault) {
      case 'slow':
        await givenUp(response);
        return pass(upstream, request, response);
      case 'reset':
        response.destroy();
        return;
      case 'answer lost':
        await carryOut(upstream, request);
        response.destroy();
        return;
      default: {
        const { status, headers, body } = spoken(dependency, fault);
        response.writeHead(status, headers).end(body);
      }
    }
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, instance = '', name = '', rest = ''] =
      /^\/([^/]+)\/([^/?]+)(.*)$/.exec(incoming.url ?? '') ?? [];
    const dependency = name as Dependency;
    const upstream = upstreams[dependency];
    if (upstream === undefined) {
      response.writeHead(404).end(`no dependency "${name}"`);
      return;
    }
    const { method = 'GET', headers } = incoming;
    const request = { method, path: rest, headers, body: await bodyOf(incoming) };
    const mark = MARK.exec(request.body.toString('utf8'))?.[1];
    const call = { instance, dependency, operation: operationOf(dependency, request), mark };
    calls += 1;
    const verdict = decide(call);
    if (verdict === 'pass') {
      await pass(upstream, request, response);
      ended?.(call, { done: true, told: true });
      return;
    }
    if ('fault' in verdict) {
      await fail(call, verdict.fault, upstream, request, response);
      ended?.(call, { done: verdict.fault === 'slow' || verdict.fault === 'answer lost', told: false });
      return;
    }
    if (verdict.kill === 'after') await carryOut(upstream, request);
    await kill(instance);
    note(`${dependency}: killed ${verdict.kill}`);
    response.destroy();
  }

  const server = createServer((incoming, response) => {
    // Whoever asked may be dead by now; what is left of the work goes on.
    const work = handle(incoming, response).catch(() => {
      response.destroy();
    });
    underWay.add(work);
    work.finally(() => underWay.delete(work));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    /** Where an instance finds a dependency. */
    url: (instance: string, dependency: Dependency) => `${base}/${instance}/${dependency}`,
    /** How often each thing happened, as `dynamodb: slow`. */
    met: () => new Map([...met].sort(([a], [b]) => a.localeCompare(b))),
    calls: () => calls,
    /** Resolves once nothing that was held is still to be carried out. */
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type Network = Awaited<ReturnType<typeof startNetwork>>;
