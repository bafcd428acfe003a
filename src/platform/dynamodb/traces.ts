import type { Address, InboundMessage, Place } from '../../fte/entities.ts';
import type { Traces } from '../../fte/erasure/contract.ts';
import {
  addressIn, conversationPk, customerPk, identityKey, joinedKey, ownedKey, type Reached, senderIndex, UNQUEUED,
} from './keys.ts'; // biome-ignore format: a list
import type { Item, Table } from './table.ts';

type ItemsOf = (pk: string, prefix?: string) => Promise<readonly Item[]>;

const nameOf = ({ kind, value }: Reached) => `${kind}:${value}`;

/** All records and addresses that lead to each other, beginning with one record. */
async function personOf(customerId: string, itemsOf: ItemsOf) {
  const records = new Map<string, readonly Item[]>();
  const addresses = new Map<string, Reached>();
  const waiting = [customerId];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (records.has(id)) continue;
    const items = await itemsOf(customerPk(id));
    records.set(id, items);
    waiting.push(...suffixes(items, 'JOINED#'));
    for (const { sk } of items) {
      const address = String(sk).startsWith('IDENTITY#') ? addressIn(String(sk)) : undefined;
      if (address === undefined || addresses.has(nameOf(address))) continue;
      addresses.set(nameOf(address), address);
      const known = await itemsOf(identityKey(address).pk);
      waiting.push(...suffixes(known, 'RECORD#'));
      waiting.push(
        ...known.flatMap(({ customer_id }) => (customer_id === undefined ? [] : [String(customer_id)])),
      );
    }
  }
  return { records, addresses: [...addresses.values()] };
}

function suffixes(items: readonly Item[], prefix: string): readonly string[] {
  return items
    .map(({ sk }) => String(sk))
    .flatMap((sk) => (sk.startsWith(prefix) ? [sk.slice(prefix.length)] : []));
}

/** Ids of a sender's messages, whether a queue has them or not. */
async function sentBy(address: Reached, table: Table): Promise<readonly string[]> {
  const sender: Address = { ...address, verified: false };
  const of = async (index: string) => {
    const { items } = await table.query({
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :index',
      ExpressionAttributeValues: { ':index': index },
    });
    return items.map(({ message }) => message as InboundMessage);
  };
  const messages = [...(await of(senderIndex(sender))), ...(await of(UNQUEUED))];
  return messages.filter(({ from }) => nameOf(from) === nameOf(address)).map(({ id }) => id);
}

/** Follows everything that leads from a customer's record; undefined when there is no such record. */
export async function traceCustomer(
  customerId: string,
  table: Table,
  itemsOf: ItemsOf,
): Promise<Traces | undefined> {
  const { records, addresses } = await personOf(customerId, itemsOf);
  const own = records.get(customerId) ?? [];
  if (own.length === 0) return undefined;
  const notes = [...records.values()].flat().flatMap(({ place }) => (place as Place | undefined) ?? []);
  const conversations = [...new Map(notes.map((place) => [place.conversationId, place])).values()];

  const messageIds = new Set<string>();
  for (const address of addresses) for (const id of await sentBy(address, table)) messageIds.add(id);
  for (const { conversationId } of conversations) {
    for (const { message } of await itemsOf(conversationPk(conversationId), 'MESSAGE#'))
      messageIds.add((message as InboundMessage).id);
  }
  const ids = [...records.keys()];
  for (const id of ids) if (id !== customerId) await table.put({ ...joinedKey(customerId, id) });
  for (const address of addresses) await table.put({ ...ownedKey(customerId, address) });
  return { customerIds: ids, addresses, conversations, messageIds: [...messageIds] };
}
