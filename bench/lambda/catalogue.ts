import { defineCatalogue, libraryMetrics } from '../../src/observability/index.ts';

/** Of the trivial service that is instrumented with the library. */
export const catalogue = defineCatalogue({
  ...libraryMetrics({ functions: ['hello'], routes: ['GET /hello'], components: ['api'] }),
  hello_total: { type: 'counter', help: 'Greetings.', labels: { kind: ['new', 'repeat'] } },
});
