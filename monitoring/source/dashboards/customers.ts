import { config } from '../config.ts';
import { bucket, buckets, counter, countOf, gauge, sum } from '../promql.ts';
import { lasting, percent } from '../words.ts';
import { CHANNEL_COLORS, messages } from './channels.ts';
import * as q from './queries.ts';
import { type Board, type Panel, PER_MINUTE } from './spec.ts';
import { trends } from './trends.ts';

const { slo, customers, queues, signatures, pickup, panels } = config;
const RESPONSE = 'fte_customer_response_time_seconds';
const PICKUP = 'fte_human_pickup_time_seconds';
const DAY = 86_400;
const GOOD_SCORES = ['4', '5'] as const;
const ratings = q.chosen(counter('fte_csat_ratings_total'), 'channel');
const goodRatings = q.chosen(counter('fte_csat_ratings_total', { score: GOOD_SCORES }), 'channel');

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

const people: readonly Panel[] = [
  {
    kind: 'lines', id: 10, width: 4, unit: 'short', decimals: 0,
    title: 'Customers who wait',
    description: "Conversations in which a customer's last word is older than an hour. Healthy: 0.",
    alerts: ['CustomersUnanswered'],
    steps: q.rising(customers.mostUnanswered),
    queries: [{ expr: `max(${gauge('fte_unanswered_conversations')})`, legend: 'waiting' }],
    colors: { waiting: 'blue' },
  },
  {
    kind: 'lines', id: 11, width: 4, unit: 'short', decimals: 0,
    title: 'Queues',
    description: `Messages that wait. Healthy: near 0; the alert begins at ${queues.most}, for dlq at 1.`,
    alerts: ['HighMessageQueueSize', 'DeadLetterQueueNotEmpty'],
    queries: [{ expr: `max by (queue_name) (${gauge('fte_message_queue_size')})`, legend: '{{queue_name}}' }],
    colors: { dlq: 'red' },
  },
  {
    kind: 'lines', id: 18, width: 4, unit: 's', decimals: 0,
    title: 'Oldest message',
    description: `How long the oldest message of a queue has waited, as CloudWatch tells. Healthy: seconds; the alert begins at ${queues.oldestSeconds / 60} min.`,
    alerts: ['QueueMessageTooOld'],
    steps: q.rising(queues.oldestSeconds),
    queries: [{ expr: `max by (queue_name) (${gauge('fte_queue_oldest_message_age_seconds')})`, legend: '{{queue_name}}' }],
  },
  {
    kind: 'stat', id: 19, width: 4, unit: 'short', decimals: 0,
    title: 'Nobody took over',
    description: 'Escalated tickets that nobody has taken over or answered within the target for their priority. Healthy: 0.',
    alerts: ['EscalationsWaiting'],
    steps: q.rising(1),
    queries: [{ expr: `sum(${gauge('fte_escalations_overdue')})`, legend: 'tickets', instant: true }],
  },
  {
    kind: 'stat', id: 12, width: 4, unit: 'percentunit', decimals: 1, sparkline: true,
    title: 'Taken over in time, 24 h',
    description: `Escalations that a person took over within ${lasting(pickup.withinSeconds)}. Healthy: over ${percent(1 - pickup.lateShare)}.`,
    alerts: ['HumanPickupSlow'],
    steps: q.falling(1 - pickup.lateShare, panels.promptPickupShare),
    queries: [
      {
        expr: q.share(
          sum(q.within(bucket(PICKUP, pickup.withinSeconds), DAY)),
          sum(q.within(countOf(PICKUP), DAY)),
        ),
        legend: 'in time',
      },
    ],
    noValue: 'none taken over',
  },
  {
    kind: 'stat', id: 13, width: 4, unit: 'short', decimals: 0,
    title: 'Deliveries in doubt, 24 h',
    description: 'Sent or not is unknown: a person was told, and nothing was repeated. Healthy: 0.',
    steps: q.rising(1),
    queries: [
      { expr: `round(${sum(q.within(q.chosen(counter('fte_deliveries_in_doubt_total'), 'channel'), DAY))})`, legend: 'in doubt', instant: true },
    ],
  },
  {
    kind: 'bars', id: 14, width: 8, unit: 'percentunit', min: 0, max: 0.1, decimals: 1,
    title: 'Service targets missed',
    description: `Breaches through evaluations, within the time range; a full bar is 10 %. Healthy: under ${percent(panels.missedTargetShare)} each.`,
    alerts: ['ProcessingBudgetBurn', 'DeliveryBudgetBurn', 'HumanPickupSlow'],
    steps: q.rising(panels.someMissedTargetShare, panels.missedTargetShare),
    queries: [
      {
        expr: q.share(
          sum(q.inRange(q.chosen(counter('fte_sla_breaches_total'), 'channel')), ['sla']),
          sum(q.inRange(q.chosen(counter('fte_sla_evaluations_total'), 'channel')), ['sla']),
        ),
        legend: '{{sla}}',
      },
    ],
  },
  {
    kind: 'bars', id: 15, width: 8, unit: 'none', decimals: 0,
    title: 'How conversations ended',
    description: 'Within the time range. Healthy: resolved_confirmed and resolved_assumed lead by far.',
    queries: [
      {
        expr: `round(${sum(q.inRange(q.chosen(counter('fte_conversation_outcomes_total'), 'channel')), ['outcome'])})`,
        legend: '{{outcome}}',
      },
    ],
  },
  {
    kind: 'bars', id: 16, width: 4, unit: 'none', decimals: 0,
    title: 'Ratings',
    description: 'How often each score was given, within the time range. Healthy: 4 and 5 lead.',
    alerts: ['LowCustomerSatisfaction'],
    queries: [{ expr: `sort_desc(round(${sum(q.inRange(ratings), ['score'])}))`, legend: '{{score}}' }],
  },
  {
    kind: 'stat', id: 17, width: 4, unit: 'percentunit', decimals: 0, sparkline: true,
    title: 'CSAT, 24 h',
    description: `The share of 4 and 5 among all ratings. Healthy: over ${percent(panels.goodRatingShare)}.`,
    alerts: ['LowCustomerSatisfaction'],
    steps: q.falling(panels.fairRatingShare, panels.goodRatingShare),
    queries: [{ expr: q.share(sum(q.within(goodRatings, DAY)), sum(q.within(ratings, DAY))), legend: 'CSAT' }],
    noValue: 'no ratings',
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
