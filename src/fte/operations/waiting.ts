import type { Log } from '../../observability/logger.ts';
import type { Conversation, Instant } from '../entities.ts';
import { announceEscalation } from '../escalations/hand-over.ts';
import { priorityFor } from '../escalations/priority.ts';
import type { ConversationPort, QueuePort, TicketPort } from '../ports.ts';
import { HUMAN_ANSWER_SECONDS } from '../targets.ts';
import type { Tickets } from '../tickets/tickets.ts';
import { withPeopleSince } from '../tickets/transitions.ts';
import { PRIORITIES, type Priority } from '../vocabulary.ts';
import { SETTLE_AFTER_MS } from './settlement.ts';

const HOUR_MS = 3_600_000;
/** So much of the answer time gone, and a person is told. */
const RISK = 0.8;
/** An escalation younger than this may be in a turn that is about to tell the team. */
const ANNOUNCED_WITHIN_MS = 5 * 60 * 1000;
/** So many in one run; the next one has the rest. */
const MOST_ANNOUNCED = 100;
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

/** How many tickets, by priority, people should have taken over, or answered, by now. */
export async function countOverdue(
  tickets: Pick<TicketPort, 'unassigned'>,
  now: Instant,
): Promise<ReadonlyMap<Priority, number>> {
  const counts = new Map<Priority, number>(PRIORITIES.map((priority) => [priority, 0]));
  for (const ticket of await tickets.unassigned(now)) {
    const { priority, personRepliedAt = 0 } = ticket;
    const since = withPeopleSince(ticket) ?? now;
    if (personRepliedAt >= since || now - since <= HUMAN_ANSWER_SECONDS[priority] * 1000) continue;
    counts.set(priority, (counts.get(priority) ?? 0) + 1);
  }
  return counts;
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
    if (ticket === undefined || ticket.assignee !== undefined || ticket.escalation !== undefined) continue;
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

/**
 * Tells the team of escalations of which it has not heard, because whoever made them was cut off in between: whatever became
 * of the customer's answer since. Returns how many.
 */
export async function announceForgotten(ports: {
  readonly ticketStore: TicketPort;
  readonly queue: QueuePort;
  readonly log: Log;
  readonly correlationId: string;
  readonly now: () => Instant;
}): Promise<number> {
  const { ticketStore, queue, log, correlationId, now } = ports;
  const found = await ticketStore.unannounced(now() - ANNOUNCED_WITHIN_MS);
  const failures: unknown[] = [];
  let announced = 0;
  for (const { id } of found.slice(0, MOST_ANNOUNCED)) {
    try {
      // The index may be behind: the ticket itself says whether the team was told.
      const ticket = await ticketStore.get(id);
      if (ticket?.status !== 'escalated' || ticket.escalation?.notified !== false) continue;
      await announceEscalation({ queue, tickets: ticketStore }, ticket, correlationId);
      announced += 1;
      log.warn('the team was told late of an escalation', { ticket_id: id });
    } catch (error) {
      // One that can't be told keeps none of those behind it from being told.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return announced;
}
