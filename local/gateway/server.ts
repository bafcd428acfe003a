import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { posix } from 'node:path';
import { TEXT_FORMAT } from '../../src/observability/exposition.ts';
import { PROTOBUF_FORMAT } from '../../src/observability/push/protobuf.ts';
import { prefersProtobuf } from './accept.ts';
import { BodyTooLarge, parserFor, readBody } from './body.ts';
import { GroupPathError, isGroupPath, parseGroupPath } from './group-path.ts';
import { InconsistentGroups } from './merge.ts';
import { MalformedBody } from './pushed.ts';
import { renderJson, renderPage } from './render.ts';
import { renderProtobuf } from './render-protobuf.ts';
import { createStore, type Store } from './store.ts';

export interface GatewayOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly host?: string;
  /** Off: pushes are not compared with each other and answered 202, as under `--push.disable-consistency-check`. */
  readonly consistencyCheck?: boolean;
  /** Whether `PUT /api/v1/admin/wipe` is served, as under `--web.enable-admin-api`. */
  readonly adminApi?: boolean;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Stops listening and drops open connections. All that was pushed is gone. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
type Route = Readonly<Record<string, (request: IncomingMessage) => Answer | Promise<Answer>>>;

const PLAIN = 'text/plain; charset=utf-8';
const JSON_HEADERS = {
  'access-control-allow-origin': '*',
  'cache-control': 'no-cache, no-store, must-revalidate',
};
const plain = (status: number, body: string): Answer => ({ status, type: PLAIN, body: `${body}\n` });

const HOME = `Pushgateway (local stand-in)

PUT, POST, DELETE /metrics/job/<job>{/<label>/<value>}
GET /metrics           all groups, in the text format or in protobuf
GET /api/v1/metrics    all groups, as JSON
GET /-/ready, /-/healthy
`;

/** A path as its bytes say, undefined when they are not percent-encoded UTF-8. */
function decodePath(raw: string): string | undefined {
  // Node hands bytes above 127 on as one character each; they may stand in a path unescaped.
  const escaped = raw.replace(/[\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

function routes(store: Store, options: GatewayOptions): (path: string) => Route | undefined {
  const checked = options.consistencyCheck ?? true;

  async function push(path: string, request: IncomingMessage, replace: boolean): Promise<Answer> {
    const labels = parseGroupPath(path);
    const metrics = parserFor(request.headers['content-type'])(await readBody(request));
    const refused = store.push({ labels, metrics, replace });
    // Unchecked, the real one answers before it looks; what it then drops shows only in push_failure_time_seconds.
    if (!checked) return { status: 202 };
    return refused === undefined
      ? { status: 200 }
      : plain(400, `pushed metrics are invalid or inconsistent with existing metrics: ${refused}`);
  }
  const group = (path: string): Route => ({
    DELETE: () => {
      store.delete(parseGroupPath(path));
      return { status: 202 };
    },
    POST: (request) => push(path, request, false),
    PUT: (request) => push(path, request, true),
  });
  const ok: Route = { GET: () => ({ status: 200, type: PLAIN, body: 'OK' }) };
  const fixed: Readonly<Record<string, Route>> = {
    '/': { GET: () => ({ status: 200, type: PLAIN, body: HOME }) },
    '/-/healthy': ok,
    '/-/ready': ok,
    '/metrics': {
      GET: ({ headers }) =>
        prefersProtobuf(headers.accept)
          ? { status: 200, type: PROTOBUF_FORMAT, body: renderProtobuf(store.groups()) }
          : { status: 200, type: TEXT_FORMAT, body: renderPage(store.groups()) },
    },
    '/api/v1/metrics': {
      GET: () => ({
        status: 200,
        type: 'application/json',
        headers: JSON_HEADERS,
        body: JSON.stringify({ status: 'success', data: renderJson(store.groups()) }),
      }),
    },
    ...(options.adminApi
      ? {
          '/api/v1/admin/wipe': {
            PUT: () => {
              store.wipe();
              return { status: 202 };
            },
          },
        }
      : {}),
  };
  return (path) => (isGroupPath(path) ? group(path) : Object.hasOwn(fixed, path) ? fixed[path] : undefined);
}

async function answer(request: IncomingMessage, find: ReturnType<typeof routes>): Promise<Answer> {
  const path = decodePath((request.url ?? '/').split('?', 1)[0] ?? '/');
  if (path === undefined) return plain(400, '400 Bad Request');
  const clean = posix.normalize(path);
  // Two slashes in a row are an empty value only in base64; the real one sends such a path elsewhere, too.
  if (clean !== path) return { status: 301, headers: { location: encodeURI(clean) } };
  const route = find(path);
  if (route === undefined) return plain(404, '404 page not found');
  const headers = { allow: [...Object.keys(route), 'OPTIONS'].sort().join(', ') };
  if (request.method === 'OPTIONS') return { status: 200, headers };
  const handle = route[request.method ?? ''];
  if (handle === undefined) return { ...plain(405, 'Method Not Allowed'), headers };
  try {
    return await handle(request);
  } catch (error) {
    if (error instanceof MalformedBody || error instanceof GroupPathError) return plain(400, error.message);
    if (error instanceof BodyTooLarge) return plain(413, error.message);
    if (error instanceof InconsistentGroups)
      return plain(500, `An error has occurred while serving metrics:\n\n${error.message}`);
    throw error;
  }
}

function send(response: ServerResponse, { status, type, headers, body = '' }: Answer): void {
  response.writeHead(status, {
    ...headers,
    ...(type === undefined ? {} : { 'content-type': type }),
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * Starts a gateway that answers as a Prometheus Pushgateway does, holding everything in memory.
 *
 * @throws the error of Node's `listen`, with code `EADDRINUSE` when the port is taken.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const host = options.host ?? '127.0.0.1';
  const store = createStore({ consistencyCheck: options.consistencyCheck ?? true, now: Date.now });
  const find = routes(store, options);
  const server = createServer((request, response) => {
    answer(request, find).then(
      (found) => send(response, found),
      (error: Error) => {
        // A client that hung up mid-body, unless it is a fault of ours.
        if (request.destroyed && !request.complete) response.destroy();
        else send(response, plain(500, error.message));
      },
    );
  });
  // Clients keep sockets open between pushes and the real one never closes them; Node would after 5 s.
  server.keepAliveTimeout = 0;
  const port = await listen(server, options.port, host);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
