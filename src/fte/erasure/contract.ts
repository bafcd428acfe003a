import type { Address, Instant, Place } from '../entities.ts';

export type Reached = Pick<Address, 'kind' | 'value'>;

/** Everything that is kept of one person, by where it lies. */
export interface Traces {
  /** The customer's id, and those of every record that is the same person's. */
  readonly customerIds: readonly string[];
  readonly addresses: readonly Reached[];
  readonly conversations: readonly Place[];
  /** Ids of messages, in conversations or on their way to one. */
  readonly messageIds: readonly string[];
}

/** What remains to be known of an erasure; nothing in it is about the person. */
export interface ErasureRecord {
  readonly customerId: string;
  readonly requestedAt: Instant;
  /** Undefined until everything is gone. */
  readonly erasedAt: Instant | undefined;
  /** Which operator's key asked for it: the beginning of its hash. */
  readonly requestedBy: string;
  readonly correlationId: string;
  readonly conversations: number;
  readonly messages: number;
}

/** An object of a bucket, as the mail that a message came in. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
}

/** Finds and removes what is kept of a person. Every call may be repeated, and finds less when it is. */
export interface ErasurePort {
  /** Undefined when there is no such customer. What is found is written down, so that a second try finds it, too. */
  trace(customerId: string): Promise<Traces | undefined>;
  record(customerId: string): Promise<ErasureRecord | undefined>;
  putRecord(record: ErasureRecord): Promise<void>;
  objectsOf(messageId: string): Promise<readonly StoredObject[]>;
  forgetObject(messageId: string, object: StoredObject): Promise<void>;
  /** Leaves a shell of the message, by which its repetition is recognised until its time to live is over. */
  emptyMessage(messageId: string, at: Instant): Promise<void>;
  /** The conversation with its messages and replies, its ticket, and the receipts. */
  removeConversation(place: Place, at: Instant): Promise<void>;
  removeAddress(address: Reached): Promise<void>;
  removeCustomer(customerId: string): Promise<void>;
  /** Where a message was put, as far as that is written down. */
  placesOf(message: { readonly id: string; readonly ticketId: string }): Promise<readonly Place[]>;
  removeClaims(by: Reached, claimed: readonly Reached[]): Promise<void>;
  /** Removes the customer of an address of whom there is nothing but the record itself. */
  removeIfEmpty(address: Reached): Promise<void>;
}

/** Removes an object of a bucket; one that is gone is removed. */
export interface ObjectPort {
  remove(object: StoredObject): Promise<void>;
}
