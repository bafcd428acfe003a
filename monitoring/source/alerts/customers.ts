import { HUMAN_ANSWER_SECONDS } from '../../../src/fte/targets.ts';
import { config } from '../config.ts';
import type { Alert } from '../model.ts';
import { all, bucket, counter, countOf, gauge, sum, type Timed } from '../promql.ts';
import { lasting, percent } from '../words.ts';

const { queues, customers, silence, pickup, signatures, operatorKeys } = config;
const UNKNOWN_FOR = 600;

/** What reaches customers, what does not, and who knocks. */
export function customerAlerts({ increase, last, seconds }: Timed): readonly Alert[] {
  const inbound = counter('fte_customer_interactions_total', { direction: 'inbound', status: 'success' });
  const lastWeek = sum(increase(inbound, silence.window, silence.before), ['channel']);
  const picked = increase(countOf('fte_human_pickup_time_seconds'), pickup.window);
  const inTime = increase(bucket('fte_human_pickup_time_seconds', pickup.withinSeconds), pickup.window);
  const deadLetters = gauge('fte_message_queue_size', { queue_name: 'dlq' });
  return [
    {
      alert: 'DeadLetterQueueNotEmpty',
      expr: `${last(deadLetters, queues.unreadSeconds)} > 0`,
      for: 60,
      severity: 'critical',
      summary: 'Messages were given up',
      description:
        '{{ $value }} messages failed five times and wait in a dead-letter queue; each is a customer without an answer.',
      dashboard: 'fte-customers',
    },
    {
      alert: 'DeadLettersUnknown',
      expr: `absent(${deadLetters})`,
      for: UNKNOWN_FOR,
      severity: 'warning',
      summary: 'Nobody knows whether messages were given up',
      description: `The size of the dead-letter queues has not been read for ${lasting(UNKNOWN_FOR)}: DeadLetterQueueNotEmpty can not fire.`,
      dashboard: 'fte-customers',
    },
    {
      alert: 'QueueMessageTooOld',
      expr: `${last(gauge('fte_queue_oldest_message_age_seconds'), queues.unreadSeconds)} > ${seconds(queues.oldestSeconds)}`,
      for: 120,
      severity: 'warning',
      summary: 'A message waits in a queue',
      description: 'The oldest message of {{ $labels.queue_name }} is {{ $value | humanizeDuration }} old.',
      dashboard: 'fte-customers',
    },
    {
      alert: 'CustomersUnanswered',
      expr: `${last(gauge('fte_unanswered_conversations'), customers.unreadSeconds)} > ${customers.mostUnanswered}`,
      for: 900,
      severity: 'warning',
      summary: 'Customers wait for an answer',
      description: "In {{ $value }} conversations the last word is a customer's and older than an hour.",
      dashboard: 'fte-customers',
    },
    {
      alert: 'EscalationsWaiting',
      expr: `${last(gauge('fte_escalations_overdue', { priority: 'urgent' }), customers.unreadSeconds)} > 0`,
      for: 120,
      severity: 'critical',
      summary: 'An urgent matter has nobody',
      description: `{{ $value }} urgent tickets were handed to people more than ${lasting(HUMAN_ANSWER_SECONDS.urgent)} ago, and nobody has taken them over or answered.`,
      dashboard: 'fte-customers',
    },
    {
      alert: 'EscalationsWaiting',
      expr: `${last(gauge('fte_escalations_overdue'), customers.unreadSeconds)} > 0`,
      for: 600,
      severity: 'warning',
      summary: 'Nobody takes over what was handed to people',
      description:
        '{{ $value }} tickets of priority {{ $labels.priority }} are with people for longer than the target, and nobody has taken them over or answered.',
      dashboard: 'fte-customers',
    },
    {
      alert: 'ChannelSilent',
      expr: all(
        `${sum(increase(inbound, silence.window), ['channel'])} < ${silence.remaining} * ${lastWeek}`,
        `${lastWeek} >= ${silence.fewestExpected}`,
      ),
      for: 600,
      severity: 'warning',
      summary: 'A channel is silent',
      description: `{{ $labels.channel }} brought {{ $value | printf "%.0f" }} messages within an hour, under ${percent(silence.remaining)} of the same hour a week ago.`,
      dashboard: 'fte-customers',
    },
    {
      alert: 'HumanPickupSlow',
      expr: all(
        `1 - ${sum(inTime)} / ${sum(picked)} > ${pickup.lateShare}`,
        `${sum(picked)} >= ${pickup.fewestPickups}`,
      ),
      for: 300,
      severity: 'warning',
      summary: 'People take over late',
      description: `{{ $value | humanizePercentage }} of the escalations that were taken over within an hour had waited for more than ${lasting(pickup.withinSeconds)}.`,
      dashboard: 'fte-customers',
    },
    {
      alert: 'SignatureRejections',
      expr: `${sum(increase(counter('fte_webhook_rejections_total', { reason: ['signature', 'unauthorized'] }), signatures.window), ['channel'])} > ${signatures.most}`,
      for: 0,
      severity: 'warning',
      summary: 'A webhook refuses many calls',
      description: `{{ $value | printf "%.0f" }} calls for {{ $labels.channel }} within ${lasting(signatures.window)} had a wrong signature or key.`,
      dashboard: 'fte-customers',
    },
    {
      alert: 'OperatorKeyRejections',
      expr: `${sum(increase(counter('fte_errors_total', { error_type: 'auth', component: 'api' }), operatorKeys.window))} > ${operatorKeys.most}`,
      for: 0,
      severity: 'warning',
      summary: "Operators' calls come without a known key",
      description: `{{ $value | printf "%.0f" }} calls within ${lasting(operatorKeys.window)} had no key of an operator's, or an unknown one: somebody guesses, or a tool has an old one.`,
      dashboard: 'fte-overview',
    },
  ];
}
