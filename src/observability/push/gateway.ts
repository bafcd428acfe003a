import type { Agent, IncomingMessage } from 'node:http';
import { httpFor } from './node-http.ts';

/** How one request to a gateway ended. Only `success` (any 2xx) means that the gateway has it. */
export type GatewayOutcome = 'success' | 'timeout' | 'refused' | 'rejected';

export interface GatewayAnswer {
  readonly outcome: GatewayOutcome;
  /** 0 when there was no answer. */
  readonly status: number;
  /** What the gateway said, or what went wrong where it said nothing. */
  readonly body: Buffer;
  readonly contentType: string;
  /** Something was sent and not answered: it may still arrive, and after what is sent later. */
  readonly unanswered: boolean;
}

export interface GatewayRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly body?: string | Uint8Array;
  /** Milliseconds until the request is given up, whatever it is doing. */
  readonly deadlineMs: number;
}

/** What a gateway asks of its visitors. */
export interface GatewayAccess {
  /** The Authorization header's value, asked for at each request; `refused` after one that was not let in. */
  readonly authorization?: ((refused: boolean) => Promise<string>) | undefined;
  /** The certificate, in PEM, of the authority that signed the gateway's. Default: those that Node knows. */
  readonly ca?: string | undefined;
}

/** Sends one request to a gateway. Never throws and never outlives its deadline. */
export type AskGateway = (request: GatewayRequest) => Promise<GatewayAnswer>;

const DEAD_SOCKET = new Set(['ECONNRESET', 'EPIPE']);
const failed = (outcome: GatewayOutcome, reason: string, unanswered: boolean): GatewayAnswer => ({
  outcome,
  status: 0,
  body: Buffer.from(reason),
  contentType: '',
  unanswered,
});

function once(
  options: GatewayRequest,
  authorization: string | undefined,
  agent: Agent,
  deadlineAt: number,
): Promise<GatewayAnswer & { readonly deadSocket?: true }> {
  return new Promise((resolve) => {
    let sent = false;
    const request = httpFor(options.url).request(options.url, {
      method: options.method,
      agent,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(options.accept === undefined ? {} : { accept: options.accept }),
        ...(options.contentType === undefined ? {} : { 'content-type': options.contentType }),
        ...(options.body === undefined ? {} : { 'content-length': Buffer.byteLength(options.body) }),
      },
    });
    // A timer, not the socket's idle time-out: a gateway that answers a byte a second must not hold us.
    const timer = setTimeout(
      () => finish(failed('timeout', 'no answer in time', sent)),
      Math.max(0, deadlineAt - performance.now()),
    );
    function finish(answer: GatewayAnswer & { readonly deadSocket?: true }): void {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
    }
    request.on('socket', (socket) => {
      // A socket that is still connecting has carried nothing; one that was kept open carries it at once.
      if (socket.connecting) {
        socket.once('connect', () => {
          sent = true;
        });
      } else sent = true;
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const answer = failed('refused', error.message, sent);
      const dead = request.reusedSocket && DEAD_SOCKET.has(error.code ?? '');
      finish(dead ? { ...answer, deadSocket: true } : answer);
    });
    request.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => finish(failed('refused', error.message, true)));
      response.on('end', () => {
        clearTimeout(timer);
        const status = response.statusCode ?? 0;
        const accepted = status >= 200 && status < 300;
        resolve({
          outcome: accepted ? 'success' : 'rejected',
          status,
          body: Buffer.concat(chunks),
          contentType: response.headers['content-type'] ?? '',
          unanswered: false,
        });
      });
    });
    request.end(options.body);
  });
}

/** What is not there within the time is given up: a secret's store that hangs must not hold a push. */
function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the credentials did not come in time')), Math.max(0, ms));
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A client for gateways that ask the same of their visitors. Its sockets stay open between invocations. */
export function createGatewayClient(access: GatewayAccess = {}): AskGateway {
  const agents = new Map<ReturnType<typeof httpFor>, Agent>();
  function agentFor(url: string): Agent {
    const module = httpFor(url);
    const { ca } = access;
    const agent =
      agents.get(module) ?? new module.Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
    agents.set(module, agent);
    return agent;
  }
  let refused = false;

  return async function askGateway(options) {
    const deadlineAt = performance.now() + options.deadlineMs;
    let authorization: string | undefined;
    try {
      if (access.authorization) {
        authorization = await within(access.authorization(refused), options.deadlineMs);
        refused = false;
      }
    } catch (error) {
      return failed('refused', error instanceof Error ? error.message : 'no credentials', false);
    }
    const agent = agentFor(options.url);
    const first = await once(options, authorization, agent, deadlineAt);
    // A socket that died while the instance was frozen shows only when it is used again.
    const answer = first.deadSocket ? await once(options, authorization, agent, deadlineAt) : first;
    refused = answer.status === 401 || answer.status === 403;
    return { ...answer, unanswered: answer.unanswered || first.unanswered };
  };
}

/** For gateways that let everybody in. */
export const askGateway = createGatewayClient();

/** The path of a group; values that would not survive in a path (`.` and `..` neither) go in base64url, as the gateway allows. */
export function groupPath(job: string, grouping: Readonly<Record<string, string>> = {}): string {
  const part = (label: string, value: string) =>
    /^(?!\.{1,2}$)[A-Za-z0-9._~:-]+$/.test(value)
      ? `${label}/${value}`
      : `${label}@base64/${Buffer.from(value).toString('base64url') || '='}`;
  const rest = Object.entries(grouping).map(([label, value]) => `/${part(label, value)}`);
  return `/metrics/${part('job', job)}${rest.join('')}`;
}
