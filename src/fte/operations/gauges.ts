import type { FteMetrics } from '../catalogue.ts';
import type { Instant } from '../entities.ts';
import type { ConversationPort, DeploymentPort, QueueAgePort, QueuePort } from '../ports.ts';
import { type Priority, QUEUES, WORK_QUEUES } from '../vocabulary.ts';
import type { DependencyState } from './health.ts';
import { countUnanswered } from './waiting.ts';

const DAY_MS = 86_400_000;

export interface GaugePorts {
  readonly conversations: ConversationPort;
  /** How many escalated tickets wait for somebody for too long. */
  readonly overdue: () => Promise<ReadonlyMap<Priority, number>>;
  readonly queue: QueuePort;
  readonly queueAges: QueueAgePort;
  readonly deployments: DeploymentPort;
  /** Empty ones, of this pass only. */
  readonly metrics: FteMetrics;
  readonly now: () => Instant;
}

export interface BuildFacts {
  readonly version: string;
  readonly service: string;
  readonly team: string;
}

/**
 * Sets the gauges that have one writer, the fleet handler: what the database and the queues say right now. What can't
 * be read is left unset, not guessed. Returns why, one error each.
 */
export async function setGauges(
  build: BuildFacts,
  dependencies: readonly DependencyState[],
  { conversations, overdue, queue, queueAges, deployments, metrics, now }: GaugePorts,
): Promise<readonly unknown[]> {
  const at = now();
  metrics.set('fte_service_info', { ...build }, 1);
  for (const { dependency, up } of dependencies) metrics.set('fte_dependency_up', { dependency }, up ? 1 : 0);
  const results = await Promise.allSettled([
    conversations
      .countActive(at - DAY_MS)
      .then((count) => metrics.set('fte_active_conversations', {}, count)),
    countUnanswered(conversations, at).then((count) =>
      metrics.set('fte_unanswered_conversations', {}, count),
    ),
    overdue().then((counts) => {
      for (const [priority, count] of counts) metrics.set('fte_escalations_overdue', { priority }, count);
    }),
    deployments
      .firstServedAt(build.version, at)
      .then((since) => metrics.set('fte_system_uptime_seconds', {}, Math.max(0, at - since) / 1000)),
    ...QUEUES.map((queue_name) =>
      queue.size(queue_name).then((size) => metrics.set('fte_message_queue_size', { queue_name }, size)),
    ),
    ...WORK_QUEUES.map(async (queue_name) => {
      const age = await queueAges.oldest(queue_name);
      if (age !== undefined) metrics.set('fte_queue_oldest_message_age_seconds', { queue_name }, age);
    }),
  ]);
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}
