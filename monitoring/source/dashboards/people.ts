import { config } from '../config.ts';
import { bucket, counter, countOf, gauge, sum } from '../promql.ts';
import { lasting, percent } from '../words.ts';
import * as q from './queries.ts';
import type { Panel } from './spec.ts';

const { customers, queues, pickup, panels } = config;
const PICKUP = 'fte_human_pickup_time_seconds';
const DAY = 86_400;
const GOOD_SCORES = ['4', '5'] as const;
const ratings = q.chosen(counter('fte_csat_ratings_total'), 'channel');
const goodRatings = q.chosen(counter('fte_csat_ratings_total', { score: GOOD_SCORES }), 'channel');

/** Who waits, what people do about it, and what customers say of it. */
export const people: readonly Panel[] = [
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
    description: `How long the oldest message of a queue has waited, as CloudWatch tells. Healthy: seconds; the alert begins at ${lasting(queues.oldestSeconds)}.`,
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
