import { requeueStranded } from '../src/fte/operations/upkeep.ts';
import { instrument } from '../src/fte/telemetry.ts';
import { connect } from '../src/platform/service.ts';

const service = connect();

export const handler = instrument({
  function: 'upkeep',
  component: 'worker',
  trigger: 'schedule',
  run: () => requeueStranded({ ...service, tickets: service.ticketStore }),
});
