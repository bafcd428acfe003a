// The published numbers, one by one, as Prometheus names them: what the storm counts, compares and bounds.
import { EDGES, KINDS, MODELS, RARE, RESULTS, ROUTES } from './catalogue.ts';

export interface Sample {
  /** The name that Prometheus gives it, labels and all. */
  readonly key: string;
  /** It is counted in whole units of 10^-scale. */
  readonly scale: number;
}

type Labels = Readonly<Record<string, string>>;

/** Of the group and of Prometheus, not of the series. */
const FOREIGN = new Set(['__name__', 'job', 'instance', 'lane']);

/** One string for one sample, whatever the order of its labels. */
export function sampleKey(name: string, labels: Labels): string {
  const own = Object.entries(labels)
    .filter(([label]) => !FOREIGN.has(label))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}="${value}"`);
  return `${name}{${own.join(',')}}`;
}

/** Scales of what is neither a count of events nor a bucket. */
const SECONDS = 6;
const COST = 9;
export const SCALES = {
  storm_cost_total: COST,
  storm_latency_seconds: SECONDS,
  storm_score: SECONDS,
} as const;

const values: readonly Sample[] = [
  ...KINDS.flatMap((kind) => RESULTS.map((result) => ({ kind, result }))).map((labels) => ({
    key: sampleKey('storm_events_total', labels),
    scale: 0,
  })),
  ...RARE.map((kind) => ({ key: sampleKey('storm_rare_total', { kind }), scale: 0 })),
  ...MODELS.map((model) => ({ key: sampleKey('storm_cost_total', { model }), scale: COST })),
  { key: sampleKey('storm_score_sum', {}), scale: SECONDS },
  { key: sampleKey('storm_score_count', {}), scale: 0 },
];
const histograms: readonly Sample[] = ROUTES.flatMap((route) => [
  ...[...EDGES.current.map(String), '+Inf'].map((le) => ({
    key: sampleKey('storm_latency_seconds_bucket', { route, le }),
    scale: 0,
  })),
  { key: sampleKey('storm_latency_seconds_sum', { route }), scale: SECONDS },
  { key: sampleKey('storm_latency_seconds_count', { route }), scale: 0 },
]);

/** Each has its place in the storm's lists of numbers. */
export const SAMPLES: readonly Sample[] = [...values, ...histograms];
export const PLACES: ReadonlyMap<string, number> = new Map(SAMPLES.map(({ key }, i) => [key, i]));

/** The place of a sample; undefined for one that the storm does not count. */
export const placeOf = (name: string, labels: Labels): number | undefined =>
  PLACES.get(sampleKey(name, labels));

export const zeroes = (): number[] => SAMPLES.map(() => 0);

/** The samples that one observed value raises by one, for an instance with these bucket edges. */
export function bucketsAbove(route: string, value: number, own: readonly number[]): readonly number[] {
  const reached = own.find((edge) => value <= edge) ?? Number.POSITIVE_INFINITY;
  return [...EDGES.current, Number.POSITIVE_INFINITY].flatMap((edge) => {
    const le = edge === Number.POSITIVE_INFINITY ? '+Inf' : String(edge);
    const place = reached <= edge ? placeOf('storm_latency_seconds_bucket', { route, le }) : undefined;
    return place === undefined ? [] : [place];
  });
}
