import type { Log } from '../../observability/logger.ts';
import { claimedBy } from '../conversations/identity.ts';
import type { InboundMessage, Instant, Place } from '../entities.ts';
import { customerErased } from '../errors.ts';
import type { MessagePort } from '../ports.ts';
import type { ErasurePort } from './contract.ts';

export interface InFlightPorts {
  readonly messages: Pick<MessagePort, 'get'>;
  readonly erasure: ErasurePort;
  readonly log: Log;
  readonly now: () => Instant;
}

/** Whether a message's customer has been erased since it was read. */
export async function wasErased(messageId: string, { messages }: Pick<InFlightPorts, 'messages'>) {
  return (await messages.get(messageId))?.erasedAt !== undefined;
}

/**
 * Before anything of a turn leaves the house.
 *
 * @throws a 410 (`FTE_ERASED`).
 */
export async function refuseErased(messageId: string, ports: Pick<InFlightPorts, 'messages'>): Promise<void> {
  if (await wasErased(messageId, ports)) throw customerErased();
}

/**
 * Removes what a turn has written after its customer was erased. `message` is as the turn read it, or the shell; `known`
 * is where the turn went on, as far as it came.
 */
export async function removeTurn(
  message: InboundMessage,
  known: Place | undefined,
  { erasure, log, now }: InFlightPorts,
): Promise<void> {
  const places = [...(known === undefined ? [] : [known]), ...(await erasure.placesOf(message))];
  for (const place of places) await erasure.removeConversation(place, now());
  if (message.erasedAt === undefined) {
    await erasure.removeClaims(message.from, claimedBy(message));
    await erasure.removeIfEmpty(message.from);
  }
  log.info('a message of an erased customer was let go', { ticket_id: message.ticketId });
}
