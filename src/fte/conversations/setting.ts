import type { FteMetrics } from '../catalogue.ts';
import type {
  Conversation,
  Customer,
  Entry,
  InboundMessage,
  Instant,
  Place,
  Reply,
  Ticket,
} from '../entities.ts';
import { derivedId, groupOf } from '../ids.ts';
import type { ConversationPort, CustomerPort, MessagePort, QueuePort, TicketPort } from '../ports.ts';
import { readRating } from '../tickets/rating-text.ts';
import { identify } from './identity.ts';

export interface SettingPorts {
  readonly messages: MessagePort;
  readonly customers: CustomerPort;
  readonly conversations: ConversationPort;
  readonly ticketStore: TicketPort;
  readonly metrics: FteMetrics;
  readonly now: () => Instant;
}

/** A message among what belongs to it. */
export interface Setting {
  readonly message: InboundMessage;
  readonly conversation: Conversation;
  readonly ticket: Ticket | undefined;
  /** All that was written in the conversation so far. */
  readonly entries: readonly Entry[];
  /** How many messages the customer has written in this conversation, ratings aside. */
  readonly contacts: number;
  readonly answeredBefore: boolean;
}

/** A conversation younger than this goes on; after it, a new one begins. */
const ACTIVE_MS = 24 * 60 * 60 * 1000;

/**
 * Where a message belongs. A form's ticket is its own. A mail or a WhatsApp message continues what it names, else the
 * customer's conversation of the last day; only a proven address may join one that is not its own.
 */
async function placeOf(message: InboundMessage, customer: Customer, ports: SettingPorts): Promise<Place> {
  const own = async () => {
    const ticket = await ports.ticketStore.get(message.ticketId);
    return {
      conversationId: ticket?.conversationId ?? derivedId('cnv', message.ticketId),
      ticketId: message.ticketId,
    };
  };
  if (message.channel === 'web_form') return own();
  const last = message.from.verified ? await ports.customers.lastConversation(customer.id) : undefined;
  const active = last !== undefined && message.receivedAt - last.at < ACTIVE_MS ? last.place : undefined;
  // Written down: what the queue brings again must not find another place.
  return ports.messages.place(message.id, message.continues ?? active ?? (await own()));
}

/** Resolves customer and conversation and stores the message there. All of it may be repeated. */
export async function enter(message: InboundMessage, ports: SettingPorts): Promise<Setting> {
  const { customers, conversations, ticketStore, metrics, now } = ports;
  const { customer, result } = await identify(message, now(), ports);
  const place = await placeOf(message, customer, ports);
  const ticket = await ticketStore.get(place.ticketId);
  const conversation = await conversations.open({
    id: place.conversationId,
    customerId: ticket?.customerId ?? customer.id,
    channel: message.channel,
    ticketId: place.ticketId,
    startedAt: message.receivedAt,
    lastMessageAt: message.receivedAt,
    lastFrom: 'customer',
    sentiment: { sum: 0, turns: 0 },
    escalatedAt: undefined,
    surveyedAt: undefined,
  });
  if (await conversations.addMessage(conversation.id, message)) {
    metrics.inc('fte_identity_matches_total', { result });
  }
  await conversations.touch(conversation.id, 'customer', message.receivedAt);
  await customers.noteConversation(conversation.customerId, place, message.receivedAt);
  // Only a proven message makes a conversation one to go on with: into a form anybody may have typed this address, and
  // whoever did holds the ticket's id and would read what joins it.
  if (message.from.verified) await customers.noteLast(conversation.customerId, place, message.receivedAt);
  const entries = await conversations.entries(conversation.id);
  return {
    message,
    conversation,
    ticket,
    entries,
    contacts: entries.filter(({ from, text }) => from === 'customer' && readRating(text) === undefined)
      .length,
    answeredBefore: entries.some((entry) => entry.countsAsResponse),
  };
}

/** The employee's reply to the message; its id is derived from the message's, so that there is one. */
export function replyOf(setting: Setting, text: string, countsAsResponse: boolean, now: Instant): Reply {
  const { message, conversation, answeredBefore } = setting;
  return {
    id: derivedId('rep', message.id),
    conversationId: conversation.id,
    ticketId: conversation.ticketId,
    channel: message.channel,
    to: message.from,
    subject: message.subject,
    text,
    author: 'employee',
    purpose: 'answer',
    countsAsResponse,
    turnReceivedAt: message.receivedAt,
    thread: message.thread,
    firstResponseSince: countsAsResponse && !answeredBefore ? conversation.startedAt : undefined,
    createdAt: now,
    status: 'pending',
    sentAt: undefined,
    partsSent: 0,
    deliveryStatus: undefined,
    correlationId: message.correlationId,
  };
}

export async function queueReply(reply: Reply, { queue }: { readonly queue: QueuePort }): Promise<void> {
  await queue.send('outbound', {
    body: { conversationId: reply.conversationId, replyId: reply.id },
    group: groupOf(reply.to),
    id: reply.id,
    correlationId: reply.correlationId,
  });
}
