import { type Catalogue, defineCatalogue } from '../../src/observability/catalogue.ts';
import { libraryMetrics } from '../../src/observability/library-metrics.ts';

/** Two versions of the service that are alive at once: one histogram has other edges. */
export type Schema = 'old' | 'current';
export const EDGES: Readonly<Record<Schema, readonly number[]>> = {
  old: [0.1, 0.5, 1],
  current: [0.1, 0.25, 0.5, 1, 2],
};

export const KINDS = ['a', 'b', 'c'] as const;
export const RESULTS = ['ok', 'bad'] as const;
export const MODELS = ['small', 'large'] as const;
export const ROUTES = ['read', 'write'] as const;
export const RARE = ['x', 'y', 'z'] as const;

const library = libraryMetrics({ functions: ['storm'], routes: ['GET /'], components: ['storm'] });

/** What the storm's instances count, and what the fleet says of itself. */
export const stormCatalogue = (schema: Schema) =>
  defineCatalogue({
    storm_events_total: {
      type: 'counter',
      help: 'Events.',
      labels: { kind: KINDS, result: RESULTS },
    },
    storm_rare_total: {
      type: 'counter',
      help: 'Events that nobody foresaw: their series begin when the first one happens.',
      labels: { kind: RARE },
      plausible: [],
    },
    storm_cost_total: {
      type: 'counter',
      help: 'A sum of fractions.',
      labels: { model: MODELS },
      scale: 9,
    },
    storm_latency_seconds: {
      type: 'histogram',
      help: 'Durations.',
      labels: { route: ROUTES },
      buckets: EDGES[schema],
    },
    storm_score: { type: 'summary', help: 'Scores.', labels: {} },
    fte_fleet_instances: library.fte_fleet_instances,
    fte_fleet_last_fold_timestamp_seconds: library.fte_fleet_last_fold_timestamp_seconds,
    fte_fleet_late_pushes_total: library.fte_fleet_late_pushes_total,
    fte_fleet_refused_total: library.fte_fleet_refused_total,
    fte_fleet_quarantined_total: library.fte_fleet_quarantined_total,
    fte_fleet_retired_instances_total: library.fte_fleet_retired_instances_total,
    fte_fleet_regressions_total: library.fte_fleet_regressions_total,
    fte_ledger_version: library.fte_ledger_version,
  } satisfies Catalogue);
export type StormCatalogue = ReturnType<typeof stormCatalogue>;
