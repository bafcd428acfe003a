import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { databaseFailed } from '../../fte/errors.ts';
import { requestHandler } from '../aws-config.ts';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}
export type Item = Readonly<Record<string, unknown>>;

type UpdateParts = Pick<
  UpdateCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;
type QueryParts = Omit<QueryCommandInput, 'TableName'>;

/** One DynamoDB table, with the few calls that the ports need. Everything but a failed condition is a database error. */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  /** Puts an item; with `onlyIfNew` false when its key was taken. */
  put(item: Key & Item, onlyIfNew?: boolean): Promise<boolean>;
  /** Updates an item and returns it; `undefined` when the condition did not hold. The expression has a `SET`. */
  update(key: Key, parts: UpdateParts): Promise<Item | undefined>;
  /** Removes an item, or finds none. */
  remove(key: Key): Promise<void>;
  /** All items that match, page after page, up to `Limit` where that is given. */
  query(parts: QueryParts): Promise<{ readonly items: readonly Item[]; readonly last: Item | undefined }>;
  count(parts: QueryParts): Promise<number>;
}

/** Three tries of two seconds on AWS: less than the shortest time-out of a function. */
const client = DynamoDBDocumentClient.from(
  new DynamoDBClient({
    maxAttempts: 3,
    requestHandler,
  }),
  { marshallOptions: { removeUndefinedValues: true } },
);

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw databaseFailed(error);
  }
}

export function openTable(TableName: string): Table {
  const read = (Key: Key) =>
    guarded(async () => (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item);

  /**
   * A conditional write. When an answer is lost the SDK writes again and finds its own first try in the way: the mark
   * that each write leaves tells that from somebody else's.
   */
  async function conditional<T>(
    key: Key,
    mark: string,
    write: () => Promise<T>,
  ): Promise<T | Item | undefined> {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw databaseFailed(error);
      if ((error.$metadata.attempts ?? 1) === 1) return undefined;
      const item = await read(key);
      return item?.write_id === mark ? item : undefined;
    }
  }

  return {
    get: read,

    async put(item, onlyIfNew = false) {
      const write_id = randomUUID();
      const condition = onlyIfNew ? { ConditionExpression: 'attribute_not_exists(pk)' } : {};
      const key = { pk: item.pk, sk: item.sk };
      const result = await conditional(key, write_id, () =>
        client.send(new PutCommand({ TableName, Item: { ...item, write_id }, ...condition })),
      );
      return result !== undefined;
    },

    async update(Key, { UpdateExpression = '', ExpressionAttributeValues, ...parts }) {
      const write_id = randomUUID();
      return conditional(Key, write_id, async () => {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName,
            Key,
            ...parts,
            UpdateExpression: UpdateExpression.replace('SET ', 'SET write_id = :write_id, '),
            ExpressionAttributeValues: { ...ExpressionAttributeValues, ':write_id': write_id },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return Attributes;
      });
    },

    async remove(Key) {
      await guarded(() => client.send(new DeleteCommand({ TableName, Key })));
    },

    async query(parts) {
      const items: Item[] = [];
      let last = parts.ExclusiveStartKey;
      do {
        const page = await guarded(() =>
          client.send(
            new QueryCommand({ TableName, ...parts, ...(last ? { ExclusiveStartKey: last } : {}) }),
          ),
        );
        items.push(...(page.Items ?? []));
        last = page.LastEvaluatedKey;
      } while (last !== undefined && (parts.Limit === undefined || items.length < parts.Limit));
      return { items, last };
    },

    async count(parts) {
      let count = 0;
      let last: Record<string, unknown> | undefined;
      do {
        const page = await guarded(() =>
          client.send(
            new QueryCommand({
              TableName,
              ...parts,
              Select: 'COUNT',
              ...(last ? { ExclusiveStartKey: last } : {}),
            }),
          ),
        );
        count += page.Count ?? 0;
        last = page.LastEvaluatedKey;
      } while (last !== undefined);
      return count;
    },
  };
}

/** For index keys, which are text: an instant that sorts as it counts. */
export function sortable(at: number): string {
  return String(Math.max(0, Math.trunc(at))).padStart(15, '0');
}

/** Seconds since the epoch, as DynamoDB's time to live wants them. */
export function expiry(at: number, days: number): number {
  return Math.ceil(at / 1000) + days * 86_400;
}
