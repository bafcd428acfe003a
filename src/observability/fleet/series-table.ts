import type { Family, HistogramSeries, Labels, SummarySeries, ValueSeries } from '../families.ts';

/** One series as entries hold it: the family's name inside entries, and the labels without those of the group. */
export interface EntrySeries {
  readonly name: string;
  readonly labels: Labels;
  /** Upper bucket edges of a histogram, ascending. */
  readonly edges: readonly number[];
}

/** Of a counter its value; of a summary sum and count; of a histogram the cumulative buckets, then sum and count. */
export type Values = number[];

/** Of the group, not of the series. */
const GROUPING = new Set(['job', 'instance', 'lane']);

/** Which index stands for which series: instances share nearly all of theirs. */
export class SeriesTable {
  readonly #index = new Map<string, number>();
  readonly #series: EntrySeries[] = [];

  get size(): number {
    return this.#series.length;
  }

  at(index: number): EntrySeries {
    const series = this.#series[index];
    if (series === undefined) throw new Error(`no series ${index} in a table of ${this.#series.length}`);
    return series;
  }

  /** The index of a series; a new one where it was not known. `labels` may hold the group's own, too. */
  indexOf(name: string, labels: Labels, edges: readonly number[]): number {
    let key = name;
    let before = '';
    for (const label in labels) {
      if (GROUPING.has(label)) continue;
      // A gateway sorts them; what does not come from one is sorted here.
      if (label < before) return this.indexOf(name, sorted(labels), edges);
      before = label;
      key += `\u0000${label}\u0001${labels[label]}`;
    }
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const own = Object.fromEntries(Object.entries(labels).filter(([label]) => !GROUPING.has(label)));
    this.#index.set(key, this.#series.length);
    this.#series.push({ name, labels: own, edges: [...edges] });
    return this.#series.length - 1;
  }
}

function sorted(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

type AnySeries = ValueSeries | HistogramSeries | SummarySeries;

export const edgesOf = (series: AnySeries): readonly number[] =>
  'buckets' in series ? series.buckets.map(([edge]) => edge) : [];

/** The numbers of one series. */
export function valuesOf(series: AnySeries): Values {
  if ('value' in series) return [series.value];
  if (!('buckets' in series)) return [series.sum, series.count];
  const values = new Array<number>(series.buckets.length + 2);
  for (let i = 0; i < series.buckets.length; i += 1) values[i] = series.buckets[i]?.[1] ?? 0;
  values[series.buckets.length] = series.sum;
  values[series.buckets.length + 1] = series.count;
  return values;
}

/** What is wrong with numbers that an instance of ours can't have pushed; undefined when nothing is. */
export function faultOf(values: Values, type: Family['type']): string | undefined {
  if (values.some((value) => !Number.isSafeInteger(value) || value < 0)) return 'a value is no whole number';
  if (type !== 'histogram') return undefined;
  const counts = [...values.slice(0, -2), values.at(-1) ?? 0];
  return counts.some((count, i) => count < (counts[i - 1] ?? 0)) ? 'its buckets do not ascend' : undefined;
}

/** Keeps the larger of each two numbers in `held`: of one instance's series the larger is the newer. */
export function keepLarger(held: Values, other: Values): void {
  for (let i = 0; i < held.length; i += 1) {
    const value = other[i] ?? 0;
    if (value > (held[i] ?? 0)) held[i] = value;
  }
}

/** Adds the numbers of another instance's series. */
export function addTo(sum: Values, other: Values): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (other[i] ?? 0);
}
