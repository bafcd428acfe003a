import { config } from '../config.ts';
import { buckets, counter, sum } from '../promql.ts';
import { lasting } from '../words.ts';
import { CHANNEL_COLORS, messages } from './channels.ts';
import { people } from './people.ts';
import * as q from './queries.ts';
import { type Board, type Panel, PER_MINUTE } from './spec.ts';
import { trends } from './trends.ts';

const { slo, signatures } = config;
const RESPONSE = 'fte_customer_response_time_seconds';
const DAY = 86_400;

const answers: readonly Panel[] = [
  {
    kind: 'lines', id: 1, width: 8, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Answered within, p95',
    description: `From a message's receipt to the acceptance of its answer. Healthy: under ${slo.processing.withinSeconds} s on every channel.`,
    alerts: ['ProcessingBudgetBurn'],
    steps: q.rising(slo.processing.withinSeconds),
    queries: [
      {
        expr: q.quantile(0.95, q.chosen(buckets(RESPONSE), 'channel'), ['channel']),
        legend: '{{channel}}',
        exemplars: true,
      },
    ],
    colors: CHANNEL_COLORS,
  },
  {
    kind: 'lines', id: 2, width: 8, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'First response p95',
    description: "From a conversation's first message to its first reply. Healthy: close to the panel on the left.",
    steps: q.rising(slo.processing.withinSeconds),
    queries: [
      {
        expr: q.quantile(0.95, q.chosen(buckets('fte_first_response_time_seconds'), 'channel'), ['channel']),
        legend: '{{channel}}',
        exemplars: true,
      },
    ],
    colors: CHANNEL_COLORS,
  },
  {
    kind: 'lines', id: 3, width: 8, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Delivery p95',
    description: `One call of a provider's API. Healthy: under 1 s; the target is ${slo.delivery.withinSeconds} s.`,
    alerts: ['DeliveryBudgetBurn'],
    steps: q.rising(slo.delivery.withinSeconds),
    queries: [
      {
        expr: q.quantile(0.95, q.chosen(buckets('fte_delivery_duration_seconds'), 'channel'), ['channel']),
        legend: '{{channel}}',
        exemplars: true,
      },
    ],
    colors: CHANNEL_COLORS,
  },
  {
    kind: 'lines', id: 4, width: 12, unit: PER_MINUTE,
    title: 'Messages in and out',
    description: 'A minute: in from customers, out (dashed) once the provider accepted them, and what could not be sent. Healthy: each dashed line lies on its own; nothing failed.',
    alerts: ['ChannelSilent'],
    ...messages,
    queries: [
      ...messages.queries,
      {
        expr: sum(q.perMinute(q.chosen(counter('fte_customer_interactions_total', { direction: 'outbound', status: 'failed' }), 'channel'))),
        legend: 'failed',
      },
    ],
    colors: { ...messages.colors, failed: 'red' },
  },
  {
    kind: 'lines', id: 5, width: 6, unit: PER_MINUTE, stacked: true,
    title: 'Refused at the door',
    description: `By channel and reason. Healthy: a trickle. Over ${signatures.most} wrong signatures in ${lasting(signatures.window)}: a lost secret, or an attack.`,
    alerts: ['SignatureRejections'],
    queries: [
      {
        expr: `${sum(q.perMinute(q.chosen(counter('fte_webhook_rejections_total'), 'channel')), ['channel', 'reason'])} > 0`,
        legend: '{{channel}} {{reason}}',
      },
    ],
  },
  {
    kind: 'lines', id: 6, width: 6, unit: PER_MINUTE,
    title: 'Sent again',
    description: 'Messages that a provider or a caller repeated, and that were recognised. Healthy: a trickle.',
    queries: [
      {
        expr: sum(q.perMinute(q.chosen(counter('fte_duplicate_messages_total'), 'channel')), ['channel']),
        legend: '{{channel}}',
      },
    ],
    colors: CHANNEL_COLORS,
  },
]; // biome-ignore format: a table

const tickets: readonly Panel[] = [
  {
    kind: 'lines', id: 20, width: 8, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Tickets resolved within, median',
    description: 'From created to resolved, by category, calendar time. Healthy: minutes where the employee resolves, hours where people do.',
    queries: [
      {
        expr: q.quantileOf(0.5, q.within(buckets('fte_ticket_resolution_time_seconds'), DAY), ['category']),
        legend: '{{category}}',
      },
    ],
  },
  {
    kind: 'lines', id: 21, width: 8, unit: 'short', decimals: 0,
    title: 'Tickets opened again',
    description: 'Within a day, by category: an answer that was none. Healthy: under 5 % of the resolved.',
    queries: [
      {
        expr: sum(q.within(q.chosen(counter('fte_ticket_reopens_total'), 'channel'), DAY), ['category']),
        legend: '{{category}}',
      },
    ],
  },
  {
    kind: 'lines', id: 22, width: 8, unit: PER_MINUTE,
    title: "Providers' word on deliveries",
    description: 'A minute, by status. Healthy: sent becomes delivered; failed is 0.',
    queries: [
      {
        expr: sum(q.perMinute(q.chosen(counter('fte_delivery_status_total'), 'channel')), ['status']),
        legend: '{{status}}',
      },
    ],
    colors: { queued: 'yellow', sent: 'blue', delivered: 'green', read: 'purple', failed: 'red' },
  },
]; // biome-ignore format: a table

export const customerBoard: Board = {
  uid: 'fte-customers',
  title: 'FTE · Customers & SLA',
  description: 'What customers notice: answers, waiting, ratings, and how that changes over weeks.',
  variables: ['channel'],
  rows: [
    { id: 100, title: 'Answers', panels: answers },
    { id: 101, title: 'Waiting, people and ratings', panels: people },
    { id: 102, title: 'Tickets and deliveries', panels: tickets },
    { id: 103, title: 'Weeks and months', panels: trends },
  ],
};
