import { eraseCustomer } from '../src/fte/erasure/erase.ts';
import { operatorRoutes } from '../src/platform/as-operator.ts';
import { mailObjects } from '../src/platform/email/objects.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const service = connect();
const ports = { ...service, objects: mailObjects() };
const asOperator = operatorRoutes(service.config.operatorKeyHashes);

export const handler = instrument({
  function: 'erasure',
  component: 'api',
  trigger: 'http',
  routes: {
    'DELETE /customers/{id}': asOperator(async ({ params }, { correlationId }, requestedBy) => {
      const erased = await eraseCustomer(params.id ?? '', { requestedBy, correlationId }, ports);
      return {
        status: 200,
        body: {
          customer_id: erased.customerId,
          erased_at: new Date(erased.erasedAt ?? erased.requestedAt).toISOString(),
          conversations: erased.conversations,
          messages: erased.messages,
        },
      };
    }),
  },
});
