import type { FteMetrics } from './catalogue.ts';
import type { Ticket } from './entities.ts';
import type { Channel, Priority } from './vocabulary.ts';

/** The service's targets in seconds; the alerts' thresholds are the same numbers. */
export const TARGET_SECONDS = { first_response: 3, delivery: 30, human_ack: 900 } as const;

/** Within how many seconds a person answers, by priority. */
export const HUMAN_ANSWER_SECONDS: Readonly<Record<Priority, number>> = {
  urgent: 900,
  high: 3_600,
  medium: 14_400,
  low: 86_400,
  unknown: 14_400,
};

/** Within how many seconds a ticket is resolved, by priority; each is an edge of the resolution time's buckets. */
export const RESOLUTION_SECONDS: Readonly<Record<Priority, number>> = {
  urgent: 14_400,
  high: 86_400,
  medium: 259_200,
  low: 604_800,
  unknown: 259_200,
};

function count(
  metrics: FteMetrics,
  sla: keyof typeof TARGET_SECONDS | 'resolution',
  channel: Channel,
  breached: boolean,
): void {
  metrics.inc('fte_sla_evaluations_total', { sla, channel });
  if (breached) metrics.inc('fte_sla_breaches_total', { sla, channel });
}

/** Counts one evaluation of a target, and its breach. Breaches / evaluations is the indicator. */
export function evaluate(
  metrics: FteMetrics,
  sla: keyof typeof TARGET_SECONDS,
  channel: Channel,
  seconds: number,
): void {
  count(metrics, sla, channel, seconds > TARGET_SECONDS[sla]);
}

/** Counts one evaluation of a target that was missed, however long it took to find that out. */
export function evaluateMissed(
  metrics: FteMetrics,
  sla: keyof typeof TARGET_SECONDS,
  channel: Channel,
): void {
  count(metrics, sla, channel, true);
}

/** The same for a ticket that was resolved so many seconds after it was created. */
export function evaluateResolution(
  metrics: FteMetrics,
  { channel, priority }: Pick<Ticket, 'channel' | 'priority'>,
  seconds: number,
): void {
  count(metrics, 'resolution', channel, seconds > RESOLUTION_SECONDS[priority]);
}
