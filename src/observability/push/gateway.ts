import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** How one request to a gateway ended. Only `success` (any 2xx) means that the gateway has it. */
export type GatewayOutcome = 'success' | 'timeout' | 'refused' | 'rejected';

export interface GatewayAnswer {
  readonly outcome: GatewayOutcome;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly body: string;
}

export interface GatewayRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Milliseconds until the request is given up, whatever it is doing. */
  readonly deadlineMs: number;
}

// `fetch` costs 50 ms of cold start, node:http 15; sockets stay open between invocations.
const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
const DEAD_SOCKET = new Set(['ECONNRESET', 'EPIPE']);

function once(options: GatewayRequest, deadlineAt: number): Promise<GatewayAnswer | 'dead socket'> {
  const secure = options.url.startsWith('https:');
  return new Promise((resolve) => {
    const request = (secure ? httpsRequest : httpRequest)(options.url, {
      method: options.method,
      agent: secure ? agents.https : agents.http,
      headers: {
        ...(options.contentType === undefined ? {} : { 'content-type': options.contentType }),
        ...(options.body === undefined ? {} : { 'content-length': Buffer.byteLength(options.body) }),
      },
    });
    // A timer, not the socket's idle time-out: a gateway that answers a byte a second must not hold us.
    const timer = setTimeout(
      () => finish({ outcome: 'timeout', status: 0, body: '' }),
      Math.max(0, deadlineAt - performance.now()),
    );
    function finish(answer: GatewayAnswer | 'dead socket'): void {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
    }
    request.on('error', (error: NodeJS.ErrnoException) => {
      const dead = request.reusedSocket && DEAD_SOCKET.has(error.code ?? '');
      finish(dead ? 'dead socket' : { outcome: 'refused', status: 0, body: error.message });
    });
    request.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => finish({ outcome: 'refused', status: 0, body: error.message }));
      response.on('end', () => {
        clearTimeout(timer);
        const status = response.statusCode ?? 0;
        const accepted = status >= 200 && status < 300;
        resolve({
          outcome: accepted ? 'success' : 'rejected',
          status,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    request.end(options.body);
  });
}

/**
 * Sends one request to a Pushgateway. Never throws and never outlives its deadline. A socket that died while the
 * instance was frozen shows only when it is used again, so a reset on a reused one is tried once more.
 */
export async function askGateway(options: GatewayRequest): Promise<GatewayAnswer> {
  const deadlineAt = performance.now() + options.deadlineMs;
  const first = await once(options, deadlineAt);
  if (first !== 'dead socket') return first;
  const second = await once(options, deadlineAt);
  return second === 'dead socket' ? { outcome: 'refused', status: 0, body: 'connection reset' } : second;
}

/** The path of a group; values that would not survive in a path (`.` and `..` neither) go in base64url, as the gateway allows. */
export function groupPath(job: string, grouping: Readonly<Record<string, string>> = {}): string {
  const part = (label: string, value: string) =>
    /^(?!\.{1,2}$)[A-Za-z0-9._~:-]+$/.test(value)
      ? `${label}/${value}`
      : `${label}@base64/${Buffer.from(value).toString('base64url') || '='}`;
  const rest = Object.entries(grouping).map(([label, value]) => `/${part(label, value)}`);
  return `/metrics/${part('job', job)}${rest.join('')}`;
}
