import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { databaseFailed } from '../../fte/errors.ts';

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
  /** Updates an item and returns it; `undefined` when the condition did not hold. */
  update(key: Key, parts: UpdateParts): Promise<Item | undefined>;
  /** All items that match, page after page, up to `Limit` where that is given. */
  query(parts: QueryParts): Promise<{ readonly items: readonly Item[]; readonly last: Item | undefined }>;
  count(parts: QueryParts): Promise<number>;
}

/** Seven seconds in all at the worst: less than the shortest time-out of a function. */
const client = DynamoDBDocumentClient.from(
  new DynamoDBClient({ maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 } }),
  { marshallOptions: { removeUndefinedValues: true } },
);

async function guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw databaseFailed(error);
  }
}

export function openTable(TableName: string): Table {
  return {
    async get(Key) {
      const result = await guarded(() =>
        client.send(new GetCommand({ TableName, Key, ConsistentRead: true })),
      );
      return result?.Item;
    },

    async put(item, onlyIfNew = false) {
      const condition = onlyIfNew ? { ConditionExpression: 'attribute_not_exists(pk)' } : {};
      const result = await guarded(() =>
        client.send(new PutCommand({ TableName, Item: item, ...condition })),
      );
      return result !== undefined;
    },

    async update(Key, parts) {
      const result = await guarded(() =>
        client.send(new UpdateCommand({ TableName, Key, ...parts, ReturnValues: 'ALL_NEW' })),
      );
      return result?.Attributes;
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
        items.push(...(page?.Items ?? []));
        last = page?.LastEvaluatedKey;
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
        count += page?.Count ?? 0;
        last = page?.LastEvaluatedKey;
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
