import { createObservability, defineCatalogue, libraryMetrics } from '../../../src/observability/index.ts';

const catalogue = defineCatalogue({
  ...libraryMetrics({ functions: ['hello'], routes: ['GET /hello'], components: ['api'] }),
  hello_total: { type: 'counter', help: 'Greetings.', labels: { kind: ['new', 'repeat'] } },
});
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
