import type { FteMetrics } from '../catalogue.ts';
import type { Escalation, Instant, Ticket } from '../entities.ts';
import { ticketNotFound, wrongTransition } from '../errors.ts';
import { isTicketId } from '../ids.ts';
import type { TicketChange, TicketPort } from '../ports.ts';
import type { EscalationReason, Priority, TicketOperation } from '../vocabulary.ts';
import { type Move, TRANSITIONS } from './transitions.ts';

/** The ticket store with its counting: an operation is counted after its commit, a failed one where it failed. */
export interface Tickets {
  /** Commits a ticket; false when it was there already. */
  create(ticket: Ticket): Promise<boolean>;
  /** Notes that the conversation went on. */
  update(ticket: Ticket): void;
  /** @throws a 404 or, in a status that does not allow it, a 409. */
  move(id: string, move: Move, change: TicketChange, at: Instant): Promise<Ticket>;
  /** Hands the ticket to people, once in its life; false when that was done before. */
  escalate(
    ticket: Ticket,
    reason: EscalationReason,
    priority: Priority,
    summary: string,
    at: Instant,
  ): Promise<boolean>;
  /** @throws a 404. */
  require(id: string): Promise<Ticket>;
}

export function createTickets(port: TicketPort, metrics: FteMetrics): Tickets {
  type Labels = Pick<Ticket, 'category' | 'priority'>;

  function count(operation: TicketOperation, { category, priority }: Labels, status: 'success' | 'failure') {
    metrics.inc('fte_ticket_operations_total', { operation, category, priority, status });
  }

  /** Runs an operation and counts it as failed when it throws. */
  async function counted<T>(operation: TicketOperation, labels: Labels, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      count(operation, labels, 'failure');
      throw error;
    }
  }

  async function require(id: string): Promise<Ticket> {
    const ticket = isTicketId(id) ? await port.get(id) : undefined;
    if (ticket === undefined) throw ticketNotFound();
    return ticket;
  }

  return {
    require,

    async create(ticket) {
      const created = await counted('create', ticket, () => port.create(ticket));
      if (created) count('create', ticket, 'success');
      return created;
    },

    update: (ticket) => count('update', ticket, 'success'),

    async move(id, move, change, at) {
      const before = await require(id);
      await counted(move, before, async () => {
        const { from } = TRANSITIONS[move];
        const to = move === 'reopen' && before.escalation !== undefined ? 'escalated' : TRANSITIONS[move].to;
        if (await port.move(id, from, to, change, at)) return;
        throw wrongTransition(move, (await require(id)).status, from);
      });
      count(move, before, 'success');
      const { category, priority, channel, createdAt, escalation } = before;
      if (move === 'resolve') {
        metrics.observe(
          'fte_ticket_resolution_time_seconds',
          { category, priority },
          (at - createdAt) / 1000,
        );
      } else if (move === 'reopen') {
        metrics.inc('fte_ticket_reopens_total', { category, channel });
      } else if (move === 'assign' && escalation !== undefined && before.assignee === undefined) {
        metrics.observe('fte_human_pickup_time_seconds', { priority }, (at - escalation.at) / 1000);
      }
      return require(id);
    },

    async escalate(ticket, reason, priority, summary, at) {
      const escalation: Escalation = { reason, summary, at, notified: false };
      const escalated = await counted('escalate', ticket, () =>
        port.escalate(ticket.id, escalation, priority),
      );
      if (escalated) {
        count('escalate', { category: ticket.category, priority }, 'success');
        metrics.inc('fte_escalations_total', { reason, channel: ticket.channel });
      }
      return escalated;
    },
  };
}
