import type { FteMetrics } from '../catalogue.ts';
import type { Conversation, Instant, Ticket } from '../entities.ts';
import type { ConversationPort, TicketPort } from '../ports.ts';
import type { Outcome } from '../vocabulary.ts';

/** So long without a word, and a conversation is over. */
export const SETTLE_AFTER_MS = 72 * 60 * 60 * 1000;
/** Conversations older than this are settled or lost; looking further back would read the whole table. */
const LOOK_BACK_MS = 30 * 24 * 60 * 60 * 1000;
const SATISFIED = 4;

export interface SettlementPorts {
  readonly conversations: ConversationPort;
  readonly metrics: FteMetrics;
}

/** What became of the customer's matter, as far as anybody can tell. */
export function outcomeOf(conversation: Conversation, ticket: Ticket | undefined): Outcome {
  if (ticket?.escalation !== undefined) return 'escalated';
  if (ticket?.rating !== undefined)
    return ticket.rating.score >= SATISFIED ? 'resolved_confirmed' : 'abandoned';
  return conversation.lastFrom === 'customer' ? 'abandoned' : 'resolved_assumed';
}

/** Settles a conversation and counts how it ended, once. */
export async function settle(
  conversation: Conversation,
  ticket: Ticket | undefined,
  { conversations, metrics }: SettlementPorts,
): Promise<boolean> {
  if (!(await conversations.settle(conversation.id))) return false;
  metrics.inc('fte_conversation_outcomes_total', {
    channel: conversation.channel,
    outcome: outcomeOf(conversation, ticket),
  });
  return true;
}

/** Settles what has been silent for long enough. Returns how many. */
export async function settleSilent(
  ports: SettlementPorts & { readonly tickets: Pick<TicketPort, 'get'>; readonly now: () => Instant },
): Promise<number> {
  const now = ports.now();
  const silent = await ports.conversations.between(now - LOOK_BACK_MS, now - SETTLE_AFTER_MS);
  let settled = 0;
  for (const conversation of silent) {
    if (await settle(conversation, await ports.tickets.get(conversation.ticketId), ports)) settled += 1;
  }
  return settled;
}
