import * as z from 'zod/mini';
import type { Instant, Reply, Ticket } from '../entities.ts';
import type { ErasurePort } from '../erasure/contract.ts';
import { ticketNotFound, wrongTransition } from '../errors.ts';
import { derivedId, groupOf, newId } from '../ids.ts';
import { parseIdempotencyKey, parseInput, text } from '../input.ts';
import type { ConversationPort, QueuePort, ReplyPort, TicketPort } from '../ports.ts';
import type { Tickets } from '../tickets/tickets.ts';
import { TRANSITIONS } from '../tickets/transitions.ts';
import { TICKET_STATUSES } from '../vocabulary.ts';

export interface DeskPorts {
  readonly store: TicketPort;
  readonly tickets: Tickets;
  readonly conversations: ConversationPort;
  readonly replies: ReplyPort;
  readonly erasure: Pick<ErasurePort, 'removeConversation'>;
  readonly queue: QueuePort;
  readonly now: () => Instant;
}

const listSchema = z.object({
  status: z._default(z.enum(TICKET_STATUSES, `must be one of ${TICKET_STATUSES.join(', ')}`), 'escalated'),
  limit: z._default(
    z
      .pipe(
        z.string().check(z.regex(/^\d{1,3}$/, 'must be a whole number from 1 to 100')),
        z.transform(Number),
      )
      .check(z.refine((n) => n >= 1 && n <= 100, 'must be a whole number from 1 to 100')),
    50,
  ),
  after: z.optional(z.string()),
});
const assignSchema = z.object({ assignee: text(1, 200) });
const replySchema = z.object({ message: text(1, 5000) });

/** A ticket as the team sees it. Times are ISO 8601. */
export function ticketForTeam(ticket: Ticket) {
  const iso = (at: Instant | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  return {
    ticket_id: ticket.id,
    customer_id: ticket.customerId,
    conversation_id: ticket.conversationId,
    channel: ticket.channel,
    subject: ticket.subject,
    category: ticket.category,
    priority: ticket.priority,
    status: ticket.status,
    created_at: iso(ticket.createdAt),
    updated_at: iso(ticket.updatedAt),
    escalation: ticket.escalation && {
      reason: ticket.escalation.reason,
      summary: ticket.escalation.summary,
      at: iso(ticket.escalation.at),
    },
    assignee: ticket.assignee,
    resolved_at: iso(ticket.resolvedAt),
    resolved_by: ticket.resolvedBy,
    rating: ticket.rating?.score,
  };
}

/** What people do with tickets: list, assign, answer, resolve, reopen, close. */
export function createDesk(ports: DeskPorts) {
  const { store, tickets, conversations, replies, erasure, queue, now } = ports;

  /** The person's answer, delivered like the employee's own; the same key is the same answer. */
  async function replyAsPerson(
    id: string,
    input: unknown,
    key: string | undefined,
    correlationId: string,
  ): Promise<Reply> {
    const { message } = parseInput(replySchema, input, 'api');
    const idempotencyKey = parseIdempotencyKey(key, 'api');
    const ticket = await tickets.require(id);
    const { from } = TRANSITIONS.reply;
    if (!(from as readonly string[]).includes(ticket.status))
      throw wrongTransition('reply', ticket.status, from);
    const entries = await conversations.entries(ticket.conversationId);
    const lastAsked = entries.filter((entry) => entry.from === 'customer').at(-1)?.at ?? ticket.createdAt;
    const reply: Reply = {
      // "desk": a key is the caller's, and may be the word from which the survey's id is made.
      id: idempotencyKey === undefined ? newId('rep') : derivedId('rep', ticket.id, 'desk', idempotencyKey),
      conversationId: ticket.conversationId,
      ticketId: ticket.id,
      channel: ticket.channel,
      to: ticket.replyTo,
      subject: ticket.subject,
      text: message,
      author: 'person',
      purpose: 'answer',
      countsAsResponse: !entries.some((entry) => entry.countsAsResponse && entry.at >= lastAsked),
      turnReceivedAt: lastAsked,
      thread: undefined,
      firstResponseSince: entries.some((entry) => entry.countsAsResponse) ? undefined : ticket.createdAt,
      createdAt: now(),
      status: 'pending',
      sentAt: undefined,
      partsSent: 0,
      deliveryStatus: undefined,
      correlationId,
    };
    await replies.storeOnce(reply);
    if ((await store.get(ticket.id)) === undefined) {
      // Its customer was erased at this moment; nothing of the reply may stay.
      await erasure.removeConversation({ conversationId: ticket.conversationId, ticketId: ticket.id }, now());
      throw ticketNotFound();
    }
    await store.noteReply(ticket.id, reply.createdAt);
    await queue.send('outbound', {
      body: { conversationId: reply.conversationId, replyId: reply.id },
      group: groupOf(reply.to),
      id: reply.id,
      correlationId,
    });
    return reply;
  }

  return {
    async list(query: Readonly<Record<string, string>>) {
      const { status, limit, after } = parseInput(listSchema, query, 'api');
      const { tickets: found, next } = await store.list(status, limit, after);
      return { tickets: found.map(ticketForTeam), next };
    },
    assign(id: string, input: unknown) {
      const { assignee } = parseInput(assignSchema, input, 'api');
      return tickets.move(id, 'assign', { assignee }, now());
    },
    reply: replyAsPerson,
    resolve: (id: string) => {
      const at = now();
      return tickets.move(id, 'resolve', { resolvedAt: at, resolvedBy: 'person' }, at);
    },
    reopen: (id: string) => tickets.move(id, 'reopen', {}, now()),
    close: (id: string) => tickets.move(id, 'close', {}, now()),
  };
}
