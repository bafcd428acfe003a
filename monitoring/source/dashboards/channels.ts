import { counter, sum } from '../promql.ts';
import * as q from './queries.ts';
import type { Lines } from './spec.ts';

/** A channel has its color on every dashboard. */
export const CHANNEL_COLORS = { email: 'blue', whatsapp: 'green', web_form: 'purple' } as const;

const CHANNELS = Object.entries(CHANNEL_COLORS);
const passed = (direction: 'inbound' | 'outbound') =>
  q.chosen(counter('fte_customer_interactions_total', { direction, status: 'success' }), 'channel');

/** What comes in, and dashed beside it what goes out. */
export const messages: Pick<Lines, 'queries' | 'colors' | 'dashed'> = {
  queries: [
    { expr: sum(q.perMinute(passed('inbound')), ['channel']), legend: '{{channel}} in' },
    { expr: sum(q.perMinute(passed('outbound')), ['channel']), legend: '{{channel}} out' },
  ],
  colors: Object.fromEntries(
    CHANNELS.flatMap(([channel, color]) => [
      [`${channel} in`, color],
      [`${channel} out`, color],
    ]),
  ),
  dashed: CHANNELS.map(([channel]) => `${channel} out`),
};
