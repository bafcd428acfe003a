import * as z from 'zod/mini';
import type { Log } from '../../observability/logger.ts';
import type { FteMetrics } from '../catalogue.ts';
import type { Instant, Rating, Ticket } from '../entities.ts';
import { alreadyRated, isWrongTransition } from '../errors.ts';
import { parseInput, text } from '../input.ts';
import { settle } from '../operations/settlement.ts';
import type { ConversationPort, TicketPort } from '../ports.ts';
import type { InteractionType } from '../vocabulary.ts';
import type { Tickets } from './tickets.ts';

const SCORES = [1, 2, 3, 4, 5] as const;
/** From this score on, a customer who was answered says that the matter is settled. */
const SATISFIED = 4;

const ratingSchema = z.object({
  rating: z.literal(SCORES, 'must be a whole number from 1 to 5'),
  comment: z.optional(text(0, 2000)),
});

/** What was rated: work that people ended, an answer of the employee's, or neither. */
function interactionType(ticket: Ticket, answered: boolean, score: number): InteractionType {
  if (ticket.resolvedBy === 'person') return 'human_resolved';
  const settled = ticket.resolvedBy === 'employee' || score >= SATISFIED;
  return ticket.escalation === undefined && answered && settled ? 'ai_resolved' : 'unresolved';
}

export interface RatingPorts {
  readonly store: TicketPort;
  readonly tickets: Tickets;
  readonly conversations: ConversationPort;
  readonly metrics: FteMetrics;
  readonly log: Log;
  readonly now: () => Instant;
}

/** The rating that a ticket has, if nothing was done with the ticket since: what follows from it may be missing. */
async function unfinished(id: string, { tickets }: RatingPorts): Promise<Rating | undefined> {
  const { rating, updatedAt } = await tickets.require(id);
  return updatedAt === rating?.at ? rating : undefined;
}

/**
 * Notes a rating, once a ticket; undefined when it has one. A good one for the employee's own answer resolves the ticket.
 */
export async function noteRating(
  ticket: Ticket,
  given: Pick<Rating, 'score' | 'comment'>,
  ports: RatingPorts,
): Promise<InteractionType | undefined> {
  const { id, conversationId } = ticket;
  const entries = await ports.conversations.entries(conversationId);
  const own: Rating = { ...given, at: ports.now() };
  const noted = await ports.store.rate(id, own);
  const rating = noted ? own : await unfinished(id, ports);
  if (rating === undefined) return undefined;

  const answered = entries.some((entry) => entry.from === 'employee' && entry.delivered);
  const { score } = rating;
  const type = interactionType(ticket, answered, score);
  if (noted) {
    ports.metrics.observe('fte_customer_satisfaction_score', { interaction_type: type }, score);
    ports.metrics.inc('fte_csat_ratings_total', { channel: ticket.channel, score: `${score}` });
  }
  const conversation = score >= SATISFIED ? await ports.conversations.get(conversationId) : undefined;
  if (conversation !== undefined) await settle(conversation, { ...ticket, rating }, ports);
  if (type === 'ai_resolved' && ticket.resolvedAt === undefined && ticket.status === 'open') {
    const change = { resolvedAt: rating.at, resolvedBy: 'employee' } as const;
    // The rating stands, whatever becomes of the ticket: it may have been given to a person meanwhile, and stays theirs.
    await ports.tickets.move(id, 'resolve', change, rating.at, ['open']).catch((error: unknown) => {
      if (!isWrongTransition(error)) throw error;
      ports.log.warn('a rated ticket was not resolved', { ticket_id: id, error });
    });
  }
  return noted ? type : undefined;
}

/**
 * Takes the rating that a customer gives on the ticket's page.
 *
 * @throws a 404, a 409 (`FTE_TICKET_ALREADY_RATED`) or a 422.
 */
export async function rate(
  id: string,
  input: unknown,
  ports: RatingPorts,
): Promise<{ readonly rating: number; readonly interactionType: InteractionType }> {
  const { rating: score, comment } = parseInput(ratingSchema, input, 'web_form');
  const type = await noteRating(await ports.tickets.require(id), { score, comment }, ports);
  if (type === undefined) throw alreadyRated();
  return { rating: score, interactionType: type };
}
