import type { FteMetrics } from '../catalogue.ts';
import type { Escalation, Instant, Ticket } from '../entities.ts';
import { isWrongTransition, ticketNotFound, wrongTransition } from '../errors.ts';
import { isTicketId } from '../ids.ts';
import type { TicketChange, TicketPort } from '../ports.ts';
import { evaluate, evaluateResolution } from '../targets.ts';
import type { Priority, TicketOperation, TicketStatus } from '../vocabulary.ts';
import { isSettled, type Move, TRANSITIONS, withPeopleSince } from './transitions.ts';

export interface EscalationCause extends Pick<Escalation, 'reason' | 'summary' | 'messageId'> {
  readonly priority: Priority;
}

/** A ticket that is opened again is nobody's success any more. */
const SETTLED_BY_NOBODY: Readonly<Partial<Record<Move, TicketChange>>> = {
  reopen: { resolvedAt: null, resolvedBy: null },
};

/** For a move that somebody else may have made at the same moment. */
export function unlessWrongState(error: unknown): void {
  if (!isWrongTransition(error)) throw error;
}

/** The ticket store with its counting: an operation is counted after its commit, a failed one where it failed. */
export interface Tickets {
  /** Commits a ticket; false when it was there already. */
  create(ticket: Ticket): Promise<boolean>;
  /** The customer goes on with a message: a settled ticket is opened again, else it is noted; once a message. */
  goOn(ticket: Ticket, messageId: string, at: Instant): Promise<void>;
  /**
   * @param from the statuses in which it may be done, where they are fewer than usual.
   * @throws a 404 or, in a status that does not allow it, a 409.
   */
  move(
    id: string,
    move: Move,
    change: TicketChange,
    at: Instant,
    from?: readonly TicketStatus[],
  ): Promise<Ticket>;
  /** Hands the ticket to people, once in its life; false when that was done before. */
  escalate(ticket: Ticket, why: EscalationCause, at: Instant): Promise<boolean>;
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

  async function move(
    id: string,
    operation: Move,
    change: TicketChange,
    at: Instant,
    from: readonly TicketStatus[] = TRANSITIONS[operation].from,
  ): Promise<Ticket> {
    const before = await require(id);
    const pickedUp = await counted(operation, before, async () => {
      const to =
        operation === 'reopen' && before.escalation !== undefined ? 'escalated' : TRANSITIONS[operation].to;
      const reopened = operation === 'reopen' ? { reopenedAt: at } : {};
      const written = { ...SETTLED_BY_NOBODY[operation], ...reopened, ...change };
      // Of two who take it at once one picks it up; the other takes it over.
      const free = operation === 'assign' && before.assignee === undefined;
      if (free && (await port.move(id, from, to, written, at, 'unassigned'))) return true;
      if (await port.move(id, from, to, written, at)) return false;
      throw wrongTransition(operation, (await require(id)).status, from);
    });
    count(operation, before, 'success');
    const { category, priority, channel, createdAt } = before;
    const since = withPeopleSince(before);
    if (operation === 'resolve') {
      const seconds = (at - createdAt) / 1000;
      metrics.observe('fte_ticket_resolution_time_seconds', { category, priority }, seconds);
      evaluateResolution(metrics, before, seconds);
    } else if (operation === 'reopen') {
      metrics.inc('fte_ticket_reopens_total', { category, channel });
    } else if (pickedUp && since !== undefined) {
      const seconds = (at - since) / 1000;
      metrics.observe('fte_human_pickup_time_seconds', { priority }, seconds);
      evaluate(metrics, 'human_ack', channel, seconds);
    }
    return require(id);
  }

  return {
    require,

    async create(ticket) {
      const created = await counted('create', ticket, () => port.create(ticket));
      if (created) count('create', ticket, 'success');
      return created;
    },

    async goOn(ticket, messageId, at) {
      if (isSettled(await require(ticket.id))) {
        // A person may reopen it at the same moment: then it is open, as it should be.
        await move(ticket.id, 'reopen', { lastMessageId: messageId }, at).catch(unlessWrongState);
      }
      const noted = await counted('update', ticket, () => port.goOn(ticket.id, messageId, at));
      if (noted) count('update', ticket, 'success');
    },

    move,

    async escalate(ticket, { reason, priority, summary, messageId }, at) {
      const escalation: Escalation = { reason, summary, at, messageId, notified: false };
      const escalated = await counted('escalate', ticket, () =>
        port.escalate(ticket.id, TRANSITIONS.escalate.from, escalation, priority),
      );
      if (escalated) {
        count('escalate', { category: ticket.category, priority }, 'success');
        metrics.inc('fte_escalations_total', { reason, channel: ticket.channel });
      }
      return escalated;
    },
  };
}
