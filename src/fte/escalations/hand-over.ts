import type { Instant, Ticket } from '../entities.ts';
import { wrongTransition } from '../errors.ts';
import type { QueuePort, TicketPort } from '../ports.ts';
import { type EscalationCause, type Tickets, unlessWrongState } from '../tickets/tickets.ts';
import { isSettled, TRANSITIONS } from '../tickets/transitions.ts';

/** Why a person hears of a ticket. */
export type HandOverKind = 'escalated' | 'delivery_in_doubt' | 'delivery_failed' | 'customer_wrote_again';

/** Puts news about a ticket into the team's queue. The same `id` is told once. */
export async function tellTeam(
  queue: QueuePort,
  ticket: Pick<Ticket, 'id'>,
  news: {
    readonly kind: HandOverKind;
    readonly id: string;
    readonly text: string;
    readonly correlationId: string;
  },
): Promise<void> {
  const { kind, id, text, correlationId } = news;
  await queue.send('escalations', {
    body: { kind, ticketId: ticket.id, text },
    group: ticket.id,
    id: `${kind}-${id}`,
    correlationId,
  });
}

/** Tells the team of an escalation, and notes that it was told, so that a retry after a crash neither skips nor repeats it. */
export async function announceEscalation(
  ports: { readonly queue: QueuePort; readonly tickets: Pick<TicketPort, 'markNotified'> },
  ticket: Ticket,
  correlationId: string,
): Promise<void> {
  if (ticket.escalation === undefined || ticket.escalation.notified) return;
  const { reason, summary } = ticket.escalation;
  await tellTeam(ports.queue, ticket, {
    kind: 'escalated',
    id: ticket.id,
    text: `${reason}: ${summary}`,
    correlationId,
  });
  await ports.tickets.markNotified(ticket.id);
}

/**
 * Hands a ticket to people and tells them; false when it was theirs already. One that was settled meanwhile, by a rating or
 * an operator, is opened again: the customer is about to be told that a person has it.
 *
 * @throws a 409 when it was settled once more; the queue brings the message again.
 */
export async function handOver(
  id: string,
  why: EscalationCause,
  correlationId: string,
  ports: {
    readonly queue: QueuePort;
    readonly ticketStore: Pick<TicketPort, 'markNotified'>;
    readonly tickets: Tickets;
    readonly now: () => Instant;
  },
): Promise<boolean> {
  const { tickets, ticketStore, queue, now } = ports;
  let escalated = await tickets.escalate(await tickets.require(id), why, now());
  let ticket = await tickets.require(id);
  if (isSettled(ticket)) {
    await tickets.move(id, 'reopen', {}, now()).catch(unlessWrongState);
    if (ticket.escalation === undefined) escalated = await tickets.escalate(ticket, why, now());
    ticket = await tickets.require(id);
  }
  if (ticket.escalation === undefined || isSettled(ticket))
    throw wrongTransition('escalate', ticket.status, TRANSITIONS.escalate.from);
  await announceEscalation({ queue, tickets: ticketStore }, ticket, correlationId);
  return escalated;
}
