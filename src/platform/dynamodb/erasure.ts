import type { InboundMessage, Place } from '../../fte/entities.ts';
import type { ErasurePort, ErasureRecord, Reached } from '../../fte/erasure/contract.ts';
import { derivedId } from '../../fte/ids.ts';
import {
  addressIn, claimedByKey, claimKey, conversationKey, conversationPk, customerPk, erasureKey, identityKey, lastKey,
  messageKey, noteKey, objectKey, pointerKey, ratePk, receiptKey, ticketKey, ticketPk,
} from './keys.ts'; // biome-ignore format: a list
import { expiry, type Item, type Key, type Table } from './table.ts';
import { traceCustomer } from './traces.ts';

/** Longer than a queue keeps a message: what comes back must still find that its customer was erased. */
const MARK_DAYS = 15;

const keyIn = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) });

/** What is left of a message: nothing that anybody wrote, and nobody who wrote it. */
function shellOf({ id, channel, from, receivedAt, ticketId, followUp }: InboundMessage, at: number) {
  return {
    id,
    channel,
    from: { kind: from.kind, value: '', verified: false },
    text: '',
    receivedAt,
    ticketId,
    followUp,
    correlationId: 'erased',
    queued: true,
    erasedAt: at,
  };
}

/** Removes a person from the table; `keys.ts` says where there is something to remove. */
export function erasurePort(table: Table): ErasurePort {
  async function itemsOf(pk: string, prefix = ''): Promise<readonly Item[]> {
    const { items } = await table.query({
      KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ...(prefix === '' ? {} : { ':prefix': prefix }) },
      ConsistentRead: true,
    });
    return items;
  }

  const trace = (customerId: string) => traceCustomer(customerId, table, itemsOf);

  /** Where something was and must not come to be again; forgotten when nothing can bring it any more. */
  const mark = (key: Key, at: number) =>
    table.put({ ...key, erased_at: at, expires_at: expiry(at, MARK_DAYS) });

  async function isMessage(id: string): Promise<boolean> {
    const message = (await table.get(messageKey(id)))?.message as InboundMessage | undefined;
    return message !== undefined && message.erasedAt === undefined;
  }

  async function forgetPlace(customerId: string, conversationId: string): Promise<void> {
    await table.remove(noteKey(customerId, conversationId));
    const last = (await table.get(lastKey(customerId)))?.place as Place | undefined;
    if (last?.conversationId === conversationId) await table.remove(lastKey(customerId));
  }

  async function removeTicket(id: string, at: number): Promise<void> {
    await mark(receiptKey(id), at);
    await table.remove(ticketKey(id));
  }

  async function removeAddress(address: Reached): Promise<void> {
    for (const { sk } of await itemsOf(identityKey(address).pk)) {
      const other = addressIn(String(sk));
      if (String(sk).startsWith('CLAIM#')) await table.remove(claimedByKey(other, address));
      if (String(sk).startsWith('CLAIMED_BY#')) await table.remove(claimKey(other, address));
      await table.remove({ pk: identityKey(address).pk, sk: String(sk) });
    }
    for (const item of await itemsOf(ratePk(address))) await table.remove(keyIn(item));
  }

  async function removeCustomer(customerId: string): Promise<void> {
    const items = await itemsOf(customerPk(customerId));
    // The record itself last: without it there is nobody to be found.
    const last = (item: Item) => (item.sk === 'CUSTOMER' ? 1 : 0);
    for (const item of items.toSorted((a, b) => last(a) - last(b))) await table.remove(keyIn(item));
  }

  return {
    trace,

    async record(customerId) {
      return (await table.get(erasureKey(customerId)))?.erasure as ErasureRecord | undefined;
    },

    async putRecord(record) {
      await table.put({ ...erasureKey(record.customerId), erasure: record });
    },

    async objectsOf(messageId) {
      const items = await itemsOf(messageKey(messageId).pk, 'OBJECT#');
      return items.map(({ bucket, key }) => ({ bucket: String(bucket), key: String(key) }));
    },

    async forgetObject(messageId, { bucket, key }) {
      await table.remove(objectKey(messageId, bucket, key));
    },

    async emptyMessage(messageId, at) {
      const item = await table.get(messageKey(messageId));
      const message = item?.message as InboundMessage | undefined;
      if (message === undefined || message.erasedAt !== undefined) return;
      if (!message.followUp) await mark(receiptKey(message.ticketId), at);
      await table.update(messageKey(messageId), {
        UpdateExpression: 'SET message = :shell REMOVE gsi1pk, gsi1sk',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':shell': shellOf(message, at) },
      });
    },

    async removeConversation({ conversationId, ticketId }, at) {
      const items = await itemsOf(conversationPk(conversationId));
      const tickets = new Set([ticketId]);
      for (const item of items) {
        const { id, ticketId: own } = (item.message ?? item.reply ?? {}) as {
          id?: string;
          ticketId?: string;
        };
        if (own !== undefined) tickets.add(own);
        if (item.reply !== undefined) await mark(pointerKey(String(id)), at);
      }
      for (const id of tickets) await removeTicket(id, at);
      for (const item of items) if (item.sk !== 'CONVERSATION') await table.remove(keyIn(item));
      await table.remove(conversationKey(conversationId));
      // Last the way to it.
      for (const { conversation } of items) {
        const { customerId } = (conversation ?? {}) as { customerId?: string };
        if (customerId !== undefined) await forgetPlace(customerId, conversationId);
      }
    },

    removeAddress,
    removeCustomer,

    async placesOf({ id, ticketId }): Promise<readonly Place[]> {
      const noted = (await table.get(messageKey(id)))?.place as Place | undefined;
      const items = await itemsOf(ticketPk(ticketId));
      const { conversationId } = (items.find(({ ticket }) => ticket !== undefined)?.ticket ??
        {}) as Partial<Place>;
      return [
        ...(noted === undefined ? [] : [noted]),
        { conversationId: conversationId ?? derivedId('cnv', ticketId), ticketId },
      ];
    },

    async removeClaims(by, claimed) {
      for (const one of claimed) {
        await table.remove(claimKey(by, one));
        await table.remove(claimedByKey(one, by));
      }
    },

    async removeIfEmpty(address) {
      const customerId = (await table.get(identityKey(address)))?.customer_id;
      const traces = customerId === undefined ? undefined : await trace(String(customerId));
      if (traces === undefined || traces.conversations.length > 0) return;
      // Whoever wrote again meanwhile is a customer like any other. The index may be behind: the messages are not.
      for (const id of traces.messageIds) if (await isMessage(id)) return;
      for (const one of traces.addresses) await removeAddress(one);
      for (const id of traces.customerIds) await removeCustomer(id);
    },
  };
}
