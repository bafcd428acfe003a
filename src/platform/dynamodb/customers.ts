import type { Address, Customer, Place } from '../../fte/entities.ts';
import { newId } from '../../fte/ids.ts';
import type { CustomerPort } from '../../fte/ports.ts';
import {
  claimedByKey, claimKey, customerKey, customerPk, erasureKey, identityKey, lastKey, noteKey, ownedKey, recordKey,
} from './keys.ts'; // biome-ignore format: a list
import type { Table } from './table.ts';

/** `IDENTITY#<kind>:<value>` belongs to one customer: a conditional write decides who is first. */
export function customerPort(table: Table): CustomerPort {
  async function customerOf(address: Pick<Address, 'kind' | 'value'>): Promise<Customer | undefined> {
    const identity = await table.get(identityKey(address));
    if (identity === undefined) return undefined;
    const item = await table.get(customerKey(String(identity.customer_id)));
    return item?.customer as Customer | undefined;
  }

  async function identityOf(address: Pick<Address, 'kind' | 'value'>) {
    return table.get(identityKey(address));
  }

  /** One of the two was erased while they were joined: the other goes on alone. */
  async function part(customerId: string, before: string, other: Address): Promise<void> {
    for (const { sk } of await conversationNotes(before)) {
      await table.remove({ pk: customerPk(customerId), sk: String(sk) });
    }
    await table.update(identityKey(other), {
      UpdateExpression: 'SET customer_id = :before REMOVE linked_to',
      ConditionExpression: 'customer_id = :customer',
      ExpressionAttributeValues: { ':before': before, ':customer': customerId },
    });
    await table.remove(ownedKey(customerId, other));
  }

  async function conversationNotes(customerId: string) {
    const { items } = await table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': customerPk(customerId), ':prefix': 'CONVERSATION#' },
    });
    return items;
  }

  return {
    find: customerOf,

    async prove(address) {
      await table.update(identityKey(address), {
        UpdateExpression: 'SET verified = :true',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':true': true },
      });
    },

    async claim(by, claimed) {
      // The way back first: a claim that can't be found from the claimed address could not be erased with it.
      await table.put({ ...claimedByKey(claimed, by) });
      await table.put({ ...claimKey(by, claimed) });
    },

    async hasClaimed(by, claimed) {
      const identity = await identityOf(by);
      if (identity?.verified !== true) return false;
      return (await table.get(claimKey(by, claimed))) !== undefined;
    },

    async link(primary, other) {
      const customer = await customerOf(primary);
      const identity = await identityOf(other);
      if (customer === undefined || identity === undefined) return 'taken';
      const before = String(identity.customer_id);
      if (before === customer.id) return customer;
      if (identity.linked_to !== undefined && identity.linked_to !== identityKey(primary).pk) return 'taken';
      // The conversations first: cut off in between, they are there twice and not nowhere.
      for (const note of await conversationNotes(before)) {
        await table.put({ ...note, ...{ pk: customerPk(customer.id), sk: String(note.sk) } }, true);
      }
      await table.put({ ...ownedKey(customer.id, other) });
      const joined = await table.update(identityKey(other), {
        UpdateExpression: 'SET customer_id = :customer, linked_to = :primary',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':customer': customer.id, ':primary': identityKey(primary).pk },
      });
      if (joined === undefined || (await table.get(erasureKey(customer.id))) !== undefined) {
        await part(customer.id, before, other);
        return 'taken';
      }
      return customer;
    },

    async noteConversation(customerId, place, at) {
      await table.put({ ...noteKey(customerId, place.conversationId), place, noted_at: at }, true);
    },

    async noteLast(customerId, place, at) {
      await table.update(lastKey(customerId), {
        UpdateExpression: 'SET place = :place, last_at = :at',
        // Messages of two channels race; the later one stays.
        ConditionExpression: 'attribute_not_exists(last_at) OR last_at <= :at',
        ExpressionAttributeValues: { ':place': place, ':at': at },
      });
    },

    async lastConversation(customerId) {
      const item = await table.get(lastKey(customerId));
      return item && { place: item.place as Place, at: Number(item.last_at) };
    },

    async conversationsOf(customerId, limit) {
      const items = await conversationNotes(customerId);
      return items
        .toSorted((a, b) => Number(b.noted_at) - Number(a.noted_at))
        .slice(0, limit)
        .map((item) => (item.place as Place).conversationId);
    },

    async resolve(address, name, at) {
      const known = await customerOf(address);
      if (known !== undefined) return { customer: known, created: false };
      const customer: Customer = { id: newId('cus'), name, createdAt: at };
      // The customer first: an identity must never point at nothing. Who loses the race leaves a record without one.
      // Before all else the way to it: not even who loses the race may leave what no erasure would find.
      await table.put({ ...recordKey(address, customer.id) });
      await table.put({ ...customerKey(customer.id), customer });
      await table.put({ ...ownedKey(customer.id, address) });
      const first = await table.put(
        { ...identityKey(address), customer_id: customer.id, verified: address.verified },
        true,
      );
      if (first) return { customer, created: true };
      return { customer: (await customerOf(address)) ?? customer, created: false };
    },
  };
}
