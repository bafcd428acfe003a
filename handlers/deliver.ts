import { deliver } from '../src/fte/delivery/deliver.ts';
import { readWork } from '../src/fte/work.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { replySender } from '../src/platform/senders.ts';
import { connect } from '../src/platform/service.ts';
import { instrument } from '../src/platform/telemetry.ts';

const service = connect();
const ports = { ...service, sender: replySender(service.config, loadChannelConfig()) };

export const handler = instrument({
  function: 'deliver',
  component: 'delivery',
  trigger: 'sqs',
  message: ({ body, receiveCount }) => deliver(readWork('delivery', body), receiveCount, ports),
});
