import { randomUUID } from 'node:crypto';
import type { Conversation, Entry, InboundMessage, Reply } from '../../fte/entities.ts';
import type { ConversationPort, ReplyPort } from '../../fte/ports.ts';
import {
  entryKey,
  conversationKey as metaKey,
  conversationPk as pkOf,
  pointerKey,
  replyKey,
} from './keys.ts';
import { type Item, sortable, type Table } from './table.ts';

const ACTIVE = 'CONVERSATION#active';

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
      table.put({ ...entryKey(conversationId, message.id), message }, true),

    async touch(conversationId, from, at) {
      await table.update(metaKey(conversationId), {
        UpdateExpression:
          'SET gsi1pk = :active, gsi1sk = :sortable, conversation.lastMessageAt = :at, conversation.lastFrom = :from',
        // Deliveries and messages race; the later moment stays.
        ConditionExpression: 'attribute_exists(pk) AND gsi1sk <= :sortable',
        ExpressionAttributeValues: { ':active': ACTIVE, ':sortable': sortable(at), ':at': at, ':from': from },
      });
    },

    async get(conversationId) {
      const item = await table.get(metaKey(conversationId));
      return item?.conversation as Conversation | undefined;
    },

    async noteTurn(conversationId, { messageId, sentiment, escalatedAt }) {
      const escalated =
        escalatedAt === undefined
          ? ''
          : ', conversation.escalatedAt = if_not_exists(conversation.escalatedAt, :escalated)';
      await table.update(metaKey(conversationId), {
        UpdateExpression: `SET last_turn = :message, conversation.sentiment.#sum = conversation.sentiment.#sum + :sentiment, conversation.sentiment.turns = conversation.sentiment.turns + :one${escalated}`,
        // Turns of a conversation come one after the other; a repeated one is the last one.
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(last_turn) OR last_turn <> :message)',
        ExpressionAttributeNames: { '#sum': 'sum' },
        ExpressionAttributeValues: {
          ':message': messageId,
          ':sentiment': sentiment,
          ':one': 1,
          ...(escalatedAt === undefined ? {} : { ':escalated': escalatedAt }),
        },
      });
    },

    async noteSurvey(conversationId, at) {
      await table.update(metaKey(conversationId), {
        UpdateExpression: 'SET conversation.surveyedAt = :at',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':at': at },
      });
    },

    async between(after, before) {
      const { items } = await table.query({
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk BETWEEN :after AND :before',
        ExpressionAttributeValues: { ':pk': ACTIVE, ':after': sortable(after), ':before': sortable(before) },
      });
      return items.map((item) => item.conversation as Conversation);
    },

    async settle(conversationId) {
      const first = await table.update(metaKey(conversationId), {
        UpdateExpression: 'SET settled = :true REMOVE gsi1pk',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(settled)',
        ExpressionAttributeValues: { ':true': true },
      });
      if (first !== undefined) return true;
      // It went on after it had been settled: out of sight once more, not counted once more.
      await table.update(metaKey(conversationId), {
        UpdateExpression: 'SET settled = :true REMOVE gsi1pk',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':true': true },
      });
      return false;
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
  async function get(conversationId: string, replyId: string): Promise<Reply | undefined> {
    const item = await table.get(replyKey(conversationId, replyId));
    return item?.reply as Reply | undefined;
  }

  return {
    async storeOnce(reply) {
      const { conversationId, id } = reply;
      // The pointer first: a reply that is sent must be found by what comes back for it.
      await table.put({ ...pointerKey(id), conversation_id: conversationId });
      return table.put({ ...replyKey(conversationId, id), reply }, true);
    },

    get,

    async find(replyId) {
      const pointer = await table.get(pointerKey(replyId));
      return pointer && get(String(pointer.conversation_id), replyId);
    },

    async wasErased(replyId) {
      return (await table.get(pointerKey(replyId)))?.erased_at !== undefined;
    },

    async claim({ conversationId, id }) {
      const item = await table.update(replyKey(conversationId, id), {
        UpdateExpression: 'SET reply.#status = :to, reply.claim = :claim',
        ConditionExpression: 'reply.#status = :from',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':from': 'pending', ':to': 'sending', ':claim': randomUUID() },
      });
      return item?.reply as Reply | undefined;
    },

    async settle({ conversationId, id, claim }, to, sentAt) {
      const item = await table.update(replyKey(conversationId, id), {
        UpdateExpression: `SET reply.#status = :to${sentAt === undefined ? '' : ', reply.sentAt = :sentAt'}`,
        ConditionExpression: `reply.#status = :from${claim === undefined ? '' : ' AND reply.claim = :claim'}`,
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':from': 'sending',
          ':to': to,
          ...(claim === undefined ? {} : { ':claim': claim }),
          ...(sentAt === undefined ? {} : { ':sentAt': sentAt }),
        },
      });
      return item !== undefined;
    },

    async notePart({ conversationId, id }, partsSent) {
      await table.update(replyKey(conversationId, id), {
        UpdateExpression: 'SET reply.partsSent = :parts',
        ConditionExpression: 'attribute_exists(pk) AND reply.partsSent < :parts',
        ExpressionAttributeValues: { ':parts': partsSent },
      });
    },

    async moveStatus({ conversationId, id }, from, to) {
      const item = await table.update(replyKey(conversationId, id), {
        UpdateExpression: 'SET reply.deliveryStatus = :to',
        ConditionExpression:
          from === undefined
            ? 'attribute_exists(pk) AND attribute_not_exists(reply.deliveryStatus)'
            : 'reply.deliveryStatus = :from',
        ExpressionAttributeValues: { ':to': to, ...(from === undefined ? {} : { ':from': from }) },
      });
      return item !== undefined;
    },
  };
}
