import type {
  Address,
  Conversation,
  Customer,
  Entry,
  Escalation,
  InboundMessage,
  Instant,
  Place,
  Rating,
  Receipt,
  Reply,
  ReplyStatus,
  Ticket,
} from './entities.ts';
import type { DeliveryStatus, QueueName, TicketStatus, WorkQueue } from './vocabulary.ts';

/** What the employee needs of the world. `src/platform` implements it on AWS; every call may throw a ServiceError. */

export interface MessagePort {
  /** Stores a message under its id once; `stored` is false, with the first one, when it was there already. */
  storeOnce(message: InboundMessage): Promise<{ readonly stored: boolean; readonly message: InboundMessage }>;
  get(id: string): Promise<InboundMessage | undefined>;
  markQueued(message: Pick<InboundMessage, 'id' | 'from'>): Promise<void>;
  /** Notes that a message came in this object of a bucket. */
  noteObject(
    id: string,
    object: { readonly bucket: string; readonly key: string },
    at: Instant,
  ): Promise<void>;
  /** Puts a message into its place, once; returns the one that it has. */
  place(id: string, place: Place): Promise<Place>;
  /** Messages that were received before `before` and that no queue has taken, oldest first. */
  unqueued(before: Instant, limit: number): Promise<readonly InboundMessage[]>;
  /**
   * Counts a message of a sender; returns how many came in the minute before it, or after it where that is more, this one
   * included. The same one is counted once, however often it is tried. What a provider vouches for is counted apart from
   * what only claims to be from this address, channel by channel: who types a stranger's address can't silence him.
   */
  countRecent(message: Pick<InboundMessage, 'id' | 'channel' | 'from' | 'receivedAt'>): Promise<number>;
}

export interface SourcePort {
  /** Counts one more message from an IP address; whether its network is over the limit of this minute with it. */
  isOverLimit(ip: string, at: Instant): Promise<boolean>;
}

export interface CustomerPort {
  /** The customer with this address, if there is one. */
  find(address: Pick<Address, 'kind' | 'value'>): Promise<Customer | undefined>;
  /** Notes that an address was proven by a provider. */
  prove(address: Address): Promise<void>;
  /** Notes that the owner of `by` says to own `claimed`, too. */
  claim(by: Address, claimed: Address): Promise<void>;
  /** Whether the owner of `by`, a proven address, has said to own `claimed`. */
  hasClaimed(by: Address, claimed: Address): Promise<boolean>;
  /**
   * Makes the owner of `other` the customer of `primary`, with all conversations; `taken` when `other` belongs to a
   * customer with another primary address. Repeating it changes nothing.
   */
  link(primary: Address, other: Address): Promise<Customer | 'taken'>;
  /** Notes a conversation among the customer's own. */
  noteConversation(customerId: string, place: Place, at: Instant): Promise<void>;
  /** Notes it as the one that went on last from a proven address. */
  noteLast(customerId: string, place: Place, at: Instant): Promise<void>;
  /** The conversation that went on last from a proven address, and when. */
  lastConversation(customerId: string): Promise<{ readonly place: Place; readonly at: Instant } | undefined>;
  /** Ids of the customer's conversations, the latest first. */
  conversationsOf(customerId: string, limit: number): Promise<readonly string[]>;
  /** The customer with this address, made when there is none. */
  resolve(
    address: Address,
    name: string | undefined,
    at: Instant,
  ): Promise<{ readonly customer: Customer; readonly created: boolean }>;
}

export interface ConversationPort {
  /** Makes the conversation, or returns it when it is there already. */
  open(conversation: Conversation): Promise<Conversation>;
  /** Adds a customer's message; false when it was in the conversation already. */
  addMessage(conversationId: string, message: InboundMessage): Promise<boolean>;
  /** Notes who spoke last, and when. */
  touch(conversationId: string, from: Conversation['lastFrom'], at: Instant): Promise<void>;
  get(conversationId: string): Promise<Conversation | undefined>;
  /** Notes what the employee found in one turn, once a message. */
  noteTurn(
    conversationId: string,
    turn: {
      readonly messageId: string;
      readonly sentiment: number;
      readonly escalatedAt: Instant | undefined;
    },
  ): Promise<void>;
  /** Notes that the customer was asked for a rating. */
  noteSurvey(conversationId: string, at: Instant): Promise<void>;
  /** Unsettled conversations whose last message came between two moments, the oldest first. */
  between(after: Instant, before: Instant): Promise<readonly Conversation[]>;
  /** Settles a conversation until somebody writes again; false when it has been settled before. */
  settle(conversationId: string): Promise<boolean>;
  /** All entries, oldest first. */
  entries(conversationId: string): Promise<readonly Entry[]>;
  /** Conversations whose last message is younger than `since`. */
  countActive(since: Instant): Promise<number>;
}

