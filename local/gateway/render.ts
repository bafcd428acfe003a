import { renderText } from '../../src/observability/exposition.ts';
import type { Labels, ValueSeries } from '../../src/observability/families.ts';
import { formatFloat } from './go-format.ts';
import { mergedFamilies } from './merge.ts';
import type { PushedFamily } from './pushed.ts';
import { type Group, PUSH_FAILURE_TIME, PUSH_TIME } from './store.ts';

type JsonMetric = Readonly<Record<string, Labels | string>>;

const record = (pairs: readonly (readonly [number, number | bigint])[]) =>
  Object.fromEntries(
    pairs.map(([key, value]) => [
      formatFloat(key),
      typeof value === 'bigint' ? String(value) : formatFloat(value),
    ]),
  );

function jsonMetrics(family: PushedFamily): readonly JsonMetric[] {
  switch (family.type) {
    case 'histogram':
      return family.series.map(({ labels, buckets, sum, count }) => ({
        labels,
        buckets: record(buckets),
        sum: formatFloat(sum),
        count: String(count),
      }));
    case 'summary':
      return family.series.map(({ labels, quantiles, sum, count }) => ({
        labels,
        quantiles: record(quantiles),
        sum: formatFloat(sum),
        count: String(count),
      }));
    default:
      return family.series.map(({ labels, value }) => ({ labels, value: formatFloat(value) }));
  }
}

/** The value of one of the gauges that the store itself adds to a group. */
function time(group: Group, name: string): number {
  const family = group.families.get(name)?.family;
  return family?.type === 'gauge' ? (family.series[0]?.value ?? 0) : 0;
}

/** The `data` of the JSON API: a group an object, a family a field, every number a string. */
export function renderJson(groups: readonly Group[]): readonly Readonly<Record<string, unknown>>[] {
  return groups.map((group) => ({
    labels: group.labels,
    last_push_successful: time(group, PUSH_FAILURE_TIME) <= time(group, PUSH_TIME),
    ...Object.fromEntries(
      [...group.families].map(([name, { family, at }]) => [
        name,
        {
          time_stamp: new Date(at).toISOString(),
          type: family.type.toUpperCase(),
          ...(family.help ? { help: family.help } : {}),
          metrics: jsonMetrics(family),
        },
      ]),
    ),
  }));
}

const rendered = (name: string, help: string, series: readonly ValueSeries[]) =>
  renderText([{ name, help, type: 'gauge', series }]).split('\n');

/** Sample lines alone: `renderText` knows neither untyped families nor quantiles, so headers are written apart. */
const lines = (name: string, series: readonly ValueSeries[]) => rendered(name, '', series).slice(2, -1);

function header({ name, help, type }: PushedFamily): string[] {
  const typeLine = `# TYPE ${name} ${type}`;
  return help === undefined ? [typeLine] : [...rendered(name, help, []).slice(0, 1), typeLine];
}

function samples(family: PushedFamily): string[] {
  const { name } = family;
  switch (family.type) {
    case 'histogram':
      return family.series.flatMap(({ labels, buckets, sum, count }) => {
        const whole = buckets.some(([edge]) => edge === Number.POSITIVE_INFINITY);
        const all = whole ? buckets : [...buckets, [Number.POSITIVE_INFINITY, count] as const];
        return [
          ...lines(
            `${name}_bucket`,
            all.map(([edge, value]) => ({
              labels: { ...labels, le: formatFloat(edge) },
              value: Number(value),
            })),
          ),
          ...lines(`${name}_sum`, [{ labels, value: sum }]),
          ...lines(`${name}_count`, [{ labels, value: Number(count) }]),
        ];
      });
    case 'summary':
      return family.series.flatMap(({ labels, quantiles, sum, count }) => [
        ...lines(
          name,
          quantiles.map(([q, value]) => ({ labels: { ...labels, quantile: formatFloat(q) }, value })),
        ),
        ...lines(`${name}_sum`, [{ labels, value: sum }]),
        ...lines(`${name}_count`, [{ labels, value: Number(count) }]),
      ]);
    default:
      return lines(name, family.series);
  }
}

/** All groups as one page in the text format. @throws {InconsistentGroups} when a scrape would stumble over it. */
export function renderPage(groups: readonly Group[]): string {
  const text = mergedFamilies(groups).flatMap((family) => [...header(family), ...samples(family)]);
  return text.length === 0 ? '' : `${text.join('\n')}\n`;
}
