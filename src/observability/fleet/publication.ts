import { type Catalogue, fromUnits, scaleOf } from '../catalogue.ts';
import {
  type Family,
  type HistogramSeries,
  type SummarySeries,
  seriesKey,
  type ValueSeries,
} from '../families.ts';
import { wireName } from '../push/wire.ts';
import { addTo, edgesOf, type Values, valuesOf } from './series-table.ts';
import type { FleetCounts, FleetState } from './state.ts';
import { inEdges } from './totals.ts';

type AnySeries = ValueSeries | HistogramSeries | SummarySeries;

/** The gauge that tells from which ledger a publication was made. */
export const LEDGER_VERSION = 'fte_ledger_version';
/** The counters that the ledger itself keeps. */
const COUNTED: ReadonlyMap<string, keyof FleetCounts> = new Map([
  ['fte_fleet_late_pushes_total', 'late'],
  ['fte_fleet_refused_total', 'refused'],
  ['fte_fleet_quarantined_total', 'quarantined'],
  ['fte_fleet_retired_instances_total', 'retired'],
  ['fte_fleet_regressions_total', 'regressions'],
]);

const publicKey = (name: string, series: AnySeries) => `${name} ${seriesKey(series.labels)}`;

function eachSeries(
  families: readonly Family[],
  visit: (key: string, series: AnySeries, family: Family) => void,
) {
  for (const family of families)
    for (const series of family.series as readonly AnySeries[])
      visit(publicKey(family.name, series), series, family);
}

/** The ledger's version that a gateway's totals were published from; undefined where there are none. */
export function publishedVersion(published: readonly Family[]): number | undefined {
  const series = published.find(({ name }) => name === LEDGER_VERSION)?.series[0];
  return series !== undefined && 'value' in series ? series.value : undefined;
}

/** The fleet's own counters, in place of whatever the totals say of them. */
export function withOwnCounts(
  catalogue: Catalogue,
  totals: readonly Family[],
  counts: FleetCounts,
): readonly Family[] {
  const own = [...COUNTED].flatMap(([name, count]): Family[] => {
    const spec = catalogue[name];
    if (spec?.type !== 'counter') return [];
    return [{ name, help: spec.help, type: 'counter', series: [{ labels: {}, value: counts[count] }] }];
  });
  return [...totals.filter(({ name }) => !COUNTED.has(name)), ...own];
}

/** What the fold itself knows: the gauges that only it writes. */
export function ownGauges(
  catalogue: Catalogue,
  state: FleetState,
  version: number,
  now: number,
): readonly Family[] {
  const alive = [...state.instances.values()].filter(({ retiredAt }) => retiredAt === undefined);
  const own: readonly (readonly [name: string, value: number])[] = [
    ['fte_fleet_instances', alive.length],
    ['fte_fleet_last_fold_timestamp_seconds', state.completeAt / 1000],
    ['fte_fleet_last_publication_timestamp_seconds', now / 1000],
    [LEDGER_VERSION, version],
  ];
  return own.flatMap(([name, value]): Family[] => {
    const spec = catalogue[name];
    return spec === undefined
      ? []
      : [{ name, help: spec.help, type: 'gauge', series: [{ labels: {}, value }] }];
  });
}

const isZero = (series: AnySeries) => ('value' in series ? series.value === 0 : series.count === 0);

function zeroed(series: AnySeries): AnySeries {
  if ('value' in series) return { labels: series.labels, value: 0 };
  const { labels } = series;
  if (!('buckets' in series)) return { labels, sum: 0, count: 0 };
  return { labels, sum: 0, count: 0, buckets: series.buckets.map(([edge]) => [edge, 0] as const) };
}

/** Notes which series the publishing gateway was seen to have. One that is above 0 there has long been there. */
export function noteDebuts(state: FleetState, published: readonly Family[], now: number): void {
  eachSeries(published, (key, series, { type }) => {
    if (type === 'gauge') return;
    if (!isZero(series)) state.debuts.set(key, 0);
    else if (!state.debuts.has(key)) state.debuts.set(key, now);
  });
}

/**
 * Totals in which a series that is new to Prometheus shows 0 until that was scraped: the step from "absent" to a value
 * is one that no `increase()` sees.
 *
 * @param debutMs for how long, in milliseconds: two scrape intervals
 */
export function withDebuts(
  state: FleetState,
  totals: readonly Family[],
  now: number,
  debutMs: number,
): readonly Family[] {
  const shown = (name: string, series: AnySeries) => {
    const since = state.debuts.get(publicKey(name, series));
    return since !== undefined && now - since >= debutMs ? series : zeroed(series);
  };
  return totals.map((family) => {
    const series = (family.series as readonly AnySeries[]).map((one) => shown(family.name, one));
    return { ...family, series } as Family;
  });
}

/** The numbers of one series in whole units, its buckets in the given edges. */
function inUnits(series: AnySeries, scale: number, edges: readonly number[]): Values {
  const values = valuesOf(series);
  const at = 'buckets' in series ? values.length - 2 : 0;
  const sum = Math.round(fromUnits(-scale, values[at] ?? 0));
  if ('buckets' in series) return [...inEdges(edgesOf(series), values, edges), sum, values.at(-1) ?? 0];
  return values.map((value, i) => (i === at ? sum : value));
}

/**
 * Goes on from what was published, where that is more than the ledger knows: the ledger was lost, or an older one was
 * put back. What is missing is added for good. Whoever was born until now and is in no gateway is not known for certain
 * anymore and will be refused: nothing is counted twice, and what it had not pushed is lost.
 *
 * @param totals what the ledger and the gateways add up to
 */
export function adopt(
  catalogue: Catalogue,
  state: FleetState,
  { totals, published }: { readonly totals: readonly Family[]; readonly published: readonly Family[] },
): void {
  const own = new Map<string, AnySeries>();
  eachSeries(totals, (key, series) => own.set(key, series));
  eachSeries(published, (key, series, { name }) => {
    const spec = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
    const count = COUNTED.get(name);
    if (count !== undefined)
      state.counts[count] = Math.max(state.counts[count], 'value' in series ? series.value : 0);
    if (spec === undefined || spec.type === 'gauge' || count !== undefined) return;
    const edges = spec.type === 'histogram' ? spec.buckets : [];
    const mine = own.get(key);
    const units = (one: AnySeries) => inUnits(one, scaleOf(spec), edges);
    const known = mine === undefined ? [] : units(mine);
    const missing = units(series).map((value, i) => Math.max(0, value - (known[i] ?? 0)));
    if (missing.every((value) => value === 0)) return;
    const index = state.table.indexOf(wireName(name, spec), series.labels, edges);
    const sum = state.forgotten.get(index);
    if (sum === undefined) state.forgotten.set(index, missing);
    else addTo(sum, missing);
  });
}

/** The series whose totals are lower than what is published: a bug, whatever its cause. */
export function regressions(totals: readonly Family[], published: readonly Family[]): readonly string[] {
  const before = new Map<string, AnySeries>();
  eachSeries(published, (key, series, { type }) => {
    if (type !== 'gauge') before.set(key, series);
  });
  const found: string[] = [];
  eachSeries(totals, (key, series) => {
    const then = before.get(key);
    // Buckets can be compared only where both versions have the same.
    if (then === undefined || String(edgesOf(then)) !== String(edgesOf(series))) return;
    const earlier = valuesOf(then);
    if (valuesOf(series).some((value, i) => value < (earlier[i] ?? 0))) found.push(key);
  });
  return found;
}
