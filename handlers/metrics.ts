import { catalogue } from '../src/fte/catalogue.ts';
import { instrument, observabilityConfig } from '../src/fte/telemetry.ts';
import { renderText, TEXT_FORMAT } from '../src/observability/exposition.ts';
import { createFleet } from '../src/observability/fleet/fleet.ts';
import { loadConfig } from '../src/platform/config.ts';
import { requireOperator } from '../src/platform/operator-keys.ts';

const { stage, operatorKeyHashes } = loadConfig();
const fleet = createFleet({ catalogue, ...observabilityConfig });

export const handler = instrument({
  function: 'metrics',
  component: 'metrics',
  trigger: 'http',
  routes: {
    'GET /metrics': async ({ headers }) => {
      // What a business counts is not public; on a laptop Prometheus reads it without a key.
      if (stage !== 'local') requireOperator(headers['x-api-key'], operatorKeyHashes);
      return { status: 200, contentType: TEXT_FORMAT, body: renderText(await fleet.read()) };
    },
  },
});
