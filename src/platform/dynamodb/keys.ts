import type { Address } from '../../fte/entities.ts';
import { groupOf } from '../../fte/ids.ts';
import type { Channel } from '../../fte/vocabulary.ts';
import type { Key } from './table.ts';

/**
 * Where everything of a customer lies in the one table. Whoever adds a place here adds it to `erasure.ts`: its test reads
 * the whole table for what was left behind.
 */
export type Reached = Pick<Address, 'kind' | 'value'>;

const spelt = ({ kind, value }: Reached) => `${kind}:${value}`;

/** The address that the last part of a key spells. */
export function addressIn(sk: string): Reached {
  const [, kind = '', value = ''] = /^[A-Z_]+#([a-z]+):(.*)$/s.exec(sk) ?? [];
  return { kind: kind as Reached['kind'], value };
}

export const customerPk = (id: string) => `CUSTOMER#${id}`;
export const customerKey = (id: string): Key => ({ pk: customerPk(id), sk: 'CUSTOMER' });
/** Which addresses are the customer's; the addresses' own records say the same the other way round. */
export const ownedKey = (id: string, address: Reached): Key => ({
  pk: customerPk(id),
  sk: `IDENTITY#${spelt(address)}`,
});
/** What else is the same person's: written down while it is erased, so that a second try finds it again. */
export const joinedKey = (id: string, other: string): Key => ({ pk: customerPk(id), sk: `JOINED#${other}` });
export const noteKey = (id: string, conversationId: string): Key => ({
  pk: customerPk(id),
  sk: `CONVERSATION#${conversationId}`,
});
export const lastKey = (id: string): Key => ({ pk: customerPk(id), sk: 'LAST' });

export const identityKey = (address: Reached): Key => ({ pk: `IDENTITY#${spelt(address)}`, sk: 'IDENTITY' });
/** Every customer's record that was ever begun for an address. */
export const recordKey = (address: Reached, customerId: string): Key => ({
  pk: identityKey(address).pk,
  sk: `RECORD#${customerId}`,
});
export const claimKey = (by: Reached, claimed: Reached): Key => ({
  pk: identityKey(by).pk,
  sk: `CLAIM#${spelt(claimed)}`,
});
/** The way back from an address to those that claim it. */
export const claimedByKey = (claimed: Reached, by: Reached): Key => ({
  pk: identityKey(claimed).pk,
  sk: `CLAIMED_BY#${spelt(by)}`,
});
export const ratePk = (address: Reached) => `RATE#${spelt(address)}`;
/** Of what is proven to come from an address, or of what says so on one channel. */
export const rateKey = (address: Address, channel: Channel): Key => ({
  pk: ratePk(address),
  sk: address.verified ? 'PROVEN' : `CLAIMED#${channel}`,
});

export const conversationPk = (id: string) => `CONVERSATION#${id}`;
export const conversationKey = (id: string): Key => ({ pk: conversationPk(id), sk: 'CONVERSATION' });
export const entryKey = (conversationId: string, messageId: string): Key => ({
  pk: conversationPk(conversationId),
  sk: `MESSAGE#${messageId}`,
});
export const replyKey = (conversationId: string, id: string): Key => ({
  pk: conversationPk(conversationId),
  sk: `REPLY#${id}`,
});
/** A pointer to a reply's conversation, for providers that know the reply only. */
export const pointerKey = (id: string): Key => ({ pk: `REPLY#${id}`, sk: 'REPLY' });

export const ticketPk = (id: string) => `TICKET#${id}`;
export const ticketKey = (id: string): Key => ({ pk: ticketPk(id), sk: 'TICKET' });
export const receiptKey = (id: string): Key => ({ pk: ticketPk(id), sk: 'RECEIPT' });

export const messageKey = (id: string): Key => ({ pk: `MESSAGE#${id}`, sk: 'MESSAGE' });
/** An object of a bucket that a message came in. */
export const objectKey = (messageId: string, bucket: string, key: string): Key => ({
  pk: messageKey(messageId).pk,
  sk: `OBJECT#${bucket}/${key}`,
});

/** In the index: messages that no queue has taken yet. */
export const UNQUEUED = 'MESSAGE#unqueued';
/** In the index: the messages of one sender. */
export const senderIndex = (address: Address) => `SENDER#${groupOf(address)}`;

export const erasureKey = (customerId: string): Key => ({ pk: `ERASURE#${customerId}`, sk: 'ERASURE' });
