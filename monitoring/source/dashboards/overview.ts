import { FAILED } from '../alerts/service.ts';
import { config } from '../config.ts';
import { buckets, counter, countOf, gauge, served, servedBuckets, sum, sumOf } from '../promql.ts';
import { lasting, percent } from '../words.ts';
import { messages } from './channels.ts';
import { RUNBOOK_OF_VALUE } from './links.ts';
import * as q from './queries.ts';
import { type Board, type Panel, PER_MINUTE } from './spec.ts';

const { service, thinking, satisfaction, escalations, pipeline, panels } = config;
const requests = counter('fte_http_requests_total');
const published = gauge('fte_fleet_last_publication_timestamp_seconds');
const scores = 'fte_customer_satisfaction_score';
const rated = sum(q.within(countOf(scores), satisfaction.window));

const UP_OR_DOWN = {
  0: { text: 'DOWN', color: 'red' },
  1: { text: 'up', color: 'green' },
} as const;

/** The panels that an operator looks at first, in the order in which a failure spreads. */
const first: readonly Panel[] = [
  {
    kind: 'stat', id: 1, width: 4, unit: 'none',
    title: 'Service health',
    description:
      `Up when every dependency answers the health check, every gateway answers Prometheus, and the totals are younger than ${lasting(service.unpublishedSeconds)}. Healthy: green.`,
    alerts: ['ServiceDown'],
    words: UP_OR_DOWN,
    queries: [
      {
        expr: `(min(${gauge('fte_dependency_up')}) * min(${q.gatewayUp}) * (${q.AGE_OF_NUMBERS(published)} < bool ${service.unpublishedSeconds})) or vector(0)`,
        legend: 'health',
        instant: true,
      },
    ],
  },
  {
    kind: 'lines', id: 2, width: 7, unit: 'reqps',
    title: 'Requests per second',
    description: 'API requests by method. Healthy: the shape of the day, without a sudden end or step.',
    queries: [{ expr: `${sum(q.perSecond(requests), ['method'])} > 0`, legend: '{{method}}' }],
    stacked: true,
  },
  {
    kind: 'lines', id: 3, width: 7, unit: 'percentunit', max: 1, min: 0,
    title: 'Error rate',
    description: `Requests that were answered with a 5xx, as a share of all but those of the health check, of /metrics and of no route. Healthy: 0. The alert begins at ${percent(service.errorShare)}. No line: no requests.`,
    alerts: ['HighErrorRate'],
    steps: q.rising(service.errorShare),
    queries: [
      {
        expr: q.share(
          sum(q.perSecond(served({ status_code: FAILED }))),
          sum(q.perSecond(served())),
        ),
        legend: 'failed',
      },
    ],
    colors: { failed: 'red' },
  },
  {
    kind: 'lines', id: 4, width: 6, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Response time p95',
    description: `One request in twenty takes longer than this, but for those of the health check, of /metrics and of no route. Healthy: well under ${service.slowSeconds} s, mostly under 0.1 s.`,
    alerts: ['SlowResponseTime'],
    steps: q.rising(service.slowSeconds),
    queries: [
      {
        expr: q.quantile(0.95, servedBuckets()),
        legend: 'p95',
        exemplars: true,
      },
    ],
    colors: { p95: 'blue' },
  },
  {
    kind: 'lines', id: 5, width: 8, unit: PER_MINUTE,
    title: 'Interactions by channel',
    description:
      'Messages a minute: in from customers once stored, out (dashed) once the provider accepted them. Healthy: each dashed line lies on its own.',
    alerts: ['ChannelSilent'],
    ...messages,
  },
  {
    kind: 'lines', id: 6, width: 8, unit: PER_MINUTE,
    title: 'Ticket operations',
    description: 'What is done with tickets, a minute. Healthy: as many resolved as created, over a day; few reopened.',
    queries: [
      {
        expr: sum(q.perMinute(counter('fte_ticket_operations_total', { status: 'success' })), ['operation']),
        legend: '{{operation}}',
      },
    ],
  },
  {
    kind: 'lines', id: 7, width: 8, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Thinking time p95 by operation',
    description:
      `Time in the model, tools excluded; "run" is a whole run. Healthy: under ${thinking.slowSeconds} s, and flat. It rises with the provider, seldom with us.`,
    alerts: ['AgentSlowThinking'],
    steps: q.rising(thinking.slowSeconds),
    queries: [
      {
        expr: q.quantile(0.95, buckets('fte_agent_thinking_time_seconds'), ['operation']),
        legend: '{{operation}}',
        exemplars: true,
      },
    ],
  },
  {
    kind: 'bars', id: 8, width: 8, unit: 'none', decimals: 0,
    title: 'Escalations by reason, last hour',
    description: 'Tickets that went to people, by the first reason. Healthy: refunds and prices lead; processing_error and service_unavailable are 0.',
    alerts: ['HighEscalationRate', 'EscalationsDropped'],
    queries: [
      {
        expr: q.orNone(
          `sort_desc(round(${sum(q.within(q.chosen(counter('fte_escalations_total'), 'channel'), escalations.window), ['reason'])}) > 0)`,
          'reason',
        ),
        legend: '{{reason}}',
      },
    ],
  },
  {
    kind: 'stat', id: 9, width: 4, unit: 'short', sparkline: true, decimals: 0,
    title: 'Active conversations',
    description: 'Conversations with a message within the last 24 hours. Healthy: the shape of the day before.',
    queries: [{ expr: `max(${gauge('fte_active_conversations')})`, legend: 'active' }],
  },
  {
    kind: 'lines', id: 10, width: 6, unit: 'short',
    title: 'Queue sizes',
    description: 'Messages that wait or are being worked on. Healthy: near 0; dlq exactly 0.',
    alerts: ['HighMessageQueueSize', 'DeadLetterQueueNotEmpty'],
    queries: [{ expr: `max by (queue_name) (${gauge('fte_message_queue_size')})`, legend: '{{queue_name}}' }],
    colors: { dlq: 'red' },
  },
  {
    kind: 'stat', id: 11, width: 6, unit: 'none', sparkline: true, decimals: 2, min: 1, max: 5,
    title: 'Customer satisfaction, 24 h',
    description: `The mean of the ratings of a day, from 1 to 5. Healthy: over ${panels.goodRating}. The alert begins under ${satisfaction.lowest}.`,
    alerts: ['LowCustomerSatisfaction'],
    steps: q.falling(satisfaction.lowest, panels.goodRating),
    queries: [{ expr: q.share(sum(q.within(sumOf(scores), satisfaction.window)), rated), legend: 'mean' }],
    noValue: 'no ratings',
  },
]; // biome-ignore format: a table

