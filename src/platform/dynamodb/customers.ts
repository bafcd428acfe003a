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

  return {
    find: customerOf,

    async noteConversation(customerId, place, at) {
      const pk = customerKey(customerId).pk;
      await table.put({ pk, sk: `CONVERSATION#${place.conversationId}`, place, noted_at: at }, true);
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
      const { items } = await table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': customerKey(customerId).pk, ':prefix': 'CONVERSATION#' },
      });
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
