import type { FteMetrics } from './catalogue.ts';
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

/** Counts one evaluation of a target, and its breach. Breaches / evaluations is the indicator. */
export function evaluate(
  metrics: FteMetrics,
  sla: keyof typeof TARGET_SECONDS,
  channel: Channel,
  seconds: number,
): void {
  metrics.inc('fte_sla_evaluations_total', { sla, channel });
  if (seconds > TARGET_SECONDS[sla]) metrics.inc('fte_sla_breaches_total', { sla, channel });
}
