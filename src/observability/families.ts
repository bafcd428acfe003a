/** Metrics as data: what an instance pushes, what a gateway gives back and what the fleet publishes. */

export type Labels = Readonly<Record<string, string>>;

export interface ValueSeries {
  readonly labels: Labels;
  readonly value: number;
}
export interface HistogramSeries {
  readonly labels: Labels;
  /** Upper edge and cumulative count, ascending, `+Inf` left out: that one is `count`. */
  readonly buckets: readonly (readonly [edge: number, count: number])[];
  readonly sum: number;
  readonly count: number;
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
