import { lookUp } from '../src/fte/tickets/look-up.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const { ticketStore: tickets, conversations } = connect();

export const handler = instrument({
  function: 'ticket',
  component: 'ticket',
  trigger: 'http',
  routes: {
    'GET /support/ticket/{id}': async ({ params }) => ({
      status: 200,
      body: await lookUp(params.id ?? '', { tickets, conversations }),
    }),
  },
});
