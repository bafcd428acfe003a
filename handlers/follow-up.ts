import { followUpMessage } from '../src/fte/intake/form.ts';
import { countRejection, takeIn } from '../src/fte/intake/intake.ts';
import { submitted } from '../src/fte/intake/reply.ts';
import { findTicket } from '../src/fte/tickets/look-up.ts';
import { connect } from '../src/platform/service.ts';
import { instrument, metrics } from '../src/platform/telemetry.ts';

const service = connect();
const ports = { ...service, tickets: service.ticketStore };

export const handler = instrument({
  function: 'followUp',
  component: 'web_form',
  trigger: 'http',
  refused: (error) => countRejection(metrics, 'web_form', error),
  routes: {
    'POST /support/ticket/{id}/messages': async (request, { correlationId }) => {
      const { id = '' } = request.params;
      const { customer } = await findTicket(id, service.ticketStore);
      const message = followUpMessage(request.json(), id, customer, {
        idempotencyKey: request.headers['idempotency-key'],
        receivedAt: request.receivedAt,
        correlationId,
      });
      const accepted = await takeIn(message, ports, {
        ip: request.sourceIp,
        sources: service.sources,
      });
      return { status: accepted.duplicate ? 200 : 201, body: submitted(accepted.message) };
    },
  },
});
