import { catalogue, type FteCatalogue } from '../../src/fte/catalogue.ts';
import type { GaugeName, MetricSpec, ObservedName } from '../../src/observability/catalogue.ts';
import { config } from './config.ts';

type Name = keyof FteCatalogue & string;
type HistogramName = {
  [N in Name]: FteCatalogue[N] extends { readonly type: 'histogram' } ? N : never;
}[Name];
type Labels<N extends Name> = FteCatalogue[N]['labels'];
/** A metric's matchers: a value, several of them, or all but several. They come from the label's closed set. */
export type Matchers<N extends Name> = {
  readonly [K in keyof Labels<N>]?: Labels<N>[K] extends readonly (infer V)[]
    ? V | readonly V[] | { readonly not: readonly V[] }
    : never;
};
type CounterName = { [N in Name]: FteCatalogue[N] extends { readonly type: 'counter' } ? N : never }[Name];
type Edge<N extends HistogramName> = FteCatalogue[N] extends { readonly buckets: readonly (infer E)[] }
  ? E
  : never;

const quoted = (text: string) => JSON.stringify(text);

/** A duration in Prometheus's notation, in the largest unit that it fills; fractions of a second as milliseconds. */
export function duration(seconds: number): string {
  const ms = Math.max(1, Math.round(seconds * 1000));
  const units = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000]] as const; // biome-ignore format: a table
  const fitting = units.find(([, size]) => ms % size === 0);
  return fitting === undefined ? `${ms}ms` : `${ms / fitting[1]}${fitting[0]}`;
}

const anyOf = (values: readonly unknown[]) =>
  quoted(values.map((value) => String(value).replace(/[.]/g, '\\.')).join('|'));
const isNot = (value: unknown): value is { readonly not: readonly unknown[] } =>
  typeof value === 'object' && value !== null && 'not' in value;

function matcher([label, value]: readonly [string, unknown]): string {
  if (isNot(value)) return `${label}!~${anyOf(value.not)}`;
  return Array.isArray(value) ? `${label}=~${anyOf(value)}` : `${label}=${quoted(String(value))}`;
}

function select(series: string, matchers: object, more: readonly string[] = []): string {
  const all = [`job=${quoted(config.job)}`, ...Object.entries(matchers).map(matcher), ...more];
  return `${series}{${all.join(', ')}}`;
}

/** A gauge's selector. */
export function gauge<N extends GaugeName<FteCatalogue>>(name: N, matchers: Matchers<N> = {}): string {
  return select(name, matchers);
}

/** A counter's selector. */
export function counter<N extends CounterName>(name: N, matchers: Matchers<N> = {}): string {
  return select(name, matchers);
}

/** A histogram's or a summary's number of observations. */
export function countOf<N extends ObservedName<FteCatalogue>>(name: N, matchers: Matchers<N> = {}): string {
  return select(`${name}_count`, matchers);
}

/** A histogram's or a summary's sum. */
export function sumOf<N extends ObservedName<FteCatalogue>>(name: N, matchers: Matchers<N> = {}): string {
  return select(`${name}_sum`, matchers);
}

/** All buckets of a histogram, for `histogram_quantile`. */
export function buckets<N extends HistogramName>(name: N, matchers: Matchers<N> = {}): string {
  return select(`${name}_bucket`, matchers);
}

/**
 * The bucket that ends at one of the histogram's own edges.
 *
 * Prometheus stores `le="3"` when it read text and `le="3.0"` when it read protobuf, or is a 3.x: both are matched.
 */
export function bucket<N extends HistogramName>(name: N, edge: Edge<N>, matchers: Matchers<N> = {}): string {
  const spec: MetricSpec = catalogue[name];
  if (spec.type !== 'histogram' || !spec.buckets.includes(Number(edge)))
    throw new Error(`${name} has no bucket that ends at ${edge}`);
  const le = Number.isInteger(edge) ? `le=~"${edge}([.]0)?"` : `le="${edge}"`;
  return select(`${name}_bucket`, matchers, [le]);
}

/** The API requests that are somebody's business: a flood of others can't hide that these fail, nor be taken for it. */
export const served = (matchers: Omit<Matchers<'fte_http_requests_total'>, 'endpoint'> = {}) =>
  counter('fte_http_requests_total', { ...matchers, endpoint: { not: config.service.notServed } });
/** How long these took. */
export const servedBuckets = () =>
  buckets('fte_http_request_duration_seconds', { endpoint: { not: config.service.notServed } });

type By = readonly string[];

/** `sum by (…)`; without labels a plain `sum`. */
export function sum(expression: string, by: By = []): string {
  return by.length === 0 ? `sum(${expression})` : `sum by (${by.join(', ')}) (${expression})`;
}

/** What depends on time: all of it can run `scale` times as fast, so that a test of running servers takes seconds. */
export function timed(scale = 1) {
  const range = (seconds: number) => duration(seconds / scale);
  return {
    range,
    /** A number of seconds to compare with. */
    seconds: (seconds: number) => seconds / scale,
    rate: (selector: string, seconds: number) => `rate(${selector}[${range(seconds)}])`,
    /** A gauge's newest value within a window, over gaps. */
    last: (selector: string, seconds: number) => `last_over_time(${selector}[${range(seconds)}])`,
    /** The growth within a window, or within one that ended `offset` seconds ago. */
    increase: (selector: string, seconds: number, offset = 0) =>
      `increase(${selector}[${range(seconds)}]${offset === 0 ? '' : ` offset ${range(offset)}`})`,
  };
}
export type Timed = ReturnType<typeof timed>;

/** All conditions at once. Each stands on lines of its own, where the mutation check finds it. */
export const all = (...conditions: readonly string[]) => conditions.join('\nand\n');
/** All conditions at once, where the others carry no labels in common with the first. */
export const allOn = (...conditions: readonly string[]) => conditions.join('\nand on ()\n');
/** Any of the conditions. */
export const any = (...conditions: readonly string[]) => conditions.join('\nor\n');
