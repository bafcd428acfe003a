import type { Receipt, Ticket } from '../../fte/entities.ts';
import { invalidInput } from '../../fte/errors.ts';
import type { TicketPort } from '../../fte/ports.ts';
import type { TicketStatus } from '../../fte/vocabulary.ts';
import { ticketPk as pkOf, receiptKey, ticketKey } from './keys.ts';
import { sortable, type Table } from './table.ts';

const statusIndex = (status: TicketStatus) => `TICKET#${status}`;

/** A ticket that is older was escalated, and its news lost, long ago: it is in the list of escalated ones. */
const LOOK_BACK_MS = 30 * 86_400_000;

/** `TICKET#<id>` holds the receipt that intake leaves and the ticket that the agent commits. */
export function ticketPort(table: Table): TicketPort {
  async function update(
    id: string,
    set: Readonly<Record<string, unknown>>,
    condition: string,
    values: Readonly<Record<string, unknown>>,
  ) {
    const given = Object.entries(set).filter(([, value]) => value !== undefined);
    const fields = given.filter(([, value]) => value !== null);
    const removed = given.filter(([, value]) => value === null).map(([field]) => `ticket.#${field}`);
    const names = Object.fromEntries(given.map(([field]) => [`#${field}`, field]));
    const item = await table.update(ticketKey(id), {
      UpdateExpression: `SET ${[
        ...fields.map(([field]) => `ticket.#${field} = :${field}`),
        ...(set.status === undefined ? [] : ['gsi1pk = :index']),
      ].join(', ')}${removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`}`,
      ConditionExpression: `attribute_exists(pk) AND ${condition}`,
      ExpressionAttributeNames: condition.includes('#status') ? { '#status': 'status', ...names } : names,
      ExpressionAttributeValues: {
        ...Object.fromEntries(fields.map(([field, value]) => [`:${field}`, value])),
        ...(set.status === undefined ? {} : { ':index': statusIndex(set.status as TicketStatus) }),
        ...values,
      },
    });
    return item !== undefined;
  }

  function inStatus(statuses: readonly TicketStatus[]) {
    const names = statuses.map((_, i) => `:from${i}`);
    return {
      condition: `ticket.#status IN (${names.join(', ')})`,
      values: Object.fromEntries(statuses.map((status, i) => [`:from${i}`, status])),
    };
  }

  /** By when tickets were opened: those that people never settle may not be read every minute for ever. */
  async function escalated(
    since: number,
    filter: Pick<
      Parameters<Table['query']>[0],
      'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
    >,
  ): Promise<readonly Ticket[]> {
    const { items } = await table.query({
      ...filter,
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :status AND gsi1sk > :oldest',
      ExpressionAttributeValues: {
        ...filter.ExpressionAttributeValues,
        ':status': statusIndex('escalated'),
        ':oldest': sortable(since),
      },
    });
    return items.map((item) => item.ticket as Ticket);
  }

  return {
    async putReceipt(receipt) {
      // Once: what lies there is the same receipt, or says that the customer was erased.
      await table.put({ ...receiptKey(receipt.ticketId), receipt }, true);
    },

    create: (ticket) =>
      table.put(
        {
          ...ticketKey(ticket.id),
          ticket,
          gsi1pk: statusIndex(ticket.status),
          gsi1sk: sortable(ticket.createdAt),
        },
        true,
      ),

    async get(id) {
      const item = await table.get(ticketKey(id));
      return item?.ticket as Ticket | undefined;
    },

    async find(id) {
      const { items } = await table.query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pkOf(id) },
        ConsistentRead: true,
      });
      return {
        receipt: items.find((item) => item.sk === 'RECEIPT')?.receipt as Receipt | undefined,
        ticket: items.find((item) => item.sk === 'TICKET')?.ticket as Ticket | undefined,
      };
    },

    move(id, from, to, change, at, onlyIf) {
      const { condition, values } = inStatus(from);
      const whole =
        onlyIf === undefined ? condition : `${condition} AND attribute_not_exists(ticket.assignee)`;
      return update(id, { ...change, status: to, updatedAt: at }, whole, values);
    },

    goOn: (id, messageId, at) =>
      update(
        id,
        { lastMessageId: messageId, updatedAt: at },
        '(attribute_not_exists(ticket.lastMessageId) OR ticket.lastMessageId <> :lastMessageId)',
        {},
      ),

    escalate(id, from, escalation, priority) {
      const { condition, values } = inStatus(from);
      return update(
        id,
        { escalation, priority, status: 'escalated', updatedAt: escalation.at },
        `attribute_not_exists(ticket.escalation) AND ${condition}`,
        values,
      );
    },

    async markNotified(id) {
      await table.update(ticketKey(id), {
        UpdateExpression: 'SET ticket.escalation.notified = :true',
        ConditionExpression: 'attribute_exists(ticket.escalation)',
        ExpressionAttributeValues: { ':true': true },
      });
    },

    async noteReply(id, at) {
      await update(id, { personRepliedAt: at }, 'attribute_exists(ticket)', {});
    },

    unannounced: (before) =>
      escalated(before - LOOK_BACK_MS, {
        FilterExpression: 'ticket.escalation.notified = :false AND ticket.escalation.#at < :before',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':false': false, ':before': before },
      }),

    unassigned: (now) =>
      escalated(now - LOOK_BACK_MS, { FilterExpression: 'attribute_not_exists(ticket.assignee)' }),

    rate: (id, rating) =>
      update(id, { rating, updatedAt: rating.at }, 'attribute_not_exists(ticket.rating)', {}),

    async list(status, limit, after) {
      const start = after === undefined ? undefined : cursor.read(after, status);
      const { items, last } = await table.query({
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :status',
        ExpressionAttributeValues: { ':status': statusIndex(status) },
        Limit: limit,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      return { tickets: items.map((item) => item.ticket as Ticket), next: last && cursor.write(last) };
    },
  };
}

/** Where a list goes on: the index's own key, without what a caller could use to read elsewhere. */
const cursor = {
  write: (last: Readonly<Record<string, unknown>>) =>
    Buffer.from(JSON.stringify([last.pk, last.gsi1sk])).toString('base64url'),
  read(text: string, status: TicketStatus) {
    const [, id, gsi1sk] =
      /^\["TICKET#(tkt_[0-9a-f]{32})","(\d{15})"\]$/.exec(Buffer.from(text, 'base64url').toString('utf8')) ??
      [];
    if (id === undefined || gsi1sk === undefined) {
      throw invalidInput([{ field: 'after', reason: 'must be the "next" of an earlier answer' }], 'api');
    }
    return { ...ticketKey(id), gsi1pk: statusIndex(status), gsi1sk };
  },
};
