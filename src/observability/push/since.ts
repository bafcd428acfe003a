import {
  type Family,
  type HistogramSeries,
  type SummarySeries,
  seriesKey,
  type ValueSeries,
} from '../families.ts';

type AnySeries = ValueSeries | HistogramSeries | SummarySeries;

function less(now: AnySeries, then: AnySeries): AnySeries {
  if ('value' in now) return 'value' in then ? { ...now, value: now.value - then.value } : now;
  if ('value' in then) return now;
  const sums = { ...now, sum: now.sum - then.sum, count: now.count - then.count };
  if (!('buckets' in sums) || !('buckets' in then)) return sums;
  const before = new Map(then.buckets);
  return {
    ...sums,
    buckets: sums.buckets.map(([edge, count]) => [edge, count - (before.get(edge) ?? 0)] as const),
  };
}

/** What was counted between two snapshots of one instance, the earlier of which is `then`. */
export function since(then: readonly Family[], now: readonly Family[]): readonly Family[] {
  const before = new Map(
    then.flatMap(({ name, series }) =>
      series.map((s) => [`${name} ${seriesKey(s.labels)}`, s as AnySeries] as const),
    ),
  );
  return now.map((family) => {
    const series = family.series.map((s) => {
      const earlier = before.get(`${family.name} ${seriesKey(s.labels)}`);
      return earlier === undefined ? s : less(s, earlier);
    });
    return { ...family, series } as Family;
  });
}
