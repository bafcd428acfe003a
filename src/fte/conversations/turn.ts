import type { LanguageModelV4 } from '@ai-sdk/provider';
import { toServiceError } from '../../observability/errors.ts';
import type { Log } from '../../observability/logger.ts';
import type { AgentEffects, Turn } from '../agent/contract.ts';
import { handOverTurn, runAgent } from '../agent/run.ts';
import type { ModelPrices } from '../agent/usage.ts';
import type { InboundMessage, Place, Rating, Reply, Ticket } from '../entities.ts';
import type { ErasurePort } from '../erasure/contract.ts';
import { refuseErased, removeTurn, wasErased } from '../erasure/in-flight.ts';
import { brokenMessage, outOfTime } from '../errors.ts';
import { announceEscalation, handOver, tellTeam } from '../escalations/hand-over.ts';
import { derivedId } from '../ids.ts';
import type { KnowledgeBase } from '../knowledge/contract.ts';
import { ratingIn } from '../operations/surveys.ts';
import type { QueuePort, ReplyPort } from '../ports.ts';
import { noteRating } from '../tickets/rating.ts';
import { thanksFor } from '../tickets/rating-text.ts';
import type { Tickets } from '../tickets/tickets.ts';
import { enter, queueReply, replyOf, type Setting, type SettingPorts } from './setting.ts';

export interface TurnPorts extends SettingPorts {
  readonly replies: ReplyPort;
  readonly erasure: ErasurePort;
  readonly tickets: Tickets;
  readonly queue: QueuePort;
  readonly knowledge: KnowledgeBase;
  readonly model: LanguageModelV4;
  readonly prices: ModelPrices;
  readonly log: Log;
}

/** Left for storing and queueing when the model has used up its time, in milliseconds. */
const RESERVE_MS = 5_000;
/** With less, a message had better come again than be answered in a hurry. */
const ENOUGH_MS = 10_000;
/** How many of the customer's conversations the employee looks back at. */
const EARLIER_CONVERSATIONS = 5;
const CUSTOMER_WROTE_AGAIN =
  'Thank you, we have added your message to the ticket. A member of our team is on it and will answer you here.';

/** Stores the turn's reply and queues it, unless there is nobody any more whom it answers. */
async function answerWith(reply: Reply, { message }: Setting, ports: TurnPorts): Promise<void> {
  await ports.replies.storeOnce(reply);
  await refuseErased(message.id, ports);
  await queueReply(reply, ports);
}

/** A ticket that people work on: the employee adds the message, tells them, and confirms; it does not answer. */
async function leaveToPeople(setting: Setting, ticket: Ticket, ports: TurnPorts): Promise<void> {
  const { message } = setting;
  // A turn that was cut off may have escalated the ticket without having told anybody.
  await announceEscalation({ queue: ports.queue, tickets: ports.ticketStore }, ticket, message.correlationId);
  await tellTeam(ports.queue, ticket, {
    kind: 'customer_wrote_again',
    id: derivedId('rep', message.id),
    text: 'The customer has written again.',
    correlationId: message.correlationId,
  });
  await ports.tickets.goOn(ticket, message.id, ports.now());
  await answerWith(replyOf(setting, CUSTOMER_WROTE_AGAIN, false, ports.now()), setting, ports);
}

/** A survey's answer: the first rating stands, and there is nothing in it for the agent to answer. */
async function takeRating(
  setting: Setting,
  ticket: Ticket,
  score: Rating['score'],
  ports: TurnPorts,
): Promise<void> {
  await noteRating(ticket, { score, comment: undefined }, { ...ports, store: ports.ticketStore });
  await answerWith(replyOf(setting, thanksFor(score), false, ports.now()), setting, ports);
}

/** What the agent's tools do with this message. */
function effectsFor(setting: Setting, ports: TurnPorts): AgentEffects {
  const { message, conversation } = setting;
  const { tickets, conversations, knowledge, now } = ports;

  const ticket = () => tickets.require(conversation.ticketId);

  return {
    async createTicket({ subject, category, priority }) {
      const at = now();
      const created = await tickets.create({
        id: conversation.ticketId,
        customerId: conversation.customerId,
        conversationId: conversation.id,
        channel: message.channel,
        replyTo: message.from,
        subject: message.subject ?? subject,
        category,
        priority,
        status: 'open',
        createdAt: message.receivedAt,
        updatedAt: at,
        escalation: undefined,
        assignee: undefined,
        resolvedAt: undefined,
        resolvedBy: undefined,
        rating: undefined,
        lastMessageId: undefined,
      });
      const goesOn = message.followUp || message.ticketId !== conversation.ticketId;
      if (!created && goesOn) await tickets.goOn(await ticket(), message.id, now());
      return { ticketId: conversation.ticketId, operation: created ? 'create' : 'update' };
    },

    async customerHistory() {
      const { customerId, id } = conversation;
      // An unverified address sees this conversation only: anybody could have typed it.
      const others = message.from.verified
        ? await ports.customers.conversationsOf(customerId, EARLIER_CONVERSATIONS)
        : [];
      const entries = await Promise.all([...new Set([id, ...others])].map(conversations.entries));
      return entries
        .flat()
        .filter((entry) => entry.delivered && entry.id !== message.id)
        .sort((a, b) => a.at - b.at)
        .map(({ from, channel, text, at }) => ({ from, channel, text, at }));
    },

    searchKnowledge: async (query) => knowledge.search(query),

    async escalate({ reason, priority, summary }) {
      await refuseErased(message.id, ports);
      const cause = { reason, priority, summary, messageId: message.id };
      return { escalated: await handOver(conversation.ticketId, cause, message.correlationId, ports) };
    },

    async sendResponse({ text }) {
      const reply = replyOf(setting, text, true, now());
      await answerWith(reply, setting, ports);
      return { replyId: reply.id };
    },
  };
}

