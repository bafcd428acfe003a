import type { Instant, Ticket } from '../entities.ts';
import type { TicketStatus } from '../vocabulary.ts';

/**
 * The state table of a ticket: which operation may be done in which status, and what it leads to.
 * A ticket that was escalated once is reopened to `escalated`: it stays with people.
 * `escalate` is guarded by its own conditional write (once in a ticket's life); `create` has no status before it.
 */
export const TRANSITIONS = {
  escalate: { from: ['open', 'in_progress'], to: 'escalated' },
  assign: { from: ['open', 'escalated', 'in_progress'], to: 'in_progress' },
  reply: { from: ['open', 'escalated', 'in_progress'], to: undefined },
  resolve: { from: ['open', 'escalated', 'in_progress'], to: 'resolved' },
  reopen: { from: ['resolved', 'closed'], to: 'open' },
  close: { from: ['open', 'escalated', 'in_progress', 'resolved'], to: 'closed' },
} as const satisfies Record<string, { from: readonly TicketStatus[]; to: TicketStatus | undefined }>;

/** Whether nobody works on it any more: only what was settled can be opened again. */
export const isSettled = ({ status }: { readonly status: TicketStatus }): boolean =>
  (TRANSITIONS.reopen.from as readonly TicketStatus[]).includes(status);

/** Since when people have it; undefined while the employee has. What was settled and opened again is theirs anew. */
export function withPeopleSince({
  escalation,
  reopenedAt = 0,
}: Pick<Ticket, 'escalation' | 'reopenedAt'>): Instant | undefined {
  return escalation && Math.max(escalation.at, reopenedAt);
}

export type Move = 'assign' | 'resolve' | 'reopen' | 'close';
