import { renderText, TEXT_FORMAT } from '../src/observability/exposition.ts';
import { connectFleet } from '../src/platform/fleet.ts';
import { requireOperator } from '../src/platform/operator-keys.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const { config, table } = connect();
const fleet = connectFleet(config, table);

export const handler = instrument({
  function: 'metrics',
  component: 'metrics',
  trigger: 'http',
  routes: {
    'GET /metrics': async ({ headers }) => {
      // What a business counts is not public; on a laptop Prometheus reads it without a key.
      if (config.stage !== 'local') requireOperator(headers['x-api-key'], config.operatorKeyHashes);
      return { status: 200, contentType: TEXT_FORMAT, body: renderText(await fleet.read()) };
    },
  },
});
