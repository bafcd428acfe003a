import { ticketNotFound } from '../errors.ts';
import { isTicketId } from '../ids.ts';
import type { ConversationPort, TicketPort } from '../ports.ts';
import type { TicketStatus } from '../vocabulary.ts';

/** What the holder of a ticket's id sees. Times are ISO 8601. */
export interface TicketView {
  readonly ticket_id: string;
  readonly status: TicketStatus;
  readonly subject: string | undefined;
  readonly created_at: string;
  readonly messages: readonly {
    readonly from: 'customer' | 'employee' | 'person';
    readonly text: string;
    readonly at: string;
  }[];
  readonly rating: number | undefined;
}

/**
 * What lies under a ticket's id: the ticket, or the receipt that stands for it until the agent has committed it.
 *
 * @throws a 404.
 */
export async function findTicket(id: string, tickets: Pick<TicketPort, 'find'>) {
  const found = isTicketId(id) ? await tickets.find(id) : undefined;
  const customer = found?.ticket?.replyTo ?? found?.receipt?.from;
  if (found === undefined || customer === undefined) throw ticketNotFound();
  return { ...found, customer };
}

/**
 * A ticket as its holder may see it. Between intake and the agent it is `open`, with nothing in it yet.
 *
 * @throws a 404.
 */
export async function lookUp(
  id: string,
  ports: { readonly tickets: TicketPort; readonly conversations: ConversationPort },
): Promise<TicketView> {
  const { receipt, ticket } = await findTicket(id, ports.tickets);
  const entries = ticket === undefined ? [] : await ports.conversations.entries(ticket.conversationId);
  return {
    ticket_id: id,
    status: ticket?.status ?? 'open',
    subject: ticket?.subject ?? receipt?.subject,
    created_at: new Date(ticket?.createdAt ?? receipt?.receivedAt ?? 0).toISOString(),
    messages: entries
      .filter((entry) => entry.delivered)
      .map(({ from, text, at }) => ({ from, text, at: new Date(at).toISOString() })),
    rating: ticket?.rating?.score,
  };
}
