import type { Log } from '../../observability/logger.ts';
import type { Conversation, Instant } from '../entities.ts';
import { announceEscalation } from '../escalations/hand-over.ts';
import { priorityFor } from '../escalations/priority.ts';
import type { ConversationPort, QueuePort, TicketPort } from '../ports.ts';
import { HUMAN_ANSWER_SECONDS } from '../targets.ts';
import type { Tickets } from '../tickets/tickets.ts';
import { SETTLE_AFTER_MS } from './settlement.ts';

const HOUR_MS = 3_600_000;
/** So much of the answer time gone, and a person is told. */
const RISK = 0.8;
const SHORTEST_MS = Math.min(...Object.values(HUMAN_ANSWER_SECONDS)) * 1000;

async function waiting(
  conversations: ConversationPort,
  now: Instant,
  atLeastMs: number,
): Promise<readonly Conversation[]> {
  const silent = await conversations.between(now - SETTLE_AFTER_MS, now - atLeastMs);
  return silent.filter(({ lastFrom }) => lastFrom === 'customer');
}

/** How many customers have waited for an answer for more than an hour. */
export async function countUnanswered(conversations: ConversationPort, now: Instant): Promise<number> {
  return (await waiting(conversations, now, HOUR_MS)).length;
}

/**
 * Hands tickets to people of which most of the answer time is gone without an answer, as when a turn ended in the
 * dead-letter queue. Returns how many.
 */
export async function escalateAtRisk(ports: {
  readonly conversations: ConversationPort;
  readonly ticketStore: TicketPort;
  readonly tickets: Tickets;
  readonly queue: QueuePort;
  readonly log: Log;
  readonly correlationId: string;
  readonly now: () => Instant;
}): Promise<number> {
  const now = ports.now();
  let escalated = 0;
  for (const conversation of await waiting(ports.conversations, now, SHORTEST_MS * RISK)) {
    const ticket = await ports.ticketStore.get(conversation.ticketId);
    if (ticket === undefined || ticket.assignee !== undefined) continue;
    if (ticket.escalation !== undefined) {
      // Whoever escalated it was cut off before the team heard of it, and did not come again.
      await announceEscalation(
        { queue: ports.queue, tickets: ports.ticketStore },
        ticket,
        ports.correlationId,
      );
      continue;
    }
    const { priority } = ticket;
    if (now - conversation.lastMessageAt < HUMAN_ANSWER_SECONDS[priority] * 1000 * RISK) continue;
    const summary = 'The customer has been waiting for most of the answer time.';
    const reason = 'sla_risk';
    const cause = { reason, priority: priorityFor(reason, priority), summary, messageId: undefined } as const;
    if (!(await ports.tickets.escalate(ticket, cause, now))) continue;
    await announceEscalation(
      { queue: ports.queue, tickets: ports.ticketStore },
      await ports.tickets.require(ticket.id),
      ports.correlationId,
    );
    ports.log.warn('a ticket near its answer time was escalated', { ticket_id: ticket.id });
    escalated += 1;
  }
  return escalated;
}
