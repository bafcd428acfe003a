import type { Log } from '../../observability/logger.ts';
import { formatReply } from '../agent/format.ts';
import { mayReplyFreely, REPLY_WINDOW_MS } from '../channels/whatsapp.ts';
import { queueReply } from '../conversations/setting.ts';
import type { Conversation, Entry, InboundMessage, Instant, Rating, Reply, Ticket } from '../entities.ts';
import type { ErasurePort } from '../erasure/contract.ts';
import { derivedId } from '../ids.ts';
import type { ConversationPort, CustomerPort, QueuePort, ReplyPort, TicketPort } from '../ports.ts';
import { readRating } from '../tickets/rating-text.ts';
import { SETTLE_AFTER_MS } from './settlement.ts';

/** So long without a word after our answer, and the customer is asked: WhatsApp lets us write for 24 h only. */
export const SURVEY_AFTER_MS = 20 * 60 * 60 * 1000;

const SURVEY =
  'How helpful was our answer? Please reply with a number from 1 (not at all) to 5 (very). If something is still open, just write what it is.';

export interface SurveyPorts {
  readonly conversations: ConversationPort;
  readonly customers: Pick<CustomerPort, 'lastConversation' | 'noteLast'>;
  readonly replies: Pick<ReplyPort, 'storeOnce'>;
  readonly erasure: Pick<ErasurePort, 'removeConversation'>;
  readonly ticketStore: Pick<TicketPort, 'get'>;
  readonly queue: QueuePort;
  readonly log: Log;
  readonly correlationId: string;
  readonly now: () => Instant;
}

/** The same for the same ticket, so that there is one survey in its life. */
function surveyId(ticketId: string): string {
  return derivedId('rep', ticketId, 'survey');
}

/** Whether the ticket must be read to know: this is asked every minute of every conversation that is not settled. */
function mayBeDue(conversation: Conversation, now: Instant): boolean {
  const { channel, lastFrom, lastMessageAt, surveyedAt, escalatedAt } = conversation;
  // The form's page asks by itself.
  if (channel === 'web_form' || surveyedAt !== undefined || lastFrom === 'customer') return false;
  const silentMs = now - lastMessageAt;
  if (channel === 'whatsapp' && silentMs >= REPLY_WINDOW_MS) return false;
  return silentMs >= SURVEY_AFTER_MS || lastFrom === 'person' || escalatedAt !== undefined;
}

/** People resolved it, or the employee answered and the customer had nothing more to say. */
function isDue(ticket: Ticket, conversation: Conversation, now: Instant): boolean {
  if (ticket.rating !== undefined) return false;
  if (ticket.status === 'resolved') return true;
  const withEmployee = ticket.status === 'open' && ticket.assignee === undefined;
  return withEmployee && now - conversation.lastMessageAt >= SURVEY_AFTER_MS;
}

function surveyOf(ticket: Ticket, lastInboundAt: Instant, correlationId: string, now: Instant): Reply {
  const { id, conversationId, channel, replyTo, subject } = ticket;
  return {
    id: surveyId(id),
    conversationId,
    ticketId: id,
    channel,
    to: replyTo,
    subject,
    text: formatReply(channel, SURVEY, { customerName: undefined, ticketId: id }).text,
    author: 'employee',
    purpose: 'survey',
    countsAsResponse: false,
    turnReceivedAt: lastInboundAt,
    thread: undefined,
    firstResponseSince: undefined,
    createdAt: now,
    status: 'pending',
    sentAt: undefined,
    partsSent: 0,
    deliveryStatus: undefined,
    correlationId,
  };
}

/** What the customer answers belongs to this conversation, if it is still the last one that they had. */
async function keepOpen(conversation: Conversation, { replyTo }: Ticket, ports: SurveyPorts): Promise<void> {
  const { id: conversationId, customerId, ticketId } = conversation;
  const last = await ports.customers.lastConversation(customerId);
  if (!replyTo.verified || last?.place.conversationId !== conversationId) return;
  await ports.customers.noteLast(customerId, { conversationId, ticketId }, ports.now());
}

async function survey(conversation: Conversation, ports: SurveyPorts): Promise<boolean> {
  const now = ports.now();
  const ticket = await ports.ticketStore.get(conversation.ticketId);
  if (ticket === undefined || !isDue(ticket, conversation, now)) return false;
  const entries = await ports.conversations.entries(conversation.id);
  const lastInboundAt = entries.findLast(
    ({ from, channel }) => from === 'customer' && channel === ticket.channel,
  )?.at;
  if (lastInboundAt === undefined) return false;
  if (ticket.channel === 'whatsapp' && !mayReplyFreely(lastInboundAt, now)) return false;
  const reply = surveyOf(ticket, lastInboundAt, ports.correlationId, now);
  const stored = await ports.replies.storeOnce(reply);
  if ((await ports.ticketStore.get(ticket.id)) === undefined) {
    // Its customer was erased at this moment; nothing of the survey may stay.
    await ports.erasure.removeConversation({ conversationId: conversation.id, ticketId: ticket.id }, now);
    return false;
  }
  await keepOpen(conversation, ticket, ports);
  // A run that was cut off left one that is stored and perhaps not queued; delivery sends it once.
  await queueReply(reply, ports);
  await ports.conversations.noteSurvey(conversation.id, now);
  if (stored) ports.log.info('a survey was queued', { ticket_id: ticket.id, channel: ticket.channel });
  return true;
}

/**
 * Asks customers for a rating, once a ticket: when people have resolved it, or when nothing came back for 20 hours
 * after the employee's answer. Returns how many.
 */
export async function sendSurveys(ports: SurveyPorts): Promise<number> {
  const now = ports.now();
  const unsettled = await ports.conversations.between(now - SETTLE_AFTER_MS, now);
  let sent = 0;
  for (const conversation of unsettled) {
    if (mayBeDue(conversation, now) && (await survey(conversation, ports))) sent += 1;
  }
  return sent;
}

/** Whether we have written anything between two moments, thanks for a rating aside: then a number may answer that. */
function spokeBetween(from: Instant, to: Instant, entries: readonly Entry[]): boolean {
  const ratings = entries.filter(
    (entry) => entry.from === 'customer' && readRating(entry.text) !== undefined,
  );
  const thanks = ratings.map(({ id }) => derivedId('rep', id));
  return entries.some(
    (entry) =>
      entry.from !== 'customer' &&
      entry.delivered &&
      entry.at > from &&
      entry.at < to &&
      !thanks.includes(entry.id),
  );
}

/**
 * The rating that a message gives. Only right after a survey is a number one: without it, or with a question of somebody's
 * in between, "5" may be anything.
 */
export async function ratingIn(
  message: Pick<InboundMessage, 'text' | 'receivedAt'>,
  ticket: Ticket,
  entries: readonly Entry[],
  replies: Pick<ReplyPort, 'get'>,
): Promise<Rating['score'] | undefined> {
  const score = readRating(message.text);
  if (score === undefined) return undefined;
  const survey = await replies.get(ticket.conversationId, surveyId(ticket.id));
  if (survey === undefined || survey.status === 'pending' || survey.status === 'failed') return undefined;
  // Written before it was asked, and late on its way.
  if (message.receivedAt < survey.createdAt) return undefined;
  const askedAt: Instant = survey.sentAt ?? survey.createdAt;
  if (message.receivedAt - askedAt >= SETTLE_AFTER_MS) return undefined;
  return spokeBetween(askedAt, message.receivedAt, entries) ? undefined : score;
}
