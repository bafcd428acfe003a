import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Log } from '../../observability/logger.ts';
import type { AgentEffects } from '../agent/contract.ts';
import { runAgent } from '../agent/run.ts';
import type { FteMetrics } from '../catalogue.ts';
import type { Conversation, InboundMessage, Instant, Reply, Ticket } from '../entities.ts';
import { brokenMessage } from '../errors.ts';
import { announceEscalation, tellTeam } from '../escalations/hand-over.ts';
import { derivedId, groupOf } from '../ids.ts';
import type { KnowledgeBase } from '../knowledge/contract.ts';
import type {
  ConversationPort,
  CustomerPort,
  MessagePort,
  QueuePort,
  ReplyPort,
  TicketPort,
} from '../ports.ts';
import type { Tickets } from '../tickets/tickets.ts';

export interface TurnPorts {
  readonly messages: MessagePort;
  readonly customers: CustomerPort;
  readonly conversations: ConversationPort;
  readonly replies: ReplyPort;
  readonly ticketStore: TicketPort;
  readonly tickets: Tickets;
  readonly queue: QueuePort;
  readonly knowledge: KnowledgeBase;
  readonly model: LanguageModelV4;
  readonly metrics: FteMetrics;
  readonly log: Log;
  readonly now: () => Instant;
}

/** Left for storing and queueing when the model has used up its time, in milliseconds. */
const RESERVE_MS = 5_000;
const CUSTOMER_WROTE_AGAIN =
  'Thank you, we have added your message to the ticket. A member of our team is on it and will answer you here.';

interface Setting {
  readonly message: InboundMessage;
  readonly conversation: Conversation;
  readonly ticket: Ticket | undefined;
  /** How many messages the customer has written in this conversation. */
  readonly contacts: number;
  readonly firstReply: boolean;
}

/** Resolves customer and conversation and stores the message there. All of it may be repeated. */
async function enter(message: InboundMessage, ports: TurnPorts): Promise<Setting> {
  const { customers, conversations, ticketStore, metrics, now } = ports;
  const { customer, created } = await customers.resolve(message.from, message.customerName, now());
  const ticket = await ticketStore.get(message.ticketId);
  const conversation = await conversations.open({
    id: ticket?.conversationId ?? derivedId('cnv', message.ticketId),
    customerId: ticket?.customerId ?? customer.id,
    channel: message.channel,
    ticketId: message.ticketId,
    startedAt: message.receivedAt,
    lastMessageAt: message.receivedAt,
    lastFrom: 'customer',
  });
  if (await conversations.addMessage(conversation.id, message)) {
    metrics.inc('fte_identity_matches_total', { result: created ? 'created' : 'matched' });
    await conversations.touch(conversation.id, 'customer', message.receivedAt);
  }
  const entries = await conversations.entries(conversation.id);
  return {
    message,
    conversation,
    ticket,
    contacts: entries.filter((entry) => entry.from === 'customer').length,
    firstReply: entries.every((entry) => entry.from === 'customer'),
  };
}

function replyOf(setting: Setting, text: string, automatic: boolean, now: Instant): Reply {
  const { message, conversation, firstReply } = setting;
  return {
    id: derivedId('rep', message.id),
    conversationId: conversation.id,
    ticketId: conversation.ticketId,
    channel: message.channel,
    to: message.from,
    subject: message.subject,
    text,
    author: 'employee',
    automatic,
    turnReceivedAt: message.receivedAt,
    first: firstReply && !automatic,
    createdAt: now,
    status: 'pending',
    sentAt: undefined,
    correlationId: message.correlationId,
  };
}

async function queueReply(reply: Reply, ports: TurnPorts): Promise<void> {
  await ports.queue.send('outbound', {
    body: { conversationId: reply.conversationId, replyId: reply.id },
    group: groupOf(reply.to),
    id: reply.id,
    correlationId: reply.correlationId,
  });
}

/** The customer goes on with a ticket: a settled one is opened again. */
async function continueTicket(ticket: Ticket, { tickets, now }: TurnPorts): Promise<void> {
  if (ticket.status === 'resolved' || ticket.status === 'closed')
    await tickets.move(ticket.id, 'reopen', {}, now());
  else tickets.update(ticket);
}

/** A ticket that people work on: the employee adds the message, tells them, and confirms; it does not answer. */
async function leaveToPeople(setting: Setting, ticket: Ticket, ports: TurnPorts): Promise<void> {
  const { message } = setting;
  await tellTeam(ports.queue, ticket, {
    kind: 'customer_wrote_again',
    id: derivedId('rep', message.id),
    text: 'The customer has written again.',
    correlationId: message.correlationId,
  });
  const reply = replyOf(setting, CUSTOMER_WROTE_AGAIN, true, ports.now());
  if (await ports.replies.storeOnce(reply)) await continueTicket(ticket, ports);
  await queueReply(reply, ports);
}

/** What the agent's tools do with this message. */
function effectsFor(setting: Setting, ports: TurnPorts): AgentEffects {
  const { message, conversation } = setting;
  const { tickets, ticketStore, conversations, replies, queue, knowledge, now } = ports;

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
      });
      if (!created && message.followUp) await continueTicket(await ticket(), ports);
      return { ticketId: conversation.ticketId, operation: created ? 'create' : 'update' };
    },

    async customerHistory() {
      // Of this conversation only: an unverified address never shows what another one wrote.
      return (await conversations.entries(conversation.id))
        .filter((entry) => entry.delivered && entry.id !== message.id)
        .map(({ from, channel, text, at }) => ({ from, channel, text, at }));
    },

    searchKnowledge: async (query) => knowledge.search(query),

    async escalate({ reason, priority, summary }) {
      const escalated = await tickets.escalate(await ticket(), reason, priority, summary, now());
      await announceEscalation({ queue, tickets: ticketStore }, await ticket(), message.correlationId);
      return { escalated };
    },

    async sendResponse({ text }) {
      const reply = replyOf(setting, text, false, now());
      await replies.storeOnce(reply);
      await queueReply(reply, ports);
      return { replyId: reply.id };
    },
  };
}

/**
 * One message's way through the employee: customer, conversation, ticket, answer. Whatever SQS delivers again finds
 * what the first time left: ids are derived from the message's, and the reply is stored once.
 *
 * @throws what a port throws, so that the queue delivers the message again.
 */
export async function handleTurn(messageId: string, remainingMs: number, ports: TurnPorts): Promise<void> {
  const message = await ports.messages.get(messageId);
  if (message === undefined) throw brokenMessage('there is no such message');
  const setting = await enter(message, ports);
  const { conversation, ticket } = setting;

  const earlier = await ports.replies.get(conversation.id, derivedId('rep', message.id));
  if (earlier !== undefined) return queueReply(earlier, ports);
  // A first message whose ticket is escalated already was cut off after that step: it goes on, not to people again.
  if (ticket?.escalation !== undefined && setting.contacts > 1) return leaveToPeople(setting, ticket, ports);

  const result = await runAgent(
    {
      channel: message.channel,
      ticketId: conversation.ticketId,
      customerName: message.customerName,
      subject: message.subject,
      text: message.text,
      statedCategory: message.statedCategory,
      statedPriority: message.statedPriority,
      contactsOnIssue: setting.contacts,
    },
    effectsFor(setting, ports),
    {
      model: ports.model,
      metrics: ports.metrics,
      log: ports.log,
      relevanceFloor: ports.knowledge.relevanceFloor,
      timeoutMs: Math.max(1_000, remainingMs - RESERVE_MS),
    },
  );
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
