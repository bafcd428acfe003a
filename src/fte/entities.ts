import type {
  Category,
  Channel,
  DeliveryStatus,
  EscalationReason,
  Priority,
  TicketStatus,
} from './vocabulary.ts';

/** All times are milliseconds since the epoch. */
export type Instant = number;

/** Where a customer can be reached. Unverified: anybody could have typed it. */
export interface Address {
  readonly kind: 'email' | 'phone' | 'whatsapp';
  readonly value: string;
  readonly verified: boolean;
}

/** Which conversation and ticket a message belongs to. */
export interface Place {
  readonly conversationId: string;
  readonly ticketId: string;
}

/** What an answer by e-mail refers to. */
export interface MailThread {
  /** The Message-ID of the mail that is answered. */
  readonly messageId: string | undefined;
  /** Of the mails before, oldest first. */
  readonly references: readonly string[];
}

/** A customer's message as intake stored it. Its id is channel and provider's id, so a repeated one is the same. */
export interface InboundMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly from: Address;
  readonly customerName: string | undefined;
  readonly subject: string | undefined;
  readonly text: string;
  /** When the provider received it. */
  readonly receivedAt: Instant;
  /** Minted here, or the ticket that the message continues. */
  readonly ticketId: string;
  readonly followUp: boolean;
  readonly statedCategory: Category | undefined;
  readonly statedPriority: Priority | undefined;
  /** What it continues, where the channel says so. */
  readonly continues: Place | undefined;
  readonly thread: MailThread | undefined;
  readonly correlationId: string;
  /** False until the queue has taken it; `upkeep` looks for those. */
  readonly queued: boolean;
  /** Its customer was erased: an empty shell, by which a repetition is still recognised. */
  readonly erasedAt?: Instant | undefined;
}

export interface Customer {
  readonly id: string;
  readonly name: string | undefined;
  readonly createdAt: Instant;
}

export interface Conversation {
  readonly id: string;
  readonly customerId: string;
  readonly channel: Channel;
  readonly ticketId: string;
  readonly startedAt: Instant;
  readonly lastMessageAt: Instant;
  readonly lastFrom: 'customer' | 'employee' | 'person';
  /** Of the turns that the employee handled: their sentiments, added up. */
  readonly sentiment: { readonly sum: number; readonly turns: number };
  /** When it was first handed to people. */
  readonly escalatedAt: Instant | undefined;
  /** When the customer was asked for a rating, which happens once. */
  readonly surveyedAt: Instant | undefined;
}

export interface Escalation {
  readonly reason: EscalationReason;
  readonly summary: string;
  readonly at: Instant;
  /** The message in whose turn it happened; undefined when a person did it. */
  readonly messageId: string | undefined;
  /** The team's queue has taken the news. */
  readonly notified: boolean;
}

export interface Rating {
  readonly score: 1 | 2 | 3 | 4 | 5;
  readonly comment: string | undefined;
  readonly at: Instant;
}

export interface Ticket {
  readonly id: string;
  readonly customerId: string;
  readonly conversationId: string;
  readonly channel: Channel;
  readonly replyTo: Address;
  readonly subject: string;
  readonly category: Category;
  readonly priority: Priority;
  readonly status: TicketStatus;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly escalation: Escalation | undefined;
  readonly assignee: string | undefined;
  readonly resolvedAt: Instant | undefined;
  readonly resolvedBy: 'employee' | 'person' | undefined;
  readonly rating: Rating | undefined;
  /** The last message that the conversation went on with. */
  readonly lastMessageId: string | undefined;
  /** When it was opened again last. */
  readonly reopenedAt?: Instant;
  /** When a person answered last. */
  readonly personRepliedAt?: Instant;
}

/** What intake leaves under a ticket's id before the agent has committed the ticket. */
export interface Receipt {
  readonly ticketId: string;
  readonly messageId: string;
  readonly channel: Channel;
  readonly from: Address;
  readonly subject: string | undefined;
  readonly receivedAt: Instant;
}

/** `sending` while a provider is asked: found there again, nobody knows whether it was sent. */
export type ReplyStatus = 'pending' | 'sending' | 'sent' | 'failed' | 'in_doubt';

export interface Reply {
  readonly id: string;
  readonly conversationId: string;
  readonly ticketId: string;
  readonly channel: Channel;
  readonly to: Address;
  readonly subject: string | undefined;
  readonly text: string;
  readonly author: 'employee' | 'person';
  /** A survey answers nothing: it asks for a rating. */
  readonly purpose: 'answer' | 'survey';
  /** The first answer of its turn. An automatic confirmation, or a second answer, is none. */
  readonly countsAsResponse: boolean;
  /** When the message that it answers was received. */
  readonly turnReceivedAt: Instant;
  /** What a mail refers to. */
  readonly thread: MailThread | undefined;
  /** When the conversation began, for its first response; undefined for later ones. */
  readonly firstResponseSince: Instant | undefined;
  readonly createdAt: Instant;
  readonly status: ReplyStatus;
  /** Of the delivery that claimed it last. */
  readonly claim?: string | undefined;
  readonly sentAt: Instant | undefined;
  /** How many of its parts the provider has accepted, where one message is not enough. */
  readonly partsSent: number;
  /** The provider's word on what became of it. */
  readonly deliveryStatus: DeliveryStatus | undefined;
  readonly correlationId: string;
}

/** One line of a conversation, whoever wrote it. */
export interface Entry {
  readonly id: string;
  readonly from: 'customer' | 'employee' | 'person';
  readonly channel: Channel;
  readonly text: string;
  readonly at: Instant;
  /** A reply that has not left yet is not the customer's to see. */
  readonly delivered: boolean;
  /** Of replies: whether it answers a turn. */
  readonly countsAsResponse: boolean;
}
