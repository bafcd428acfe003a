import { readWork } from '../src/fte/work.ts';
import { teamNotifier } from '../src/platform/senders.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const { config } = connect();
const team = teamNotifier(config);

export const handler = instrument({
  function: 'notify',
  component: 'delivery',
  trigger: 'sqs',
  message: async ({ body, correlationId }, { log }) => {
    const news = readWork('news', body);
    await team.notify({ ...news, correlationId });
    log.info('the team was told', { kind: news.kind, ticket_id: news.ticketId });
  },
});
