import type { Log } from '../../observability/logger.ts';
import type { FteMetrics } from '../catalogue.ts';
import { nextStatus, readReference } from '../channels/whatsapp.ts';
import { tellTeam } from '../escalations/hand-over.ts';
import type { QueuePort, ReplyPort } from '../ports.ts';
import type { DeliveryStatus } from '../vocabulary.ts';

export interface StatusPorts {
  readonly replies: ReplyPort;
  readonly queue: QueuePort;
  readonly metrics: FteMetrics;
  readonly log: Log;
}

export interface StatusNews {
  /** What the message was sent with. */
  readonly reference: string | undefined;
  readonly status: DeliveryStatus;
  /** The provider's own code, of failures. */
  readonly code: number | undefined;
  readonly correlationId: string;
}

/** Two statuses at the same moment are settled within a few rounds. */
const ROUNDS = 5;

/**
 * Applies a provider's word on a reply. Words come late, twice and in any order: they count by their rank, each rank
 * once. What failed after all is a person's: the customer does not have the answer.
 */
export async function applyStatus(
  news: StatusNews,
  { replies, queue, metrics, log }: StatusPorts,
): Promise<void> {
  const replyId = news.reference === undefined ? undefined : readReference(news.reference)?.replyId;
  if (replyId === undefined) return log.info('a status of no reply of ours', { status: news.status });
  for (let round = 0; round < ROUNDS; round++) {
    const reply = await replies.find(replyId);
    const next = reply && nextStatus(reply.deliveryStatus, news.status);
    if (reply === undefined || next === undefined) return;
    if (next === 'failed' && reply.purpose !== 'survey') {
      const text = `The provider reports that the reply was not delivered (code ${news.code ?? 'unknown'}).`;
      const { id, ticketId } = reply;
      await tellTeam(
        queue,
        { id: ticketId },
        { kind: 'delivery_failed', id, text, correlationId: news.correlationId },
      );
    }
    if (!(await replies.moveStatus(reply, reply.deliveryStatus, next))) continue;
    metrics.inc('fte_delivery_status_total', { channel: reply.channel, status: next });
    return log.info('delivery status', { ticket_id: reply.ticketId, reply_id: reply.id, status: next });
  }
}
