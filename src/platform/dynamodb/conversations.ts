import type { Conversation, Entry, InboundMessage, Reply } from '../../fte/entities.ts';
import type { ConversationPort, ReplyPort } from '../../fte/ports.ts';
import { type Item, type Key, sortable, type Table } from './table.ts';

const ACTIVE = 'CONVERSATION#active';
const pkOf = (id: string) => `CONVERSATION#${id}`;
const metaKey = (id: string): Key => ({ pk: pkOf(id), sk: 'CONVERSATION' });
const replyKey = (conversationId: string, id: string): Key => ({
  pk: pkOf(conversationId),
  sk: `REPLY#${id}`,
});

function toEntry(item: Item): Entry | undefined {
  if (item.message !== undefined) {
    const { id, channel, text, receivedAt } = item.message as InboundMessage;
    return { id, from: 'customer', channel, text, at: receivedAt, delivered: true, countsAsResponse: false };
  }
  if (item.reply === undefined) return undefined;
  const { id, channel, text, author, createdAt, sentAt, status, countsAsResponse } = item.reply as Reply;
  return {
    id,
    from: author,
    channel,
    text,
    at: sentAt ?? createdAt,
    delivered: status === 'sent',
    countsAsResponse,
  };
}

/** `CONVERSATION#<id>` holds the conversation, its messages (`MESSAGE#…`) and its replies (`REPLY#…`). */
export function conversationPort(table: Table): ConversationPort {
  return {
    async open(conversation) {
      const fresh = {
        ...metaKey(conversation.id),
        conversation,
        gsi1pk: ACTIVE,
        gsi1sk: sortable(conversation.lastMessageAt),
      };
      if (await table.put(fresh, true)) return conversation;
      const item = await table.get(metaKey(conversation.id));
      return (item?.conversation as Conversation | undefined) ?? conversation;
    },

    addMessage: (conversationId, message) =>
      table.put({ pk: pkOf(conversationId), sk: `MESSAGE#${message.id}`, message }, true),

    async touch(conversationId, from, at) {
      await table.update(metaKey(conversationId), {
        UpdateExpression:
          'SET gsi1sk = :sortable, conversation.lastMessageAt = :at, conversation.lastFrom = :from',
        // Deliveries and messages race; the later moment stays.
        ConditionExpression: 'attribute_exists(pk) AND gsi1sk <= :sortable',
        ExpressionAttributeValues: { ':sortable': sortable(at), ':at': at, ':from': from },
      });
    },

    async entries(conversationId) {
      const { items } = await table.query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pkOf(conversationId) },
        ConsistentRead: true,
      });
      return items.flatMap((item) => toEntry(item) ?? []).sort((a, b) => a.at - b.at);
    },

    countActive: (since) =>
      table.count({
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk > :since',
        ExpressionAttributeValues: { ':pk': ACTIVE, ':since': sortable(since) },
      }),
  };
}

export function replyPort(table: Table): ReplyPort {
  return {
    storeOnce: (reply) => table.put({ ...replyKey(reply.conversationId, reply.id), reply }, true),

    async get(conversationId, replyId) {
      const item = await table.get(replyKey(conversationId, replyId));
      return item?.reply as Reply | undefined;
    },

    async move({ conversationId, id }, from, to, sentAt) {
      const item = await table.update(replyKey(conversationId, id), {
        UpdateExpression: `SET reply.#status = :to${sentAt === undefined ? '' : ', reply.sentAt = :sentAt'}`,
        ConditionExpression: 'reply.#status = :from',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':from': from,
          ':to': to,
          ...(sentAt === undefined ? {} : { ':sentAt': sentAt }),
        },
      });
      return item !== undefined;
    },
  };
}
