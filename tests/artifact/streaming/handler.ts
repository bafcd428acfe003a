// A function whose URL streams: a page that is made line by line.
import { setTimeout as rest } from 'node:timers/promises';
import { catalogue } from '../../../bench/lambda/catalogue.ts';
import { createObservability, ServiceError } from '../../../src/observability/index.ts';

const { instrument, metrics } = createObservability({ service: 'hello', catalogue });

async function* lines(breaksOff: boolean) {
  for (const line of ['one', 'two', 'three']) {
    yield `${line}\n`;
    await rest(1);
    if (breaksOff) throw new Error('the source dried up');
  }
  metrics.inc('hello_total', { kind: 'new' });
}

export const handler = instrument({
  function: 'hello',
  component: 'api',
  trigger: 'http',
  streams: true,
  routes: {
    'GET /hello': ({ query }) => {
      if (query.how === 'refused')
        throw new ServiceError({ code: 'SHOP_NO', type: 'validation', status: 422, message: 'No.' });
      if (query.how === 'whole') return { status: 200, body: { whole: true } };
      return { status: 200, contentType: 'text/plain', stream: lines(query.how === 'breaks') };
    },
  },
});
