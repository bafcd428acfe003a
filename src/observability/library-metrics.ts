import { type LabelValues, METRIC_NAMES } from './catalogue.ts';
import { ERROR_SEVERITY, ERROR_TYPES, SEVERITIES } from './errors.ts';

/** The methods of HTTP; anything else is counted as `other`. */
export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
/** The status codes that a handler of the library can answer; anything else is counted as `other`. */
export const STATUS_CODES = [
  '200', '201', '202', '204', '301', '302', '304', '400', '401', '403', '404', '405', '409', '413', '415',
  '422', '429', '500', '502', '503', '504',
] as const; // biome-ignore format: a table
/** What a request without a route is counted under. */
export const UNMATCHED = '__unmatched__';

/** Status codes that any route may answer: their series exist before the first such answer. */
const PLAUSIBLE_STATUS_CODES = [
  '200', '201', '202', '400', '401', '404', '409', '413', '422', '429', '500', '503',
] as const; // biome-ignore format: a table

type TemplateOf<R extends string> = string extends R ? string : R extends `${string} ${infer T}` ? T : never;

/** Sets that configuration closes: the library can't know them, the catalogue's author does. */
export interface LibraryLabelSets<F extends LabelValues, R extends LabelValues, K extends LabelValues> {
  /** The names of all Lambda functions. */
  readonly functions: F;
  /** Method and route template of every API route, as in `POST /orders/{id}`. */
  readonly routes: R;
  /** The parts of the service that an error is counted under. */
  readonly components: K;
}

/**
 * The library's own metrics (HTTP, Lambda, errors, push, fleet), to be spread into a catalogue.
 * Durations are seconds, sizes bytes.
 */
export function libraryMetrics<
  const F extends LabelValues,
  const R extends LabelValues,
  const K extends LabelValues,
>(sets: LibraryLabelSets<F, R, K>) {
  const routes = sets.routes.map((route) => {
    const [method = '', endpoint = ''] = route.split(' ');
    return { method, endpoint };
  });
  type Endpoint = TemplateOf<R[number]> | typeof UNMATCHED;
  const endpoint = [
    ...new Set(routes.map((r) => r.endpoint)),
    UNMATCHED,
  ] as readonly string[] as readonly Endpoint[];
  const fn = sets.functions;
  return {
    fte_http_requests_total: {
      type: 'counter',
      help: 'API requests by method, route template and status code; thrown errors and refused input too.',
      labels: { method: HTTP_METHODS, endpoint, status_code: STATUS_CODES },
      plausible: routes.flatMap((r) => PLAUSIBLE_STATUS_CODES.map((status_code) => ({ ...r, status_code }))),
    },
    fte_http_request_duration_seconds: {
      type: 'histogram',
      help: 'Time from the event to the response of an API request, without the push.',
      labels: { method: HTTP_METHODS, endpoint },
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 15, 30],
      plausible: routes,
    },
    fte_errors_total: {
      type: 'counter',
      help: 'Errors by type, component and severity, once each, where they are handled.',
      labels: { error_type: ERROR_TYPES, component: sets.components, severity: SEVERITIES },
      plausible: ERROR_TYPES.flatMap((error_type) =>
        sets.components.map((component) => ({
          error_type,
          component,
          severity: ERROR_SEVERITY[error_type],
        })),
      ),
    },
    fte_lambda_invocations_total: {
      type: 'counter',
      help: 'Invocations by outcome. error: a 5xx, or the handler threw; a single failed message of a batch is none. timeout_near: under 10 % of the time was left.',
      labels: { function: fn, outcome: ['success', 'error', 'timeout_near'] },
    },
    fte_lambda_duration_seconds: {
      type: 'histogram',
      help: "A handler's time without the push.",
      labels: { function: fn },
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 15, 30, 60, 120, 300, 900],
    },
    fte_lambda_cold_starts_total: {
      type: 'counter',
      help: 'First invocations of an instance.',
      labels: { function: fn },
    },
    fte_lambda_init_duration_seconds: {
      type: 'histogram',
      help: "From the start of the process to the end of the handler's module load.",
      labels: { function: fn },
      buckets: [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10],
    },
    fte_lambda_memory_used_bytes: {
      type: 'histogram',
      help: 'Resident set size at the end of an invocation, as read in the last tenth of a second.',
      labels: { function: fn },
      scale: -3,
      buckets: [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072].map((mib) => mib * 1_048_576),
    },
    fte_push_attempts_total: {
      type: 'counter',
      help: "Pushes of an instance's entry by outcome. skipped: the circuit was open or no time was left.",
      labels: { outcome: ['success', 'timeout', 'refused', 'rejected', 'skipped'] },
    },
    fte_push_duration_seconds: {
      type: 'histogram',
      help: 'One push, from the request to the answer or to its deadline.',
      labels: {},
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    },
    fte_label_overflow_total: {
      type: 'counter',
      help: 'Label values outside their set, and series over the cap, by metric.',
      labels: { metric: METRIC_NAMES },
      plausible: [],
    },
    fte_fleet_quarantined_total: {
      type: 'counter',
      help: 'Entries that could not be decoded: saved, then deleted.',
      labels: {},
    },
    fte_fleet_refused_total: {
      type: 'counter',
      help: 'Entries of instances that were born before the horizon: never added.',
      labels: {},
    },
    fte_fleet_late_pushes_total: {
      type: 'counter',
      help: 'Larger values that arrived for an entry after it was retired.',
      labels: {},
    },
    fte_fleet_retired_instances_total: {
      type: 'counter',
      help: 'Instances whose entries were folded for good and deleted from the gateway.',
      labels: {},
    },
    fte_fleet_regressions_total: {
      type: 'counter',
      help: 'Totals that were about to be published below their last published value: a bug, never seen.',
      labels: {},
    },
    fte_fleet_fold_duration_seconds: {
      type: 'histogram',
      help: 'One fold: read, merge, write the ledger, publish.',
      labels: {},
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    },
    fte_fleet_instances: {
      type: 'gauge',
      help: 'Instances whose entries the last fold found in the gateway.',
      labels: {},
    },
    fte_ledger_version: {
      type: 'gauge',
      help: 'The version of the ledger that the totals come from.',
      labels: {},
    },
    fte_fleet_last_publication_timestamp_seconds: {
      type: 'gauge',
      help: 'Unix time of these totals. While an inbox is missing they go on, without what only that one holds.',
      labels: {},
    },
    fte_fleet_last_fold_timestamp_seconds: {
      type: 'gauge',
      help: 'Unix time at which the last complete fold began to read: what was acknowledged before is in the totals.',
      labels: {},
    },
  } as const;
}