/** The ticket, where people have it, and not because of this very message, whose turn may have been cut off. */
function withPeople(ticket: Ticket | undefined, message: InboundMessage): Ticket | undefined {
  const { assignee, escalation } = ticket ?? {};
  const escalatedBefore = escalation !== undefined && escalation.messageId !== message.id;
  return assignee !== undefined || escalatedBefore ? ticket : undefined;
}

export interface Attempt {
  /** Until Lambda ends the invocation, in milliseconds. */
  readonly remainingMs: number;
  /** The queue will not bring the message again: it must end here, with a person if not otherwise. */
  readonly last: boolean;
}

/**
 * One message's way through the employee: customer, conversation, ticket, answer. Whatever SQS delivers again finds
 * what the first time left: ids are derived from the message's, and the reply is stored once. A customer who is erased
 * meanwhile stays erased: whatever the turn has written is removed again.
 *
 * @throws what a port throws, so that the queue delivers the message again.
 */
export async function handleTurn(messageId: string, attempt: Attempt, ports: TurnPorts): Promise<void> {
  if (attempt.remainingMs < ENOUGH_MS && !attempt.last) throw outOfTime();
  const message = await ports.messages.get(messageId);
  if (message === undefined) throw brokenMessage('there is no such message');
  let place: Place | undefined;
  const entered = ({ conversation: { id, ticketId } }: Setting) => {
    place = { conversationId: id, ticketId };
  };
  if (message.erasedAt !== undefined) return removeTurn(message, place, ports);
  try {
    await takeTurn(message, attempt, entered, ports);
  } catch (error) {
    if (!(await wasErased(messageId, ports))) throw error;
    await removeTurn(message, place, ports);
  }
}

/**
 * The turn itself. Whatever it writes of the customer's, it writes before it looks whether the customer is still there, and
 * an erasure looks for what was written only after it has left its mark: one of the two finds the other.
 */
async function takeTurn(
  message: InboundMessage,
  attempt: Attempt,
  entered: (setting: Setting) => void,
  ports: TurnPorts,
): Promise<void> {
  const setting = await enter(message, ports);
  const { conversation, ticket } = setting;
  entered(setting);

  const earlier = await ports.replies.get(conversation.id, derivedId('rep', message.id));
  if (earlier !== undefined) {
    await refuseErased(message.id, ports);
    return queueReply(earlier, ports);
  }
  const score = ticket && (await ratingIn(message, ticket, setting.entries, ports.replies));
  if (ticket !== undefined && score !== undefined) return takeRating(setting, ticket, score, ports);
  const theirs = withPeople(ticket, message);
  if (theirs !== undefined) return leaveToPeople(setting, theirs, ports);

  const turn: Turn = {
    channel: message.channel,
    ticketId: conversation.ticketId,
    customerName: message.customerName,
    subject: message.subject,
    text: message.text,
    statedCategory: message.statedCategory,
    statedPriority: message.statedPriority,
    contactsOnIssue: setting.contacts,
    escalatedFor: ticket?.escalation?.reason,
  };
  const dependencies = {
    model: ports.model,
    prices: ports.prices,
    metrics: ports.metrics,
    log: ports.log,
    relevanceFloor: ports.knowledge.relevanceFloor,
    timeoutMs: attempt.remainingMs - RESERVE_MS,
  };
  const effects = effectsFor(setting, ports);
  const result = await runAgent(turn, effects, dependencies).catch((error: unknown) => {
    if (!attempt.last) throw error;
    const { type: error_type, severity } = toServiceError(error);
    ports.metrics.inc('fte_errors_total', { error_type, component: 'agent', severity });
    ports.log.error('the last attempt failed; the matter goes to people', { error });
    return handOverTurn(turn, effects, dependencies);
  });
  const escalatedAt = result.escalation === undefined ? undefined : ports.now();
  await ports.conversations.noteTurn(conversation.id, {
    messageId: message.id,
    sentiment: result.sentiment,
    escalatedAt,
  });
  ports.log.info('turn handled', {
    ticket_id: conversation.ticketId,
    category: result.category,
    priority: result.priority,
    escalation: result.escalation,
    language: result.language,
    sentiment: result.sentiment,
    tool_calls: result.toolCalls.map(({ tool, status }) => `${tool}:${status}`),
  });
}
