import type { Log } from '../../observability/logger.ts';
import type { Instant } from '../entities.ts';
import { forward } from '../intake/intake.ts';
import type { MessagePort, QueuePort, TicketPort } from '../ports.ts';

/** A message younger than this may still be on its way from intake to the queue. */
const SETTLE_MS = 15_000;
const BATCH = 100;

/** Queues messages that were stored but, for a crash in between, never queued. Returns how many. */
export async function requeueStranded(ports: {
  readonly messages: MessagePort;
  readonly tickets: Pick<TicketPort, 'putReceipt'>;
  readonly queue: QueuePort;
  readonly log: Log;
  readonly now: () => Instant;
}): Promise<number> {
  const stranded = await ports.messages.unqueued(ports.now() - SETTLE_MS, BATCH);
  const failures: unknown[] = [];
  for (const message of stranded) {
    try {
      await forward(message, ports);
    } catch (error) {
      // One that can't be queued keeps none of those behind it from being queued.
      failures.push(error);
      continue;
    }
    ports.log.warn('a stranded message was queued', {
      ticket_id: message.ticketId,
      message_correlation_id: message.correlationId,
    });
  }
  if (failures.length > 0) throw failures[0];
  return stranded.length;
}
