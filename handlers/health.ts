import { checkHealth, isServing } from '../src/fte/operations/health.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { healthChecks } from '../src/platform/health-checks.ts';
import { loadModelConfig } from '../src/platform/models/config.ts';
import { connect } from '../src/platform/service.ts';
import { BUILD_FACTS, instrument, observabilityConfig } from '../src/platform/telemetry.ts';

const checks = healthChecks(connect(), observabilityConfig.gateways, loadModelConfig(), loadChannelConfig());

export const handler = instrument({
  function: 'health',
  component: 'api',
  trigger: 'http',
  routes: {
    'GET /health': async () => {
      const states = await checkHealth(checks);
      const serving = isServing(states);
      return {
        status: serving ? 200 : 503,
        body: {
          status: serving ? (states.every(({ up }) => up) ? 'ok' : 'degraded') : 'down',
          version: BUILD_FACTS.version,
          dependencies: Object.fromEntries(
            states.map(({ dependency, up }) => [dependency, up ? 'up' : 'down']),
          ),
        },
      };
    },
  },
});
