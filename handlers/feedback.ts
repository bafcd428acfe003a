import { rate } from '../src/fte/tickets/rating.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const service = connect();

export const handler = instrument({
  function: 'feedback',
  component: 'ticket',
  trigger: 'http',
  routes: {
    'POST /support/ticket/{id}/feedback': async (request) => {
      const { id = '' } = request.params;
      const { rating } = await rate(id, request.json(), { ...service, store: service.ticketStore });
      return { status: 201, body: { ticket_id: id, rating } };
    },
  },
});
