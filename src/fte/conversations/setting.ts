import type { FteMetrics } from '../catalogue.ts';
import type { Conversation, InboundMessage, Instant, Reply, Ticket } from '../entities.ts';
import { derivedId, groupOf } from '../ids.ts';
import type { ConversationPort, CustomerPort, QueuePort, TicketPort } from '../ports.ts';

export interface SettingPorts {
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
  /** How many messages the customer has written in this conversation. */
  readonly contacts: number;
  readonly answeredBefore: boolean;
}

/** Resolves customer and conversation and stores the message there. All of it may be repeated. */
export async function enter(message: InboundMessage, ports: SettingPorts): Promise<Setting> {
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
  }
  await conversations.touch(conversation.id, 'customer', message.receivedAt);
  const entries = await conversations.entries(conversation.id);
  return {
    message,
    conversation,
    ticket,
    contacts: entries.filter((entry) => entry.from === 'customer').length,
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
    countsAsResponse,
    turnReceivedAt: message.receivedAt,
    firstResponseSince: countsAsResponse && !answeredBefore ? conversation.startedAt : undefined,
    createdAt: now,
    status: 'pending',
    sentAt: undefined,
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
