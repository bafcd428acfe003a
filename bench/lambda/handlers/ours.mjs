import { createObservability } from '../../../src/observability/index.ts';
import { catalogue } from '../catalogue.ts';

const { instrument, metrics } = createObservability({ service: 'hello', catalogue });

export const handler = instrument({
  function: 'hello',
  component: 'api',
  trigger: 'http',
  routes: {
    'GET /hello': async () => {
      metrics.inc('hello_total', { kind: 'new' });
      return { status: 200, body: { ok: true } };
    },
  },
});