/** What tells apart the alerts of one name. */
const TOLD_APART_BY = [
  'instance', 'dependency', 'channel', 'queue_name', 'function', 'tool_name', 'guardrail', 'metric', 'slo', 'long_window',
]; // biome-ignore format: a list

/** What somebody who was just woken wants to know. */
const night: readonly Panel[] = [
  {
    kind: 'table', id: 20, width: 12, height: 8, unit: 'none',
    title: 'What is broken, and since when',
    description: 'Alerts that fire now. The name leads to its runbook. Healthy: no data.',
    queries: [
      {
        expr: `1000 * min by (alertname, severity, what) (label_join(ALERTS_FOR_STATE{severity!="none"} and ignoring (alertstate) ALERTS{alertstate="firing"}, "what", " ", ${TOLD_APART_BY.map((label) => `"${label}"`).join(', ')}))`,
        legend: '',
      },
    ],
    columns: {
      alertname: 'Alert', severity: 'Severity', what: 'What', Value: 'Since',
    },
    units: { Value: 'dateTimeFromNow' },
    links: { alertname: RUNBOOK_OF_VALUE },
  },
  {
    kind: 'stat', id: 21, width: 4, height: 4, unit: 's', decimals: 0,
    title: 'Age of these numbers',
    description: `Seconds since the totals were published. All other numbers are as old as this. Healthy: under ${pipeline.staleSeconds} s.`,
    alerts: ['ServiceDown', 'FoldStale'],
    steps: q.rising(pipeline.staleSeconds, service.unpublishedSeconds),
    queries: [{ expr: q.AGE_OF_NUMBERS(published), legend: 'age', instant: true }],
    noValue: 'none yet',
  },
  {
    kind: 'stat', id: 22, width: 8, height: 4, unit: 'none',
    title: 'Dependencies',
    description: 'What the health check reaches. Healthy: all green.',
    alerts: ['ServiceDown', 'DatabaseConnectivityIssue'],
    words: UP_OR_DOWN,
    queries: [
      { expr: `min by (dependency) (${gauge('fte_dependency_up')})`, legend: '{{dependency}}', instant: true },
    ],
  },
  {
    kind: 'stat', id: 23, width: 4, height: 4, unit: 'short', decimals: 0,
    title: 'Given-up messages',
    description: 'In the dead-letter queues: each is a customer without an answer. Healthy: 0.',
    alerts: ['DeadLetterQueueNotEmpty'],
    steps: q.rising(1),
    queries: [{ expr: `max(${gauge('fte_message_queue_size', { queue_name: 'dlq' })})`, legend: 'dlq', instant: true }],
  },
  {
    kind: 'stat', id: 24, width: 4, height: 4, unit: 'short', decimals: 0,
    title: 'Customers who wait',
    description: "Conversations in which a customer's last word is older than an hour. Healthy: 0.",
    alerts: ['CustomersUnanswered'],
    steps: q.rising(1, config.customers.mostUnanswered),
    queries: [{ expr: `max(${gauge('fte_unanswered_conversations')})`, legend: 'waiting', instant: true }],
  },
  {
    kind: 'stat', id: 25, width: 4, height: 4, unit: 's', decimals: 0,
    title: 'Since this deployment',
    description: 'How long this version serves. A short time beside a fresh alert: think of rolling back.',
    queries: [{ expr: `max(${gauge('fte_system_uptime_seconds')})`, legend: 'uptime', instant: true }],
  },
  {
    kind: 'lines', id: 26, width: 12, unit: PER_MINUTE, stacked: true,
    title: 'Errors by type',
    description: 'Once each, where they are handled. Healthy: a few validation errors; auth is a key or a secret that is wrong; database, queue, internal and config are 0.',
    alerts: ['HighErrorRate', 'DatabaseConnectivityIssue', 'OperatorKeyRejections'],
    queries: [{ expr: `${sum(q.perMinute(counter('fte_errors_total')), ['error_type'])} > 0`, legend: '{{error_type}}' }],
  },
  {
    kind: 'lines', id: 27, width: 12, unit: PER_MINUTE, stacked: true,
    title: 'Errors by component',
    description: 'The same errors by the part of the service that met them: where to look first.',
    alerts: ['HighErrorRate'],
    queries: [{ expr: `${sum(q.perMinute(counter('fte_errors_total')), ['component'])} > 0`, legend: '{{component}}' }],
  },
]; // biome-ignore format: a table

export const overview: Board = {
  uid: 'fte-overview',
  title: 'FTE · Overview',
  description: 'How the employee is, and what to do when it is not well.',
  variables: ['channel'],
  rows: [
    { id: 100, title: 'The service', panels: first },
    { id: 101, title: 'Woken up: what is broken, since when, and how fresh is this', panels: night },
  ],
};
