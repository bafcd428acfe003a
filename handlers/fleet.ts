import { catalogue } from '../src/fte/catalogue.ts';
import { setGauges } from '../src/fte/operations/gauges.ts';
import { checkHealth } from '../src/fte/operations/health.ts';
import { BUILD_FACTS, instrument, metrics, newGauges, observabilityConfig } from '../src/fte/telemetry.ts';
import { createFleet } from '../src/observability/fleet/fleet.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { healthChecks } from '../src/platform/health-checks.ts';
import { loadModelConfig } from '../src/platform/models/config.ts';
import { connect } from '../src/platform/service.ts';

const service = connect();
const { gateways } = observabilityConfig;
const checks = healthChecks(service, gateways, loadModelConfig(), loadChannelConfig());
const fleet = createFleet({ catalogue, ...observabilityConfig });

export const handler = instrument({
  function: 'fleet',
  component: 'metrics',
  trigger: 'schedule',
  run: async ({ log }) => {
    const gauges = newGauges();
    const failures = await setGauges(BUILD_FACTS, await checkHealth(checks), { ...service, metrics: gauges });
    const started = performance.now();
    const { instances } = await fleet.fold(async (found) => {
      gauges.set('fte_fleet_instances', {}, found);
      gauges.set('fte_fleet_last_fold_timestamp_seconds', {}, Date.now() / 1000);
      return gauges.snapshot();
    });
    metrics.observe('fte_fleet_fold_duration_seconds', {}, (performance.now() - started) / 1000);
    log.debug('folded', { instances });
    // Only now: what the database did not tell must not keep the totals from being published.
    if (failures.length > 0) throw failures[0];
  },
});
