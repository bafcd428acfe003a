import type { Ticket } from '../entities.ts';
import type { QueuePort, TicketPort } from '../ports.ts';

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
