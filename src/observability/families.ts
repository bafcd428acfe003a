/** Metrics as data: what an instance pushes, what a gateway gives back and what the fleet publishes. */

export type Labels = Readonly<Record<string, string>>;

/** One observation that stands for the others in its bucket: usually the trace that it was made in. */
export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly at?: number;
}

export interface ValueSeries {
  readonly labels: Labels;
  readonly value: number;
  /** Of a counter; a gauge has none. */
  readonly exemplar?: Exemplar;
}
export interface HistogramSeries {
  readonly labels: Labels;
  /** Upper edge and cumulative count, ascending, `+Inf` left out: that one is `count`. */
  readonly buckets: readonly (readonly [edge: number, count: number])[];
  readonly sum: number;
  readonly count: number;
  /** By the upper edge of their bucket, `+Inf` for what lies above the last one. */
  readonly exemplars?: ReadonlyMap<number, Exemplar>;
}
export interface SummarySeries {
  readonly labels: Labels;
  readonly sum: number;
  readonly count: number;
}

interface FamilyBase {
  readonly name: string;
  readonly help: string;
}
export interface ValueFamily extends FamilyBase {
  readonly type: 'counter' | 'gauge';
  readonly series: readonly ValueSeries[];
}
export interface HistogramFamily extends FamilyBase {
  readonly type: 'histogram';
  readonly series: readonly HistogramSeries[];
}
export interface SummaryFamily extends FamilyBase {
  readonly type: 'summary';
  readonly series: readonly SummarySeries[];
}
export type Family = ValueFamily | HistogramFamily | SummaryFamily;

/** One string for one set of labels, whatever their order. */
export function seriesKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
