import type { Address, Customer, Place } from '../../fte/entities.ts';
import { newId } from '../../fte/ids.ts';
import type { CustomerPort } from '../../fte/ports.ts';
import type { Key, Table } from './table.ts';

const identityKey = ({ kind, value }: Pick<Address, 'kind' | 'value'>): Key => ({
  pk: `IDENTITY#${kind}:${value}`,
  sk: 'IDENTITY',
});
const customerKey = (id: string): Key => ({ pk: `CUSTOMER#${id}`, sk: 'CUSTOMER' });

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

  async function conversationNotes(customerId: string) {
    const { items } = await table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': customerKey(customerId).pk, ':prefix': 'CONVERSATION#' },
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
      const sk = `CLAIM#${claimed.kind}:${claimed.value}`;
      await table.put({ pk: identityKey(by).pk, sk });
    },

    async hasClaimed(by, claimed) {
      const identity = await identityOf(by);
      if (identity?.verified !== true) return false;
      const sk = `CLAIM#${claimed.kind}:${claimed.value}`;
      return (await table.get({ pk: identityKey(by).pk, sk })) !== undefined;
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
        await table.put({ ...note, ...{ pk: customerKey(customer.id).pk, sk: String(note.sk) } }, true);
      }
      await table.update(identityKey(other), {
        UpdateExpression: 'SET customer_id = :customer, linked_to = :primary',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':customer': customer.id, ':primary': identityKey(primary).pk },
      });
      return customer;
    },

    async noteConversation(customerId, place, at) {
      const pk = customerKey(customerId).pk;
      await table.put({ pk, sk: `CONVERSATION#${place.conversationId}`, place, noted_at: at }, true);
    },

    async noteLast(customerId, place, at) {
      const pk = customerKey(customerId).pk;
      await table.update(
        { pk, sk: 'LAST' },
        {
          UpdateExpression: 'SET place = :place, last_at = :at',
          // Messages of two channels race; the later one stays.
          ConditionExpression: 'attribute_not_exists(last_at) OR last_at <= :at',
          ExpressionAttributeValues: { ':place': place, ':at': at },
        },
      );
    },

    async lastConversation(customerId) {
      const item = await table.get({ pk: customerKey(customerId).pk, sk: 'LAST' });
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
      await table.put({ ...customerKey(customer.id), customer });
      const first = await table.put(
        { ...identityKey(address), customer_id: customer.id, verified: address.verified },
        true,
      );
      if (first) return { customer, created: true };
      return { customer: (await customerOf(address)) ?? customer, created: false };
    },
  };
}
