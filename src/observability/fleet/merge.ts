import {
  type Family,
  type HistogramSeries,
  type SummarySeries,
  seriesKey,
  type ValueSeries,
} from '../families.ts';

type Combine = (a: number, b: number) => number;
type AnySeries = ValueSeries | HistogramSeries | SummarySeries;

function combineSeries(a: AnySeries, b: AnySeries, combine: Combine): AnySeries {
  if ('value' in a && 'value' in b) return { labels: a.labels, value: combine(a.value, b.value) };
  if ('value' in a || 'value' in b) return a;
  const sums = { labels: a.labels, sum: combine(a.sum, b.sum), count: combine(a.count, b.count) };
  if (!('buckets' in a) || !('buckets' in b)) return sums;
  const other = new Map(b.buckets);
  return {
    ...sums,
    buckets: a.buckets.map(([edge, count]) => [edge, combine(count, other.get(edge) ?? 0)] as const),
  };
}

function combineFamilies(views: readonly (readonly Family[])[], combine: Combine): readonly Family[] {
  const families = new Map<string, { family: Family; series: Map<string, AnySeries> }>();
  for (const family of views.flat()) {
    const held = families.get(family.name) ?? { family, series: new Map<string, AnySeries>() };
    families.set(family.name, held);
    if (held.family.type !== family.type) continue;
    for (const series of family.series) {
      const key = seriesKey(series.labels);
      const before = held.series.get(key);
      held.series.set(key, before === undefined ? series : combineSeries(before, series, combine));
    }
  }
  return [...families.values()].map(
    ({ family, series }) => ({ ...family, series: [...series.values()] }) as Family,
  );
}

/**
 * Two views of the SAME entry, as two gateways have it: entries only grow, so the larger value is the newer one.
 * Idempotent, commutative and associative: a repeated, late or reordered push can't count anything twice.
 */
export function newest(...views: readonly (readonly Family[])[]): readonly Family[] {
  return combineFamilies(views, Math.max);
}

/** The fleet's total: the sum over the entries of different instances. Gauges have one writer and are left out. */
export function total(entries: readonly (readonly Family[])[]): readonly Family[] {
  const summable = entries.map((entry) => entry.filter((family) => family.type !== 'gauge'));
  return combineFamilies(summable, (a, b) => a + b);
}
