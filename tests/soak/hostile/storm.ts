import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Channel } from '../../../src/fte/vocabulary.ts';
import type { Family } from '../../../src/observability/families.ts';
import { HTTP_METHODS, STATUS_CODES, UNMATCHED } from '../../../src/observability/library-metrics.ts';
import { SECURITY_HEADERS } from '../../../src/observability/security-headers.ts';
import { seeded } from '../../../traffic/random.ts';
import type { Attack } from './attack.ts';
import { attackOf } from './plan.ts';
import type { World } from './world.ts';

const CONCURRENT = 8;
/** The heap is first measured after this many requests: before, it is code that is loaded and caches that fill. */
const WARM_UP = 2_000;
const PROGRESS_EVERY_MS = 2_000;
const REASONS: Readonly<Record<number, string>> = {
  400: 'malformed', 401: 'unauthorized', 403: 'signature', 413: 'too_large', 415: 'malformed', 422: 'malformed', 429: 'rate_limited',
}; // biome-ignore format: a table

export interface StormOptions {
  readonly requests: number;
  readonly seed: number;
  readonly progress?: (done: number) => void;
}

export interface StormReport {
  readonly requests: number;
  readonly seconds: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byKind: Readonly<Record<string, number>>;
  /** Requests that were answered with a 5xx, that threw, or whose answer tells what it must not. */
  readonly failures: readonly string[];
  /** What escaped from a handler after its answer. */
  readonly unhandled: readonly string[];
  /** Counted and answered, for each series that the answers speak of. */
  readonly counters: readonly {
    readonly series: string;
    readonly answered: number;
    readonly counted: number;
  }[];
  /** Of the heap, in bytes after a collection, from the end of the warm-up to the end. Undefined for runs without one. */
  readonly grownBytes: number | undefined;
}

/** A collection on request, as `node --expose-gc` gives it. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

class Tally {
  readonly #counts = new Map<string, number>();
  add(key: string, by = 1): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }
  get(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
  entries(): readonly (readonly [string, number])[] {
    return [...this.#counts].toSorted(([a], [b]) => a.localeCompare(b));
  }
}

const requestSeries = (method: string, endpoint: string, status: string) =>
  `fte_http_requests_total ${method} ${endpoint} ${status}`;
const rejectionSeries = (channel: string, reason: string) =>
  `fte_webhook_rejections_total ${channel} ${reason}`;
const ERRORS = 'fte_errors_total';

/** A flood from a provider is answered with 200, since it would be sent again: no answer speaks of it. */
const isSilent = ({ channel, reason }: Readonly<Record<string, string>>) =>
  reason === 'rate_limited' && channel !== 'web_form';

/** The series that the answers speak of, as the metrics have them. */
function counted(families: readonly Family[]): Tally {
  const tally = new Tally();
  for (const { name, series } of families) {
    for (const one of series) {
      const { labels } = one;
      const value = 'value' in one ? one.value : 0;
      if (name === 'fte_http_requests_total') tally.add(requestSeries(labels.method ?? '', labels.endpoint ?? '', labels.status_code ?? ''), value);
      if (name === 'fte_webhook_rejections_total' && !isSilent(labels)) tally.add(rejectionSeries(labels.channel ?? '', labels.reason ?? ''), value);
      if (name === ERRORS) tally.add(ERRORS, value);
    }
  }
  return tally;
} // biome-ignore format: one line each

const inSet = (set: readonly string[], word: string) => (set.includes(word) ? word : 'other');

/** What an answer must not be, whatever was asked. */
function faultOf(response: APIGatewayProxyStructuredResultV2): string | undefined {
  const { statusCode = 0, headers = {}, body = '' } = response;
  if (statusCode >= 500 || statusCode < 200) return `answered ${statusCode}: ${body.slice(0, 200)}`;
  for (const name of Object.keys(SECURITY_HEADERS)) if (headers[name] === undefined) return `no header ${name}`;
  for (const [name, value] of Object.entries(headers))
    if (/[\r\n\0]/.test(`${name}${value}`)) return `a header with a line break: ${name}`;
  if (/\n\s+at |node_modules|\.ts:\d|ExpressionAttribute|Exception\b/.test(body)) return `it tells of the inside: ${body.slice(0, 200)}`;
  return undefined;
} // biome-ignore format: one line

function note(attack: Attack, status: number, answered: Tally): void {
  const { event, channel, stale = 0 } = attack;
  const method = inSet(HTTP_METHODS, event.requestContext.http.method);
  const endpoint = event.routeKey === '$default' ? UNMATCHED : (event.routeKey.split(' ')[1] ?? '');
  answered.add(requestSeries(method, endpoint, inSet(STATUS_CODES, String(status))));
  if (status >= 400) answered.add(ERRORS);
  const reason = REASONS[status];
  if (channel !== undefined && reason !== undefined) answered.add(rejectionSeries(channel, reason));
  if (stale > 0 && status < 400) answered.add(rejectionSeries('whatsapp' satisfies Channel, 'stale'), stale);
}

/** Sends generated requests through the functions and compares their answers with the counters. */
export async function storm(world: World, { requests, seed, progress }: StormOptions): Promise<StormReport> {
  const random = seeded(seed);
  const collect = collector();
  const unhandled: string[] = [];
  const escaped = (error: unknown) => unhandled.push(String(error));
  process.on('unhandledRejection', escaped).on('uncaughtException', escaped);
  const before = counted(await world.snapshot());
  const [answered, byKind, byStatus] = [new Tally(), new Tally(), new Tally()];
  const failures: string[] = [];
  const started = performance.now();
  let [begun, told, warmBytes] = [0, started, 0];

  async function one(number: number): Promise<void> {
    const attack = attackOf(random, number);
    byKind.add(attack.kind);
    try {
      const response = await world.call(attack.event);
      const status = response.statusCode ?? 0;
      byStatus.add(String(status));
      note(attack, status, answered);
      const fault = faultOf(response);
      if (fault !== undefined) failures.push(`request ${number} (${attack.kind}) ${fault}`);
    } catch (error) {
      failures.push(`request ${number} (${attack.kind}) threw ${String(error)}`);
    }
  }
  async function lane(until: number): Promise<void> {
    while (begun < until) {
      begun += 1;
      await one(begun);
      if (performance.now() - told < PROGRESS_EVERY_MS) continue;
      told = performance.now();
      progress?.(begun);
    }
  }
  const upTo = (until: number) => Promise.all(Array.from({ length: CONCURRENT }, () => lane(until)));
  await upTo(Math.min(requests, WARM_UP));
  collect();
  warmBytes = process.memoryUsage().heapUsed;
  await upTo(requests);
  // What was thrown after an answer comes with the next turn of the loop.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const grownBytes = requests > WARM_UP ? process.memoryUsage().heapUsed - warmBytes : undefined;
  process.off('unhandledRejection', escaped).off('uncaughtException', escaped);

  const after = counted(await world.snapshot());
  const grown = new Tally();
  for (const [series, value] of after.entries()) grown.add(series, value - before.get(series));
  const names = new Set([...answered.entries(), ...grown.entries().filter(([, value]) => value > 0)].map(([series]) => series));
  return {
    requests,
    seconds: (performance.now() - started) / 1000,
    byStatus: Object.fromEntries(byStatus.entries()),
    byKind: Object.fromEntries(byKind.entries()),
    failures,
    unhandled,
    counters: [...names].toSorted().map((series) => ({ series, answered: answered.get(series), counted: grown.get(series) })),
    grownBytes,
  };
} // biome-ignore format: one line
