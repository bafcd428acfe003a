import type { Catalogue, CounterName, GaugeName, LabelsOf, ObservedName } from './catalogue.ts';

/** What a handler and the code behind it may do with metrics; every name and label is checked by the compiler. */
export interface Metrics<C extends Catalogue> {
  /** Adds `by` (default 1) to a counter. */
  inc<N extends CounterName<C>>(name: N, labels: LabelsOf<C, N>, by?: number): void;
  /** Records one value, in the metric's unit, into a histogram or a summary. */
  observe<N extends ObservedName<C>>(name: N, labels: LabelsOf<C, N>, value: number): void;
  /** Sets a gauge. Only its one writer does. */
  set<N extends GaugeName<C>>(name: N, labels: LabelsOf<C, N>, value: number): void;
}
