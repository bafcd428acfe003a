import { createDesk, ticketForTeam } from '../src/fte/operations/desk.ts';
import type { HttpRequest } from '../src/observability/http.ts';
import { operatorRoutes } from '../src/platform/as-operator.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const service = connect();
const desk = createDesk({ ...service, store: service.ticketStore });

const asOperator = operatorRoutes(service.config.operatorKeyHashes);

const idOf = ({ params }: HttpRequest) => params.id ?? '';

export const handler = instrument({
  function: 'operator',
  component: 'api',
  trigger: 'http',
  routes: {
    'GET /support/tickets': asOperator(async ({ query }) => ({ status: 200, body: await desk.list(query) })),
    'POST /support/ticket/{id}/assign': asOperator(async (request) => ({
      status: 200,
      body: ticketForTeam(await desk.assign(idOf(request), request.json())),
    })),
    'POST /support/ticket/{id}/reply': asOperator(async (request, { correlationId }) => {
      const key = request.headers['idempotency-key'];
      const reply = await desk.reply(idOf(request), request.json(), key, correlationId);
      return { status: 202, body: { ticket_id: reply.ticketId, reply_id: reply.id } };
    }),
    'POST /support/ticket/{id}/resolve': asOperator(async (request) => ({
      status: 200,
      body: ticketForTeam(await desk.resolve(idOf(request))),
    })),
    'POST /support/ticket/{id}/reopen': asOperator(async (request) => ({
      status: 200,
      body: ticketForTeam(await desk.reopen(idOf(request))),
    })),
    'POST /support/ticket/{id}/close': asOperator(async (request) => ({
      status: 200,
      body: ticketForTeam(await desk.close(idOf(request))),
    })),
  },
});
