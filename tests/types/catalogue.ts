/** What the compiler must refuse. `tests/unit/observability/types.test.ts` compiles this file; nothing runs it. */
import type { FteMetrics } from '../../src/fte/catalogue.ts';
import { defineCatalogue } from '../../src/observability/catalogue.ts';
import type { Metrics } from '../../src/observability/metrics.ts';

declare const metrics: FteMetrics;

metrics.inc('fte_escalations_total', { reason: 'refund_request', channel: 'email' });
metrics.observe('fte_customer_response_time_seconds', { channel: 'web_form' }, 1);
metrics.set('fte_active_conversations', {}, 1);

// @ts-expect-error a metric that is in no catalogue
metrics.inc('fte_nothing_total', {});
// @ts-expect-error a value outside the set
metrics.inc('fte_escalations_total', { reason: 'because', channel: 'email' });
// @ts-expect-error a label is missing
metrics.inc('fte_escalations_total', { reason: 'refund_request' });
// @ts-expect-error a label too many
metrics.inc('fte_escalations_total', { reason: 'refund_request', channel: 'email', customer: 'c1' });
// @ts-expect-error a histogram is not counted
metrics.inc('fte_customer_response_time_seconds', { channel: 'email' });
// @ts-expect-error a counter is not observed
metrics.observe('fte_escalations_total', { reason: 'refund_request', channel: 'email' }, 1);
// @ts-expect-error a counter is not set
metrics.set('fte_escalations_total', { reason: 'refund_request', channel: 'email' }, 1);
// @ts-expect-error a route that does not exist
metrics.inc('fte_http_requests_total', { method: 'GET', endpoint: '/nowhere', status_code: '200' });
// @ts-expect-error a function that does not exist
metrics.inc('fte_lambda_cold_starts_total', { function: 'nobody' });

const shop = defineCatalogue({
  shop_orders_total: { type: 'counter', help: 'Orders.', labels: { kind: ['new', 'repeat'] } },
});
declare const own: Metrics<typeof shop>;
own.inc('shop_orders_total', { kind: 'new' });
// @ts-expect-error closed in a catalogue of somebody else's too
own.inc('shop_orders_total', { kind: 'old' });
