import type { Exemplar, Labels, ValueSeries } from '../../src/observability/families.ts';

/**
 * Metrics as they were pushed. Richer than what this project itself pushes: a gateway also takes untyped values,
 * quantiles, and histograms that lack a bucket or contradict themselves, and gives them back as they came.
 */
export type PushedFamily = PushedValues | PushedHistogram | PushedSummary;

interface PushedBase {
  readonly name: string;
  /** Undefined when there was no HELP line, or an empty one. */
  readonly help: string | undefined;
}
export interface PushedValues extends PushedBase {
  readonly type: 'counter' | 'gauge' | 'untyped';
  readonly series: readonly ValueSeries[];
}
export interface PushedHistogramSeries {
  readonly labels: Labels;
  /** Upper edge and cumulative count, in the order they came in, `+Inf` only where it was pushed. */
  readonly buckets: readonly (readonly [edge: number, count: bigint])[];
  readonly sum: number;
  readonly count: bigint;
  /** By the upper edge of their bucket. */
  readonly exemplars?: ReadonlyMap<number, Exemplar>;
}
export interface PushedHistogram extends PushedBase {
  readonly type: 'histogram';
  readonly series: readonly PushedHistogramSeries[];
}
export interface PushedSummarySeries {
  readonly labels: Labels;
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
  readonly sum: number;
  readonly count: bigint;
}
export interface PushedSummary extends PushedBase {
  readonly type: 'summary';
  readonly series: readonly PushedSummarySeries[];
}

/** What one body held. */
export interface PushedMetrics {
  readonly families: ReadonlyMap<string, PushedFamily>;
  /** Whether any sample came with a time of its own, which a gateway refuses. */
  readonly timestamped: boolean;
}

/** The same family with its series' labels put through `change`. */
export function relabel(family: PushedFamily, change: (labels: Labels) => Labels): PushedFamily {
  const all = <S extends { readonly labels: Labels }>(series: readonly S[]) =>
    series.map((one) => ({ ...one, labels: change(one.labels) }));
  switch (family.type) {
    case 'histogram':
      return { ...family, series: all(family.series) };
    case 'summary':
      return { ...family, series: all(family.series) };
    default:
      return { ...family, series: all(family.series) };
  }
}

/** A body that its format's parser can't make sense of: the client's fault. */
export class MalformedBody extends Error {
  override readonly name: string = 'MalformedBody';
}
