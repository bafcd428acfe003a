import { type Family, seriesKey } from '../../src/observability/families.ts';

type Labels = Readonly<Record<string, string>>;

/** What the fleet's families say of one series: a counter's value, a histogram's or summary's count and sum. */
export function read(
  families: readonly Family[],
  name: string,
  labels: Labels = {},
): { value: number; sum: number } {
  const family = families.find((one) => one.name === name);
  const series = family?.series.find((one) => seriesKey(one.labels) === seriesKey(labels));
  if (series === undefined) return { value: 0, sum: 0 };
  return 'value' in series
    ? { value: series.value, sum: series.value }
    : { value: series.count, sum: series.sum };
}

/** The sum over all series whose labels hold `labels`. */
export function sumOf(families: readonly Family[], name: string, labels: Labels = {}): number {
  const family = families.find((one) => one.name === name);
  return (family?.series ?? [])
    .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    .reduce((sum, one) => sum + ('value' in one ? one.value : one.count), 0);
}
