import type { InboundMessage, Place } from '../../fte/entities.ts';
import { digest } from '../../fte/ids.ts';
import type { MessagePort } from '../../fte/ports.ts';
import { messageKey as keyOf, objectKey, rateKey, senderIndex, UNQUEUED } from './keys.ts';
import { expiry, type Item, sortable, type Table } from './table.ts';

/** How long a provider's repetition is recognised, and the message kept. */
const KEEP_DAYS = 90;
const MINUTE_MS = 60_000;
/** Of one sender's last messages; more than the limit needs to know. */
const MOST_RECENT = 20;
const MOST_ATTEMPTS = 5;
/** A day longer than the bucket keeps a mail. */
const OBJECT_DAYS = 31;

function toMessage(item: Item): InboundMessage {
  return item.message as InboundMessage;
}

/**
 * `MESSAGE#<id>`: the message itself, which is also what recognises a repetition. While no queue has it, it stands
 * in the index under `MESSAGE#unqueued`, where `upkeep` finds it; after that under its sender.
 */
export function messagePort(table: Table): MessagePort {
  return {
    async storeOnce(message) {
      const stored = await table.put(
        {
          ...keyOf(message.id),
          message,
          gsi1pk: UNQUEUED,
          gsi1sk: sortable(message.receivedAt),
          expires_at: expiry(message.receivedAt, KEEP_DAYS),
        },
        true,
      );
      if (stored) return { stored, message };
      const item = await table.get(keyOf(message.id));
      return { stored, message: item === undefined ? message : toMessage(item) };
    },

    async get(id) {
      const item = await table.get(keyOf(id));
      return item && toMessage(item);
    },

    async markQueued({ id, from }) {
      await table.update(keyOf(id), {
        UpdateExpression: 'SET message.#queued = :true, gsi1pk = :sender',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(message.erasedAt)',
        ExpressionAttributeNames: { '#queued': 'queued' },
        ExpressionAttributeValues: { ':true': true, ':sender': senderIndex(from) },
      });
    },

    async noteObject(id, { bucket, key }, at) {
      await table.put({ ...objectKey(id, bucket, key), bucket, key, expires_at: expiry(at, OBJECT_DAYS) });
    },

    async place(id, place) {
      const item = await table.update(keyOf(id), {
        UpdateExpression: 'SET place = :place',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(place)',
        ExpressionAttributeValues: { ':place': place },
      });
      return ((item ?? (await table.get(keyOf(id))))?.place as Place | undefined) ?? place;
    },

    async unqueued(before, limit) {
      const { items } = await table.query({
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk < :before',
        ExpressionAttributeValues: { ':pk': UNQUEUED, ':before': sortable(before) },
        Limit: limit,
      });
      return items.map(toMessage);
    },

    async countRecent({ id, channel, from, receivedAt: at }) {
      const own = { id: digest(id).slice(0, 32), at };
      const key = rateKey(from, channel);
      for (let attempt = 1; ; attempt++) {
        const item = await table.get(key);
        const version = Number(item?.version ?? 0);
        const others = ((item?.recent ?? []) as (typeof own)[]).filter((one) => one.id !== own.id);
        // Providers bring messages late: one of half an hour ago neither is part of what comes now, nor ends it.
        const recent = [...others, own].slice(-MOST_RECENT);
        // The minute before it and the one after are two: together they would make a flood of what is none.
        const before = others.filter((one) => one.at <= at && at - one.at < MINUTE_MS).length;
        const after = others.filter((one) => one.at >= at && one.at - at < MINUTE_MS).length;
        const count = 1 + Math.max(before, after);
        const written = await table.update(key, {
          UpdateExpression: 'SET recent = :recent, version = :next, expires_at = :expires',
          ConditionExpression: version === 0 ? 'attribute_not_exists(pk)' : 'version = :version',
          ExpressionAttributeValues: {
            ':recent': recent,
            ':next': version + 1,
            ':expires': expiry(Math.max(...recent.map((one) => one.at)), 1),
            ...(version === 0 ? {} : { ':version': version }),
          },
        });
        if (written !== undefined) return count;
        // Who loses that often against himself is sending faster than a person can.
        if (attempt === MOST_ATTEMPTS) return MOST_RECENT;
      }
    },
  };
}
