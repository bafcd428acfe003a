import { createObservability } from '../observability/index.ts';
import { loadObservabilityConfig } from '../observability/config.ts';
import { catalogue } from './catalogue.ts';

export const SERVICE = 'customer-success-fte';

const config = loadObservabilityConfig();

/** The employee's observability: one logger and one set of metrics a process. */
export const { instrument, metrics, log } = createObservability({
  service: SERVICE,
  catalogue,
  config,
  configured: { version: [config.version], service: [SERVICE], team: [config.team] },
});
export const observabilityConfig = config;
