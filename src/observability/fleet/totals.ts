import { type Catalogue, fromUnits, type MetricSpec, plausibleLabels } from '../catalogue.ts';
import {
  type Exemplar,
  type Family,
  type HistogramSeries,
  type Labels,
  type SummarySeries,
  seriesKey,
  type ValueSeries,
} from '../families.ts';
import { parseWireName } from '../push/wire.ts';
import { addTo, type EntrySeries, type Values } from './series-table.ts';
import type { FleetState } from './state.ts';

type AnySeries = ValueSeries | HistogramSeries | SummarySeries;
type SummedSpec = Exclude<MetricSpec, { type: 'gauge' }>;
/** The newest exemplar of each bucket, by the series of the table and the bucket's upper edge. */
export type Exemplars = ReadonlyMap<number, ReadonlyMap<number, Exemplar>>;

/** The sum over all instances that ever lived, by series. */
export function sumUp({ instances, forgotten }: FleetState): ReadonlyMap<number, Values> {
  const sums = new Map<number, Values>();
  for (const [index, values] of forgotten) sums.set(index, [...values]);
  for (const { values } of instances.values()) {
    for (const [index, own] of values) {
      const sum = sums.get(index);
      if (sum === undefined) sums.set(index, [...own]);
      else addTo(sum, own);
    }
  }
  return sums;
}

/**
 * A cumulative count per edge of `to`, from one per edge of `from`. A bucket that `to` does not have counts in its
 * smallest edge that is not below: the count, the sum and the edges that both have stay exact, and everything grows.
 */
export function inEdges(from: readonly number[], counts: Values, to: readonly number[]): Values {
  return to.map((edge) => {
    let below = -1;
    while (below + 1 < from.length && (from[below + 1] ?? Number.POSITIVE_INFINITY) <= edge) below += 1;
    return below < 0 ? 0 : (counts[below] ?? 0);
  });
}

function toSeries(
  spec: SummedSpec,
  { labels, edges }: EntrySeries,
  scale: number,
  values: Values,
): AnySeries {
  if (spec.type === 'counter') return { labels, value: fromUnits(scale, values[0] ?? 0) };
  const sum = fromUnits(scale, values.at(-2) ?? 0);
  const count = values.at(-1) ?? 0;
  if (spec.type === 'summary') return { labels, sum, count };
  const counts = inEdges(edges, values, spec.buckets);
  return { labels, sum, count, buckets: spec.buckets.map((edge, i) => [edge, counts[i] ?? 0] as const) };
}

/** Two schemas of one metric, both alive: what they counted adds up, in the natural unit. */
function plus(a: AnySeries, b: AnySeries): AnySeries {
  if ('value' in a) return 'value' in b ? { ...a, value: a.value + b.value } : a;
  if ('value' in b) return a;
  const sums = { ...a, sum: a.sum + b.sum, count: a.count + b.count };
  if (!('buckets' in sums) || !('buckets' in b)) return sums;
  const exemplars = new Map([...(sums.exemplars ?? []), ...(b.exemplars ?? [])]);
  const buckets = sums.buckets.map(([edge, count], i) => [edge, count + (b.buckets[i]?.[1] ?? 0)] as const);
  return { ...sums, buckets, ...(exemplars.size > 0 ? { exemplars } : {}) };
}

function withExemplars(series: AnySeries, held: ReadonlyMap<number, Exemplar> | undefined): AnySeries {
  if (held === undefined || !('buckets' in series)) return series;
  const edges = new Set([...series.buckets.map(([edge]) => edge), Number.POSITIVE_INFINITY]);
  const exemplars = new Map([...held].filter(([edge]) => edges.has(edge)));
  return exemplars.size > 0 ? { ...series, exemplars } : series;
}

/** The totals under their public names and in their own units, in the catalogue's current edges. */
export function totalsOf(
  catalogue: Catalogue,
  state: FleetState,
  exemplars: Exemplars = new Map(),
): readonly Family[] {
  const byName = new Map<string, Map<string, AnySeries>>();
  for (const [index, values] of sumUp(state)) {
    const held = state.table.at(index);
    const wire = parseWireName(held.name);
    const spec = wire && Object.hasOwn(catalogue, wire.metric) ? catalogue[wire.metric] : undefined;
    // What this version does not know stays in the ledger, for the one that does.
    if (wire === undefined || spec === undefined || spec.type !== wire.type) continue;
    const own = withExemplars(toSeries(spec, held, wire.scale, values), exemplars.get(index));
    const series = byName.get(wire.metric) ?? new Map<string, AnySeries>();
    byName.set(wire.metric, series);
    const key = seriesKey(held.labels);
    const other = series.get(key);
    series.set(key, other === undefined ? own : plus(other, own));
  }
  return [...byName].map(([name, series]) => {
    const { type, help } = catalogue[name] as SummedSpec;
    return { name, help, type, series: [...series.values()] } as Family;
  });
}

function zeroSeries(spec: SummedSpec, labels: Labels): AnySeries {
  if (spec.type === 'histogram')
    return { labels, sum: 0, count: 0, buckets: spec.buckets.map((e) => [e, 0] as const) };
  return spec.type === 'summary' ? { labels, sum: 0, count: 0 } : { labels, value: 0 };
}

/** Totals with every plausible series there from the start: Prometheus can't see the step from "absent" to 1. */
export function withZeroes(catalogue: Catalogue, totals: readonly Family[]): readonly Family[] {
  const held = new Map(totals.map((family) => [family.name, family]));
  const known = Object.entries(catalogue).flatMap(([name, spec]) => {
    if (spec.type === 'gauge') return [];
    const series = held.get(name)?.series ?? [];
    const present = new Set(series.map((s) => seriesKey(s.labels)));
    const zeroes = plausibleLabels(spec)
      .filter((labels) => !present.has(seriesKey(labels)))
      .map((labels) => zeroSeries(spec, labels));
    return [{ name, help: spec.help, type: spec.type, series: [...series, ...zeroes] } as Family];
  });
  return known.filter((family) => family.series.length > 0);
}
