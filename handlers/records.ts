import { createRecords } from '../src/fte/operations/records.ts';
import { operatorRoutes } from '../src/platform/as-operator.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const service = connect();
const records = createRecords(service);
const asOperator = operatorRoutes(service.config.operatorKeyHashes);

export const handler = instrument({
  function: 'records',
  component: 'api',
  trigger: 'http',
  routes: {
    'GET /conversations/{id}': asOperator(async ({ params }) => ({
      status: 200,
      body: await records.conversation(params.id ?? ''),
    })),
    'GET /customers/lookup': asOperator(async ({ query }) => ({
      status: 200,
      body: await records.customer(query),
    })),
    'GET /metrics/channels': asOperator(async () => ({ status: 200, body: await records.channels() })),
  },
});
