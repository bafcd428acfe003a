/**
 * One middleware stack for AWS Lambda handlers: correlated JSON logs and Prometheus metrics that are pushed to a
 * Pushgateway and added up over the whole fleet.
 */
import { loadObservabilityConfig, type ObservabilityConfig } from './config.ts';
import { currentContext } from './context.ts';
import type { InstrumentedCatalogue } from './handler-options.ts';
import { createInstrument } from './instrument.ts';
import { createLogger } from './logger.ts';
import { createMetrics, type MetricsOptions } from './metrics.ts';
import { afterResponse } from './push/extension.ts';
import { createGatewayClient } from './push/gateway.ts';
import { onTermination } from './push/last-push.ts';
import { createPusher } from './push/pusher.ts';

export { type Catalogue, CONFIGURED, defineCatalogue, type MetricSpec } from './catalogue.ts';
export { loadObservabilityConfig, type ObservabilityConfig } from './config.ts';
export { CORRELATION_ATTRIBUTE, CORRELATION_HEADER } from './correlation.ts';
export { ConfigError, type ErrorType, type FieldIssue, ServiceError, type Severity } from './errors.ts';
export { renderText, TEXT_FORMAT } from './exposition.ts';
export type { Family } from './families.ts';
export { FLEET_JOB } from './fleet/entries.ts';
export { fileLedger } from './fleet/file-ledger.ts';
export { createFleet, type Fleet, type FleetOptions } from './fleet/fleet.ts';
export type { LedgerStore } from './fleet/ledger.ts';
export { runPasses } from './fleet/passes.ts';
export type { HandlerTools, InstrumentedHandler, InstrumentOptions } from './handler-options.ts';
export type { HttpRequest, HttpResponse } from './http.ts';
export { libraryMetrics } from './library-metrics.ts';
export type { Log } from './logger.ts';
export { createMetrics, type Metrics, type MetricsRegistry } from './metrics.ts';
export { outgoingHeaders, type QueueOrigin, queueOrigin } from './propagation.ts';
export type { QueueMessage } from './sqs.ts';

/** AWS gives an instance that ends 300 to 500 ms. */
const LAST_PUSH_MS = 250;

export interface ObservabilityOptions<C extends InstrumentedCatalogue> extends MetricsOptions {
  /** The `service` of every log line. */
  readonly service: string;
  readonly catalogue: C;
  /** Default: read from the environment. */
  readonly config?: ObservabilityConfig;
  /** The Authorization header that the gateways want, asked for at each push; `refused` after one that was not let in. */
  readonly gatewayAuthorization?: ((refused: boolean) => Promise<string>) | undefined;
}

/**
 * Sets up the observability of one process: a logger, the metrics of the catalogue, and `instrument`, with which
 * each handler is made.
 *
 * @throws {ConfigError} when a variable of the environment can't be used.
 * @example
 * export const { instrument, metrics, log } = createObservability({ service: 'orders', catalogue });
 */
export function createObservability<const C extends InstrumentedCatalogue>(options: ObservabilityOptions<C>) {
  const config = options.config ?? loadObservabilityConfig();
  const log = createLogger(options.service, config.logLevel);
  const exemplar = () => {
    const context = currentContext();
    return context && { correlation_id: context.correlationId };
  };
  const metrics = createMetrics(options.catalogue, { exemplar, ...options });
  const ask = createGatewayClient({ authorization: options.gatewayAuthorization, ca: config.gatewayCa });
  const pusher = createPusher({
    catalogue: options.catalogue,
    gateways: config.gateways,
    budgetMs: config.pushBudgetMs,
    policy: config.pushPolicy,
    ask,
    log,
  });
  onTermination(() => pusher.flush(metrics.snapshot, LAST_PUSH_MS));
  return {
    config,
    log,
    metrics,
    pusher,
    askGateway: ask,
    instrument: createInstrument({ config, log, metrics, pusher, afterResponse }),
  };
}
