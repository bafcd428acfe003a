// Brings together what the hosts wrote down, what the gateways held and what Prometheus scraped.
import { type Evidence, entryKey, type Loss, type Taken, type UnitScrapes } from './oracle.ts';
import { LAYOUT_METRIC, type LAYOUTS, type Layout } from './plain-layouts.ts';
import { type PrometheusClient, placesByKey, type Scrapes } from './prometheus.ts';
import { SAMPLES, sampleKey } from './samples.ts';
import type { Tempo } from './tempo.ts';
import { readTruthLogs } from './truth-log.ts';

/** What a person would read off Prometheus when all is over. */
export interface Shown {
  /** `increase()` over the whole run of each sample, in units, by its place. */
  readonly increases: ReadonlyMap<number, number>;
  readonly layouts: Readonly<Record<Layout, { readonly final: number; readonly increase: number }>>;
  /** The fleet's own counters and gauges, by name. */
  readonly fleet: ReadonlyMap<string, number>;
}

export interface GatherOptions {
  readonly folder: string;
  readonly client: PrometheusClient;
  readonly taken: readonly Taken[];
  readonly losses: readonly Loss[];
  /** How far back Prometheus is asked. */
  readonly seconds: number;
  readonly tempo: Tempo;
}

const FOLD = 'fte_fleet_last_fold_timestamp_seconds';
const NAMES = [...new Set(SAMPLES.map(({ key }) => key.slice(0, key.indexOf('{'))))];

function inUnits(scrapes: Scrapes, scale: number): UnitScrapes {
  return scrapes.map(([at, value]) => [at, Math.round(value * 10 ** scale), value] as const);
}

/** The first time that each was known to be there. */
function earliest(all: readonly Taken[]): readonly Taken[] {
  const found = new Map<string, Taken>();
  for (const one of all) {
    const key = entryKey(one.id, one.sequence);
    const known = found.get(key);
    if (known === undefined || one.at < known.at) found.set(key, one);
  }
  return [...found.values()];
}

async function show(client: PrometheusClient, first: number, last: number): Promise<Shown> {
  // At the last scrape's own time, over a run that begins and ends quiet: nothing is extrapolated.
  const range = `${last - first + 1}ms`;
  const increases = new Map<number, number>();
  for (const name of NAMES) {
    for (const [key, value] of await client.vector(`increase(${name}{job="fte"}[${range}])`, last)) {
      const place = placesByKey.get(`${name}${key.slice(key.indexOf('{'))}`);
      if (place !== undefined) increases.set(place, Math.round(value * 10 ** (SAMPLES[place]?.scale ?? 0)));
    }
  }
  const layout = async (job: Layout, increase: string) => ({
    final: (await client.number(`sum(${LAYOUT_METRIC}{job="${job}"})`, last)) ?? 0,
    increase: (await client.number(increase, last)) ?? 0,
  });
  const layouts = {
    shared: await layout('shared', `sum(increase(${LAYOUT_METRIC}{job="shared"}[${range}]))`),
    apart: await layout('apart', `sum(increase(${LAYOUT_METRIC}{job="apart"}[${range}]))`),
    cleaned: await layout('cleaned', `increase(sum(${LAYOUT_METRIC}{job="cleaned"})[${range}:1s])`),
  } satisfies Record<keyof typeof LAYOUTS, unknown>;
  const fleet = new Map(
    [...(await client.vector('{job="fte",__name__=~"fte_.*"}', last))].map(([key, value]) => [
      key.slice(0, key.indexOf('{')),
      value,
    ]),
  );
  return { increases, layouts, fleet };
}

export async function gather(options: GatherOptions) {
  const { client, seconds, losses, tempo } = options;
  const lines = readTruthLogs(options.folder);
  const counted = lines.flatMap((line) => (line[0] === 'counted' ? [{ at: line[1], deltas: line[3] }] : []));
  const pushed = new Map(
    lines.flatMap((line) => (line[0] === 'pushed' ? [[entryKey(line[3], line[4]), line[5]] as const] : [])),
  );
  const told = (kind: 'acknowledged' | 'taken') =>
    lines.flatMap((line) => (line[0] === kind ? [{ at: line[1], id: line[2], sequence: line[3] }] : []));
  const mismatches = lines.flatMap((line) => (line[0] === 'mismatch' ? [`${line[2]}: ${line[3]}`] : []));

  const scrapes = new Map<number, UnitScrapes>();
  const matrix = await client.matrix('{job="fte",__name__=~"storm_.*"}', seconds);
  for (const series of matrix) {
    const place = placesByKey.get(series.key);
    if (place !== undefined) scrapes.set(place, inUnits(series.scrapes, SAMPLES[place]?.scale ?? 0));
  }
  const folds = (await client.matrix(`${FOLD}{job="fte"}`, seconds))[0]?.scrapes ?? [];
  const took = (await client.matrix('scrape_duration_seconds{job="published"}', seconds))[0]?.scrapes ?? [];
  const evidence: Evidence = {
    counted,
    pushed,
    acknowledged: told('acknowledged'),
    taken: earliest([...told('taken'), ...options.taken]),
    scrapes,
    folds: folds.map(([at, began]) => [at, Math.round(began * 1000)] as const),
    scrapeMs: new Map(took.map(([at, duration]) => [at, duration * 1000])),
    debutMs: tempo.debut,
    losses,
  };
  const events = scrapes.get(
    placesByKey.get(sampleKey('storm_events_total', { kind: 'a', result: 'ok' })) ?? -1,
  );
  const shown = await show(client, events?.[0]?.[0] ?? 0, events?.at(-1)?.[0] ?? 0);
  return { evidence, shown, mismatches };
}
