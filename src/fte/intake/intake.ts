import { ServiceError, toServiceError } from '../../observability/errors.ts';
import type { Log } from '../../observability/logger.ts';
import type { FteMetrics } from '../catalogue.ts';
import type { InboundMessage } from '../entities.ts';
import { rateLimited } from '../errors.ts';
import { digest, groupOf } from '../ids.ts';
import type { MessagePort, QueuePort, SourcePort, TicketPort } from '../ports.ts';
import type { Channel } from '../vocabulary.ts';

/** More than this many messages a minute from one sender are refused. */
export const MESSAGES_PER_MINUTE = 5;
const COOL_DOWN_SECONDS = 60;

export interface IntakePorts {
  readonly messages: MessagePort;
  readonly tickets: Pick<TicketPort, 'putReceipt'>;
  readonly queue: QueuePort;
  readonly metrics: FteMetrics;
  readonly log: Log;
}

export interface Accepted {
  /** The message that is kept: for a duplicate, the first one. */
  readonly message: InboundMessage;
  readonly duplicate: boolean;
}

/** Brings a stored message to the agent. Every step may be repeated: a retry and `upkeep` do. */
export async function forward(
  message: InboundMessage,
  { messages, tickets, queue }: Omit<IntakePorts, 'metrics' | 'log'>,
): Promise<void> {
  if (!message.followUp) {
    const { ticketId, id: messageId, channel, from, subject, receivedAt } = message;
    await tickets.putReceipt({ ticketId, messageId, channel, from, subject, receivedAt });
  }
  await queue.send('incoming', {
    body: { messageId: message.id },
    group: groupOf(message.from),
    id: digest(message.id),
    correlationId: message.correlationId,
  });
  await messages.markQueued(message);
}

/** A stored message is accepted: to refuse it now would make its sender send another one. */
function leaveToUpkeep(error: unknown, channel: Channel, { metrics, log }: IntakePorts): void {
  const { type: error_type, severity } = toServiceError(error);
  metrics.inc('fte_errors_total', { error_type, component: channel, severity });
  log.error('a stored message could not be queued; upkeep will', { error });
}

/** Where a message came from that anybody may send. A provider's webhooks all come from the provider. */
export interface SourceLimit {
  readonly ip: string;
  readonly sources: SourcePort;
}

/** Whether too much comes from one network, whatever addresses are typed there, or from one sender. */
async function isFlood(
  message: InboundMessage,
  messages: Pick<MessagePort, 'countRecent'>,
  limit: SourceLimit | undefined,
): Promise<boolean> {
  if (limit !== undefined && (await limit.sources.isOverLimit(limit.ip, message.receivedAt))) return true;
  return (await messages.countRecent(message)) > MESSAGES_PER_MINUTE;
}

/**
 * Takes a message in, whatever its channel: refuses a flood, recognises a repetition, stores, queues, counts.
 * Storing comes first and is the one step that decides; what a crash leaves undone after it, is done later.
 *
 * @throws a 429 (`FTE_RATE_LIMITED`), or what a port throws.
 */
export async function takeIn(
  message: InboundMessage,
  ports: IntakePorts,
  limit?: SourceLimit,
): Promise<Accepted> {
  const { messages, metrics } = ports;
  const { channel } = message;
  const inbound = { channel, direction: 'inbound' } as const;

  const known = await messages.get(message.id);
  if (known === undefined && (await isFlood(message, messages, limit))) {
    metrics.inc('fte_customer_interactions_total', { ...inbound, status: 'rate_limited' });
    metrics.inc('fte_webhook_rejections_total', { channel, reason: 'rate_limited' });
    throw rateLimited(channel, COOL_DOWN_SECONDS);
  }

  const { stored, message: kept } =
    known === undefined ? await messages.storeOnce(message) : { stored: false, message: known };
  if (stored) {
    metrics.inc('fte_customer_interactions_total', { ...inbound, status: 'success' });
  } else {
    metrics.inc('fte_customer_interactions_total', { ...inbound, status: 'duplicate' });
    metrics.inc('fte_duplicate_messages_total', { channel });
  }
  if (!kept.queued)
    await forward(kept, ports).catch((error: unknown) => leaveToUpkeep(error, channel, ports));
  ports.log.info('message taken in', { ticket_id: kept.ticketId, channel, duplicate: !stored });
  return { message: kept, duplicate: !stored };
}

type Rejection = 'malformed' | 'too_large' | 'signature' | 'unauthorized' | 'stale';
const REJECTIONS: Readonly<Record<number, Rejection>> = {
  400: 'malformed',
  413: 'too_large',
  401: 'unauthorized',
  403: 'signature',
  415: 'malformed',
  422: 'malformed',
};

/**
 * The same for a provider's webhook. A provider repeats what is refused, so a flood is counted and let go: the
 * customer's cool-down is not the provider's business. Returns whether it was taken.
 */
export async function takeInFromProvider(message: InboundMessage, ports: IntakePorts): Promise<boolean> {
  try {
    await takeIn(message, ports);
    return true;
  } catch (error) {
    if (!(error instanceof ServiceError && error.type === 'rate_limit')) throw error;
    ports.log.warn('a sender is cooling down', { channel: message.channel });
    return false;
  }
}

/** Counts a message that was refused before it could be stored. What `takeIn` refuses, it counts itself. */
export function countRejection(
  metrics: FteMetrics,
  channel: InboundMessage['channel'],
  { status }: ServiceError,
): void {
  const reason = REJECTIONS[status];
  if (reason !== undefined) reject(metrics, channel, reason);
}

function reject(metrics: FteMetrics, channel: InboundMessage['channel'], reason: Rejection): void {
  metrics.inc('fte_customer_interactions_total', { channel, direction: 'inbound', status: 'rejected' });
  metrics.inc('fte_webhook_rejections_total', { channel, reason });
}

/** Counts a message of a signed webhook that is outside of the replay window. */
export function countStale(metrics: FteMetrics, channel: InboundMessage['channel']): void {
  reject(metrics, channel, 'stale');
}
