import { countedModels } from '../fte/agent/usage.ts';
import { catalogue } from '../fte/catalogue.ts';
import { loadObservabilityConfig } from '../observability/config.ts';
import { createObservability } from '../observability/index.ts';
import { createMetrics } from '../observability/metrics.ts';
import { gatewayAuthorization } from './gateway-config.ts';

export const SERVICE = 'customer-success-fte';

/** The library's configuration, read once a process. */
export const observabilityConfig = loadObservabilityConfig();

const { version, team } = observabilityConfig;
/** What this deployment is; `fte_service_info` says it. */
export const BUILD_FACTS = { version, service: SERVICE, team } as const;

const configured = {
  version: [version],
  service: [SERVICE],
  team: [team],
  model: countedModels(),
  gen_ai_request_model: countedModels(),
};

/** The employee's observability: one logger and one set of metrics a process. */
export const { instrument, metrics, log, pusher, askGateway } = createObservability({
  service: SERVICE,
  catalogue,
  config: observabilityConfig,
  configured,
  gatewayAuthorization: gatewayAuthorization(),
});

/** Empty metrics for one reading of the gauges: a value that could not be read again must not stay. */
export const newGauges = () => createMetrics(catalogue, { configured });
