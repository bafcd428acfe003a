import { connect } from 'node:net';
import { seeded } from '../../../traffic/random.ts';
import { readSamples, sampled } from '../../running/exposition.ts';
import { forgetLocalMode, http, startLocalMode } from '../../running/local-mode.ts';
import { until } from '../../running/until.ts';
import type { Attack } from './attack.ts';
import { pick } from './payloads.ts';
import { attackOf } from './plan.ts';

const NAME = 'soak-hostile';
const TOTAL = 'fte_http_requests_total';
const CONCURRENT = 4;
const ANSWER_WITHIN_MS = 20_000;
const PROGRESS_EVERY = 100;
/** Above it, serverless-offline takes minutes for what API Gateway refuses at once. */
const LONGEST_PATH = 4_000;

export interface WireReport {
  readonly requests: number;
  readonly seconds: number;
  /** By the first line of the answer; `closed` where the connection ended without one, as for what is no HTTP. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Answers that carry a correlation id: they are a function's. */
  readonly answered: number;
  /** By how much fte_http_requests_total grew. */
  readonly counted: number;
  /** Answers of the HTTP server's own. */
  readonly elsewhere: number;
  readonly failures: readonly string[];
}

/** What only a socket can send: half requests, contradictions, bytes that are no HTTP. */
const RAW: readonly string[] = [
  'GET /health HTTP/1.1\r\n\r\n',
  'GET /health HTTP/9.9\r\nHost: x\r\n\r\n',
  'GET  /health  HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /support/submit HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n{}',
  'POST /support/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
  'POST /support/submit HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'POST /support/submit HTTP/1.1\r\nHost: x\r\nX: a\nb: c\r\nContent-Length: 2\r\n\r\n{}',
  `GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
  'GET /%00%ff/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
  'NOT HTTP AT ALL\r\n\r\n',
];

/** An attack as the bytes that a caller would send. What can't stand in a header is left out. */
function bytesOf({ event }: Attack): Buffer {
  const { method } = event.requestContext.http;
  const query = new URLSearchParams(event.queryStringParameters as Record<string, string>).toString();
  const id = encodeURIComponent((event.pathParameters?.id ?? '').toWellFormed());
  const template = event.routeKey === '$default' ? encodeURI(event.rawPath.toWellFormed()) : (event.routeKey.split(' ')[1] ?? '/');
  const path = `${template.replace('{id}', id)}${query === '' ? '' : `?${query}`}`.slice(0, LONGEST_PATH);
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const skipped = /^(content-length|transfer-encoding|host|connection)$/i;
  const headers = Object.entries(event.headers)
    .filter(([name, value]) => !skipped.test(name) && /^[A-Za-z0-9$_-]+$/.test(name) && /^[\x20-\x7e]*$/.test(String(value)))
    .map(([name, value]) => `${name}: ${String(value).slice(0, 3000)}\r\n`);
  const head = `${/^[A-Z]+$/.test(method) ? method : 'GET'} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${body.length}\r\n`;
  return Buffer.concat([Buffer.from(`${head}${headers.join('')}\r\n`, 'latin1'), body]);
} // biome-ignore format: one line each

/** Sends bytes and returns all that comes back until the other side closes; what hangs is cut off. */
function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    // Not ended from here: a server takes that for a caller who does not wait for the answer.
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const done = () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.setTimeout(ANSWER_WITHIN_MS, done);
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', done).on('close', done);
  });
} // biome-ignore format: one line

/** A share of the attacks over real HTTP, among them what no client library would send, against a local mode of its own. */
export async function wireStorm(options: {
  readonly requests: number;
  readonly seed: number;
  readonly progress?: (done: number) => void;
}): Promise<WireReport> {
  const { requests, seed, progress } = options;
  const random = seeded(seed);
  const local = await startLocalMode({ name: NAME, environment: { LOG_LEVEL: 'SILENT' } });
  const port = Number(new URL(local.url).port);
  // Whoever asks for the totals is counted, too, but asks for nothing else here.
  const total = async () => {
    const { status, text } = await http('GET', `${local.url}/metrics`);
    if (status !== 200) throw new Error(`GET /metrics answered ${status}: ${text}`);
    const samples = readSamples(text);
    return (sampled(samples, TOTAL) ?? 0) - (sampled(samples, TOTAL, { endpoint: '/metrics' }) ?? 0);
  };
  try {
    const before = await until('the first fold', async () => {
      const { text } = await http('GET', `${local.url}/metrics`);
      return readSamples(text).length > 0 && { count: await total() };
    });
    const started = performance.now();
    const byStatus: Record<string, number> = {};
    const failures: string[] = [];
    let [begun, answered, elsewhere] = [0, 0, 0];
    async function one(number: number): Promise<void> {
      const raw = random.chance(0.1);
      const attack = attackOf(random, number);
      const [kind, bytes] = raw ? ['raw bytes', Buffer.from(pick(random, RAW), 'latin1')] : [attack.kind, bytesOf(attack)];
      const text = await send(port, bytes);
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 'closed';
      byStatus[status] = (byStatus[status] ?? 0) + 1;
      // A path trick may lead to the totals themselves, which are left out of the comparison.
      const isTotals = /\r\ncontent-type: text\/plain; version=/i.test(text);
      if (/\r\nx-correlation-id: /i.test(text) && !isTotals) answered += 1;
      else elsewhere += 1;
      // Whoever is asked to be a proxy may hang up.
      const silent = status === 'closed' && !raw && attack.event.requestContext.http.method !== 'CONNECT';
      if (status.startsWith('5') || silent) failures.push(`request ${number} (${kind}: ${bytes.toString('latin1', 0, 100)}): ${status} ${text.split('\r\n\r\n')[1]}`);
    }
    async function lane(): Promise<void> {
      while (begun < requests) {
        begun += 1;
        await one(begun);
        if (begun % PROGRESS_EVERY === 0) progress?.(begun);
      }
    }
    await Promise.all(Array.from({ length: CONCURRENT }, lane));
    const seconds = (performance.now() - started) / 1000;
    let counted = 0;
    await until('the counters', async () => {
      counted = (await total()) - before.count;
      return counted >= answered;
    }, 30).catch(() => undefined);
    return { requests, seconds, byStatus, answered, counted, elsewhere, failures };
  } finally {
    await local.stop();
    forgetLocalMode(NAME);
  }
} // biome-ignore format: one line
