import type { Family } from '../src/observability/families.ts';
import { libraryMetrics } from '../src/observability/library-metrics.ts';
import { createMetrics } from '../src/observability/metrics.ts';

export const SERIES = 60;

const seriesIn = (families: readonly Family[]) =>
  families.reduce((sum, { series }) => sum + series.length, 0);

const FUNCTIONS = ['orders', 'payments', 'mails'];
const ROUTES = [
  'GET /orders',
  'POST /orders',
  'GET /orders/{id}',
  'PUT /orders/{id}',
  'POST /payments',
] as const;

/** The catalogue of the service whose entry is measured. */
export const entryCatalogue = libraryMetrics({
  functions: FUNCTIONS,
  routes: ROUTES,
  components: ['shop', 'bank'],
});

/** The entry of an instance that has touched 60 series of the library's metrics. */
export async function entry(): Promise<readonly Family[]> {
  const metrics = createMetrics(entryCatalogue);
  ROUTES.forEach((route, index) => {
    const [method, endpoint] = route.split(' ') as ['GET', '/orders'];
    for (const status_code of ['200', '400', '404', '422', '500', '503'] as const)
      metrics.inc('fte_http_requests_total', { method, endpoint, status_code }, 1 + index * 7);
    for (let call = 0; call < 40; call += 1)
      metrics.observe('fte_http_request_duration_seconds', { method, endpoint }, 0.004 * 1.2 ** call);
  });
  for (const name of FUNCTIONS) {
    metrics.inc('fte_lambda_cold_starts_total', { function: name });
    for (const outcome of ['success', 'error'] as const)
      metrics.inc('fte_lambda_invocations_total', { function: name, outcome }, 40);
    for (let call = 0; call < 40; call += 1) {
      metrics.observe('fte_lambda_duration_seconds', { function: name }, 0.003 * 1.25 ** call);
      metrics.observe('fte_lambda_memory_used_bytes', { function: name }, 9e7 + call * 1e6);
    }
    metrics.observe('fte_lambda_init_duration_seconds', { function: name }, 0.31);
  }
  for (const outcome of ['success', 'timeout', 'refused', 'rejected', 'skipped'] as const)
    metrics.inc('fte_push_attempts_total', { outcome });
  metrics.observe('fte_push_duration_seconds', {}, 0.0042);
  metrics.inc('fte_label_overflow_total', { metric: 'fte_errors_total' });
  const families = await metrics.snapshot();
  const touched = seriesIn(families);
  if (touched !== SERIES) throw new Error(`the entry has ${touched} series, not ${SERIES}`);
  return families;
}
