import { settleSilent } from '../src/fte/operations/settlement.ts';
import { sendSurveys } from '../src/fte/operations/surveys.ts';
import { requeueStranded } from '../src/fte/operations/upkeep.ts';
import { announceForgotten, escalateAtRisk } from '../src/fte/operations/waiting.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const service = connect();
const ports = { ...service, tickets: service.ticketStore };

export const handler = instrument({
  function: 'upkeep',
  component: 'worker',
  trigger: 'schedule',
  run: async ({ correlationId, log }) => {
    const jobs = {
      requeued: requeueStranded(ports),
      escalated: escalateAtRisk({ ...service, correlationId }),
      announced: announceForgotten({ ...service, correlationId }),
      surveyed: sendSurveys({ ...service, correlationId }),
      settled: settleSilent(ports),
    };
    // One that fails keeps none of the others from being done.
    const results = await Promise.allSettled(Object.values(jobs));
    const done = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
    log.debug('upkeep', Object.fromEntries(Object.keys(jobs).map((name, i) => [name, done[i]])));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  },
});
