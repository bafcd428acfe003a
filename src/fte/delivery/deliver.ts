import { toServiceError } from '../../observability/errors.ts';
import type { Log } from '../../observability/logger.ts';
import type { FteMetrics } from '../catalogue.ts';
import type { Instant, Reply } from '../entities.ts';
import { brokenMessage, DeliveryRefused } from '../errors.ts';
import { type HandOverKind, tellTeam } from '../escalations/hand-over.ts';
import type { ConversationPort, QueuePort, ReplyPort, ReplySender } from '../ports.ts';
import { evaluate, evaluateMissed } from '../targets.ts';
import { MAX_RECEIVES } from '../work.ts';

export interface DeliveryPorts {
  readonly replies: ReplyPort;
  readonly conversations: Pick<ConversationPort, 'touch'>;
  readonly queue: QueuePort;
  readonly sender: ReplySender;
  readonly metrics: FteMetrics;
  readonly log: Log;
  readonly now: () => Instant;
}

const secondsSince = (started: number) => (performance.now() - started) / 1000;
const factsOf = ({ ticketId, id, channel }: Reply) => ({ ticket_id: ticketId, reply_id: id, channel });

function countDelivered(reply: Reply, sentAt: Instant, metrics: FteMetrics): void {
  const { channel } = reply;
  if (reply.purpose === 'survey') {
    metrics.inc('fte_csat_surveys_sent_total', { channel });
    return;
  }
  metrics.inc('fte_customer_interactions_total', { channel, direction: 'outbound', status: 'success' });
  if (!reply.countsAsResponse) return;
  metrics.observe('fte_customer_response_time_seconds', { channel }, (sentAt - reply.turnReceivedAt) / 1000);
  if (reply.firstResponseSince === undefined) return;
  const seconds = (sentAt - reply.firstResponseSince) / 1000;
  metrics.observe('fte_first_response_time_seconds', { channel }, seconds);
  evaluate(metrics, 'first_response', channel, seconds);
}

/** The team is told before the status says so: cut off in between, it is told again, not never. */
async function tell(reply: Reply, kind: HandOverKind, text: string, { queue }: DeliveryPorts): Promise<void> {
  const { id, ticketId, correlationId } = reply;
  await tellTeam(queue, { id: ticketId }, { kind, id, text, correlationId });
}

/** A survey that did not arrive, or may not have, is nobody's work: the customer misses nothing. */
async function drop(reply: Reply, status: 'failed' | 'in_doubt', ports: DeliveryPorts): Promise<void> {
  await ports.replies.settle(reply, status);
}

/** Nobody knows whether the customer has it: a person looks, nothing is sent again. */
async function handOverInDoubt(reply: Reply, ports: DeliveryPorts): Promise<void> {
  if (reply.purpose === 'survey') return drop(reply, 'in_doubt', ports);
  const text = 'A reply may or may not have reached the customer. Please check, and answer if it did not.';
  await tell(reply, 'delivery_in_doubt', text, ports);
  if (await ports.replies.settle(reply, 'in_doubt')) {
    ports.metrics.inc('fte_deliveries_in_doubt_total', { channel: reply.channel });
    evaluateMissed(ports.metrics, 'delivery', reply.channel);
    ports.log.warn('a reply may or may not have been sent; a person looks', factsOf(reply));
  }
}

async function giveUp(reply: Reply, ports: DeliveryPorts): Promise<void> {
  const { channel } = reply;
  if (reply.purpose === 'survey') return drop(reply, 'failed', ports);
  const text = 'The provider refused the reply for good. Please reach the customer another way.';
  await tell(reply, 'delivery_failed', text, ports);
  if (await ports.replies.settle(reply, 'failed')) {
    ports.metrics.inc('fte_customer_interactions_total', {
      channel,
      direction: 'outbound',
      status: 'failed',
    });
    evaluateMissed(ports.metrics, 'delivery', channel);
  }
}

/** Counts an error that ends here: a person has the matter now, or it was but a survey. */
function countHandled(error: unknown, reply: Reply, ports: DeliveryPorts): void {
  const { type, severity } = toServiceError(error);
  ports.metrics.inc('fte_errors_total', { error_type: type, component: 'delivery', severity });
  ports.log.error('a delivery was given up', { error, ...factsOf(reply) });
}

/** Notes that the customer was answered. A survey answers nothing, and keeps no conversation from being settled. */
async function noteLastWord(reply: Reply, sentAt: Instant, { conversations }: DeliveryPorts): Promise<void> {
  if (reply.purpose === 'survey') return;
  await conversations.touch(reply.conversationId, reply.author, sentAt);
}

async function send(reply: Reply, receiveCount: number, ports: DeliveryPorts): Promise<void> {
  const started = performance.now();
  try {
    await ports.sender.send(reply, {
      partsSent: reply.partsSent,
      partSent: (parts) => ports.replies.notePart(reply, parts),
    });
  } catch (error) {
    if (error instanceof DeliveryRefused && !error.permanent && receiveCount < MAX_RECEIVES) {
      await ports.replies.settle(reply, 'pending');
      throw error;
    }
    await (error instanceof DeliveryRefused ? giveUp : handOverInDoubt)(reply, ports);
    return countHandled(error, reply, ports);
  } finally {
    ports.metrics.observe('fte_delivery_duration_seconds', { channel: reply.channel }, secondsSince(started));
  }
  const seconds = secondsSince(started);
  const sentAt = ports.now();
  // Somebody who found it claimed has handed it over meanwhile; it is counted as that.
  if (!(await ports.replies.settle(reply, 'sent', sentAt))) return;
  countDelivered(reply, sentAt, ports.metrics);
  if (reply.purpose !== 'survey') evaluate(ports.metrics, 'delivery', reply.channel, seconds);
  ports.log.info('reply delivered', factsOf(reply));
  await noteLastWord(reply, sentAt, ports);
}

/**
 * Delivers one reply, at most once. The reply is claimed by a conditional write before the provider is asked; who
 * finds it claimed finds a delivery that was cut off, and hands it to a person instead of repeating it.
 *
 * @throws what the provider refused with, so that the queue delivers the message again.
 */
export async function deliver(
  body: { conversationId: string; replyId: string },
  receiveCount: number,
  ports: DeliveryPorts,
): Promise<void> {
  const reply = await ports.replies.get(body.conversationId, body.replyId);
  if (reply === undefined) {
    if (!(await ports.replies.wasErased(body.replyId))) throw brokenMessage('there is no such reply');
    return ports.log.info('a reply to an erased customer was let go', { reply_id: body.replyId });
  }
  const claimed = await ports.replies.claim(reply);
  if (claimed !== undefined) return send(claimed, receiveCount, ports);
  const found = await ports.replies.get(body.conversationId, body.replyId);
  if (found?.status === 'sending' || found?.status === 'in_doubt') await handOverInDoubt(found, ports);
  // Whoever sent it may have been cut off before this; a later word of the customer's stays the last one.
  if (found?.status === 'sent' && found.sentAt !== undefined) await noteLastWord(found, found.sentAt, ports);
}
