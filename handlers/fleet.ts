import { setGauges } from '../src/fte/operations/gauges.ts';
import { changesLogged, checkHealth } from '../src/fte/operations/health.ts';
import { countOverdue } from '../src/fte/operations/waiting.ts';
import { runPasses } from '../src/observability/fleet/passes.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { connectFleet } from '../src/platform/fleet.ts';
import { healthChecks } from '../src/platform/health-checks.ts';
import { loadModelConfig } from '../src/platform/models/config.ts';
import { queueAgePort } from '../src/platform/queue-ages.ts';
import { remembered } from '../src/platform/reachable.ts';
import { connect } from '../src/platform/service.ts';
import {
  BUILD_FACTS,
  instrument,
  metrics,
  newGauges,
  observabilityConfig,
} from '../src/platform/telemetry.ts';

/** The last pass begins by then, so that the next minute's invocation finds nobody at work. */
const LAST_BY_MS = 50_000;
/** CloudWatch has a new value every minute, and a price for each call; to read all that waits has one, too. */
const ASKED_EVERY_MS = 55_000;

const service = connect();
const { gateways, foldEveryS } = observabilityConfig;
const checks = healthChecks(service, gateways, loadModelConfig(), loadChannelConfig());
const fleet = connectFleet(service.config, service.table);
const isLocal = service.config.stage === 'local';
const askedEveryMs = isLocal ? 0 : ASKED_EVERY_MS;
const logChanges = changesLogged();
const queueAges = queueAgePort(service.config.queues, askedEveryMs, service.log);
const overdue = remembered(() => countOverdue(service.ticketStore, service.now()), askedEveryMs);

export const handler = instrument({
  function: 'fleet',
  component: 'metrics',
  trigger: 'schedule',
  run: ({ log, remainingMs }) => {
    async function pass(): Promise<void> {
      const gauges = newGauges();
      const started = performance.now();
      let failures: readonly unknown[] = [];
      const { instances, published, complete } = await fleet.fold(async () => {
        const states = await checkHealth(checks);
        logChanges(states, log);
        failures = await setGauges(BUILD_FACTS, states, { ...service, overdue, queueAges, metrics: gauges });
        return gauges.snapshot();
      });
      metrics.observe('fte_fleet_fold_duration_seconds', {}, (performance.now() - started) / 1000);
      log.debug('folded', { instances, published, complete });
      // Only now: what the database did not tell must not keep the totals from being published.
      if (failures.length > 0) throw failures[0];
    }
    // A local schedule comes often enough by itself.
    const lastByMs = isLocal ? 0 : LAST_BY_MS;
    return runPasses(pass, { everyMs: foldEveryS * 1_000, lastByMs, remainingMs });
  },
});