export interface ReplyPort {
  /** Stores a reply under its id once; false when it was there already. */
  storeOnce(reply: Reply): Promise<boolean>;
  get(conversationId: string, replyId: string): Promise<Reply | undefined>;
  /** Moves a pending reply to `sending`, under a claim of its own; undefined when it was not pending. */
  claim(reply: Pick<Reply, 'conversationId' | 'id'>): Promise<Reply | undefined>;
  /**
   * Moves a reply on from `sending`, as long as it is under the same claim: a write that a slow network brings late must
   * not undo what a later delivery has claimed. False when it was not.
   */
  settle(
    reply: Pick<Reply, 'conversationId' | 'id' | 'claim'>,
    to: Exclude<ReplyStatus, 'sending'>,
    sentAt?: Instant,
  ): Promise<boolean>;
  /** The reply with this id, whatever its conversation. */
  find(replyId: string): Promise<Reply | undefined>;
  /** Whether there was a reply with this id, of a customer who was erased. */
  wasErased(replyId: string): Promise<boolean>;
  /** Notes that this many of its parts have been accepted; never fewer than before. */
  notePart(reply: Pick<Reply, 'conversationId' | 'id'>, partsSent: number): Promise<void>;
  /** Moves the provider's status; false when it was not `from`. */
  moveStatus(
    reply: Pick<Reply, 'conversationId' | 'id'>,
    from: DeliveryStatus | undefined,
    to: DeliveryStatus,
  ): Promise<boolean>;
}

/** What a transition writes beside the new status. */
export type TicketChange = Partial<Pick<Ticket, 'assignee' | 'lastMessageId' | 'reopenedAt'>> & {
  /** `null` takes it away. */
  readonly resolvedAt?: Instant | null;
  readonly resolvedBy?: Ticket['resolvedBy'] | null;
};

export interface TicketPort {
  /** Leaves the receipt under the ticket's id, so that a look-up finds it at once. Repeating it is harmless. */
  putReceipt(receipt: Receipt): Promise<void>;
  /** Commits a ticket once; false when it was there already. */
  create(ticket: Ticket): Promise<boolean>;
  get(id: string): Promise<Ticket | undefined>;
  find(id: string): Promise<{ readonly receipt: Receipt | undefined; readonly ticket: Ticket | undefined }>;
  /** Moves a ticket into a status; false unless it is in one of `from` and, with `onlyIf`, nobody's. */
  move(
    id: string,
    from: readonly TicketStatus[],
    to: TicketStatus,
    change: TicketChange,
    at: Instant,
    onlyIf?: 'unassigned',
  ): Promise<boolean>;
  /** Notes that the conversation went on with a message; false when that one was noted already. */
  goOn(id: string, messageId: string, at: Instant): Promise<boolean>;
  /** Escalates once in a ticket's life; false when it has been, or is not in one of `from`. */
  escalate(
    id: string,
    from: readonly TicketStatus[],
    escalation: Escalation,
    priority: Ticket['priority'],
  ): Promise<boolean>;
  markNotified(id: string): Promise<void>;
  /** Tickets of the last 30 days with people of whose escalation, made before `before`, no queue has taken the news; by their age. */
  unannounced(before: Instant): Promise<readonly Ticket[]>;
  /** Notes that a person answers. */
  noteReply(id: string, at: Instant): Promise<void>;
  /** Tickets that were opened within the last 30 days, are with people, and nobody's. */
  unassigned(now: Instant): Promise<readonly Ticket[]>;
  /** Rates once; false when it has been rated. */
  rate(id: string, rating: Rating): Promise<boolean>;
  /** Oldest first. */
  list(
    status: TicketStatus,
    limit: number,
    after?: string,
  ): Promise<{ readonly tickets: readonly Ticket[]; readonly next: string | undefined }>;
}

export interface QueuePort {
  send(
    queue: WorkQueue,
    message: {
      readonly body: Readonly<Record<string, unknown>>;
      /** Messages of one group are delivered one after the other. */
      readonly group: string;
      /** The same id within five minutes is sent once. */
      readonly id: string;
      readonly correlationId: string;
    },
  ): Promise<void>;
  /** Visible and in flight. */
  size(queue: QueueName): Promise<number>;
}

export interface QueueAgePort {
  /** How long the oldest message has been in a queue, in seconds, as of the last minutes; undefined while nobody can tell. */
  oldest(queue: WorkQueue): Promise<number | undefined>;
}

/** What a sender needs to know, and to tell, of a reply that is sent in parts. */
export interface SendProgress {
  /** Parts that were accepted before, and are not sent again. */
  readonly partsSent: number;
  partSent(parts: number): Promise<void>;
}

/** Hands one reply to a provider. */
export interface ReplySender {
  /**
   * Resolves once the provider has accepted it.
   * @throws {DeliveryRefused} when it surely did not; anything else means that nobody knows.
   */
  send(reply: Reply, progress: SendProgress): Promise<void>;
}

/** Tells the team. */
export interface TeamNotifier {
  notify(news: {
    readonly kind: string;
    readonly ticketId: string;
    readonly text: string;
    readonly correlationId: string;
  }): Promise<void>;
}

export interface DeploymentPort {
  /** When this version first said that it serves; `at` if that is now. */
  firstServedAt(version: string, at: Instant): Promise<Instant>;
}
