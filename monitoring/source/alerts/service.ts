import { STATUS_CODES } from '../../../src/observability/library-metrics.ts';
import { config } from '../config.ts';
import type { Alert } from '../model.ts';
import {
  all,
  allOn,
  any,
  buckets,
  counter,
  countOf,
  gauge,
  served,
  servedBuckets,
  sum,
  sumOf,
  type Timed,
} from '../promql.ts';
import { lasting, percent } from '../words.ts';

const { service, escalations, thinking, queues, satisfaction } = config;
/** The codes by which the service says that it failed. */
export const FAILED = STATUS_CODES.filter((code) => code.startsWith('5'));

function highEscalationRate({ increase }: Timed, severity: 'warning' | 'critical'): Alert {
  const escalated = sum(increase(counter('fte_escalations_total'), escalations.window));
  const created = sum(
    increase(
      counter('fte_ticket_operations_total', { operation: 'create', status: 'success' }),
      escalations.window,
    ),
  );
  return {
    alert: 'HighEscalationRate',
    expr: all(
      `${escalated} / ${created} > ${escalations[severity]}`,
      `${created} >= ${escalations.fewestTickets}`,
    ),
    for: 300,
    severity,
    summary: 'Too many tickets go to people',
    description: `{{ $value | humanizePercentage }} of the last hour's new tickets were escalated; the target is under ${percent(escalations.warning)}, ${percent(escalations.critical)} is a breach.`,
    dashboard: 'fte-quality',
  };
}

/** The eight alerts that the service began with, in their order and under their names. */
export function serviceAlerts(time: Timed): readonly Alert[] {
  const { rate, increase, seconds } = time;
  const enough = (selector: string) =>
    `${sum(increase(selector, service.window))} >= ${service.fewestRequests}`;
  const errors = sum(increase(counter('fte_errors_total', { error_type: 'database' }), service.window));
  const invocations = sum(increase(counter('fte_lambda_invocations_total'), service.window));
  const runs = { operation: 'run' } as const;
  const scores = 'fte_customer_satisfaction_score';
  const ratings = sum(increase(countOf(scores), satisfaction.window));
  const published = gauge('fte_fleet_last_publication_timestamp_seconds');
  return [
    {
      alert: 'ServiceDown',
      expr: any(
        `up{job="${config.gatewayJob}"} == 0`,
        `time() - ${published} > ${seconds(service.unpublishedSeconds)}`,
        `absent(${published})`,
        `${gauge('fte_dependency_up')} == 0`,
      ),
      for: 60,
      severity: 'critical',
      summary: 'The service, or what it stands on, is down',
      description:
        '{{ if $labels.dependency }}The health check does not reach: {{ $labels.dependency }}.' +
        '{{ else if $labels.instance }}The gateway {{ $labels.instance }} does not answer.' +
        `{{ else }}No totals have been published for more than ${lasting(service.unpublishedSeconds)}, so nobody knows how the service is.{{ end }}`,
      dashboard: 'fte-overview',
    },
    {
      alert: 'HighErrorRate',
      expr: all(
        `${sum(rate(served({ status_code: FAILED }), service.window))} / ${sum(rate(served(), service.window))} > ${service.errorShare}`,
        enough(served()),
      ),
      for: 120,
      severity: 'warning',
      summary: 'API requests fail',
      description: `{{ $value | humanizePercentage }} of the API requests of ${lasting(service.window)} were answered with a 5xx.`,
      dashboard: 'fte-overview',
    },
    {
      alert: 'SlowResponseTime',
      expr: all(
        `histogram_quantile(0.95, ${sum(rate(servedBuckets(), service.window), ['le'])}) > ${service.slowSeconds}`,
        enough(served()),
      ),
      for: 300,
      severity: 'warning',
      summary: 'API requests are slow',
      description: 'One request in twenty takes more than {{ $value | humanizeDuration }}.',
      dashboard: 'fte-overview',
    },
    highEscalationRate(time, 'warning'),
    highEscalationRate(time, 'critical'),
    {
      alert: 'AgentSlowThinking',
      expr: all(
        `histogram_quantile(0.95, ${sum(rate(buckets('fte_agent_thinking_time_seconds', runs), thinking.window), ['le'])}) > ${thinking.slowSeconds}`,
        `${sum(increase(countOf('fte_agent_thinking_time_seconds', runs), thinking.window))} >= ${thinking.fewestRuns}`,
      ),
      for: 300,
      severity: 'warning',
      summary: 'The model takes long',
      description: 'One run in twenty waits for the model for more than {{ $value | humanizeDuration }}.',
      dashboard: 'fte-quality',
    },
    {
      alert: 'DatabaseConnectivityIssue',
      expr: any(
        `${gauge('fte_dependency_up', { dependency: 'database' })} == 0`,
        `${allOn(`(${errors} / ${invocations} > ${service.databaseErrorShare}`, `${invocations} >= ${service.fewestRequests}`)})`,
      ),
      for: 120,
      severity: 'critical',
      summary: 'The database does not answer',
      description: `The health check can't read the table, or over ${percent(service.databaseErrorShare)} of the invocations of ${lasting(service.window)} met a database error.`,
      dashboard: 'fte-overview',
    },
    {
      alert: 'HighMessageQueueSize',
      expr: `${gauge('fte_message_queue_size')} > ${queues.most}`,
      for: 300,
      severity: 'warning',
      summary: 'Messages pile up in a queue',
      description: '{{ $value }} messages are in the queue {{ $labels.queue_name }}.',
      dashboard: 'fte-overview',
    },
    {
      alert: 'LowCustomerSatisfaction',
      expr: all(
        `${sum(increase(sumOf(scores), satisfaction.window))} / ${ratings} < ${satisfaction.lowest}`,
        `${ratings} >= ${satisfaction.fewestRatings}`,
      ),
      for: 900,
      severity: 'warning',
      summary: 'Customers are not satisfied',
      description: 'The mean rating of a day is {{ $value | printf "%.2f" }} of 5.',
      dashboard: 'fte-customers',
    },
  ];
}
