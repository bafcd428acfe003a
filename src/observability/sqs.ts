import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { ServiceError } from './errors.ts';
import { type Origin, originOfMessage } from './origin.ts';

/** One message of a queue as a handler sees it. */
export interface QueueMessage {
  readonly messageId: string;
  /** The body, parsed as JSON. */
  readonly body: unknown;
  /** The FIFO group; empty on a standard queue. */
  readonly groupId: string;
  /** 1 on the first delivery. */
  readonly receiveCount: number;
  /** Milliseconds since the epoch, when it was sent. */
  readonly sentAt: number;
  /** Found in the message's own attributes, else new: one a message, never one a batch. */
  readonly correlationId: string;
}

function toMessage(record: SQSRecord, correlationId: string): QueueMessage {
  let body: unknown;
  try {
    body = JSON.parse(record.body);
  } catch (cause) {
    throw new ServiceError({
      code: 'FTE_MESSAGE_NOT_JSON',
      type: 'parse',
      status: 400,
      message: 'The message of the queue is not JSON.',
      cause,
    });
  }
  return {
    messageId: record.messageId,
    body,
    groupId: record.attributes.MessageGroupId ?? '',
    receiveCount: Number(record.attributes.ApproximateReceiveCount ?? '1'),
    sentAt: Number(record.attributes.SentTimestamp ?? Date.now()),
    correlationId,
  };
}

export interface BatchHooks {
  /** Runs `work` under the record's own context. */
  readonly bind: <T>(origin: Origin, work: () => Promise<T>) => Promise<T>;
  /** Called inside the record's context, once for each record that failed. */
  readonly failed: (error: unknown, record: SQSRecord) => void;
  /** A record that is not handled by then has failed, in milliseconds: what is done must not come again with it. */
  readonly timeLeftMs: () => number;
}

function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(
        new ServiceError({
          code: 'FTE_TIMEOUT',
          type: 'timeout',
          status: 504,
          message: 'The message was not handled in time.',
        }),
      );
    const timer = setTimeout(late, Math.max(0, ms));
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Handles a batch and reports only the records that failed. Groups run side by side, a group's messages one after
 * the other; once one of a group has failed, the later ones of that group are reported too, unprocessed, so that
 * nothing overtakes it.
 */
export async function handleBatch(
  event: SQSEvent,
  handle: (message: QueueMessage) => Promise<void>,
  hooks: BatchHooks,
): Promise<SQSBatchResponse> {
  const groups = new Map<string, SQSRecord[]>();
  for (const record of event.Records) {
    const group = record.attributes.MessageGroupId ?? record.messageId;
    groups.set(group, [...(groups.get(group) ?? []), record]);
  }

  async function handleGroup(records: readonly SQSRecord[]): Promise<SQSBatchItemFailure[]> {
    for (const [at, record] of records.entries()) {
      const origin = originOfMessage(record);
      const succeeded = await hooks.bind(origin, async () => {
        try {
          await inTime(handle(toMessage(record, origin.correlationId)), hooks.timeLeftMs());
          return true;
        } catch (error) {
          hooks.failed(error, record);
          return false;
        }
      });
      if (!succeeded) return records.slice(at).map(({ messageId }) => ({ itemIdentifier: messageId }));
    }
    return [];
  }

  const failures = await Promise.all([...groups.values()].map(handleGroup));
  return { batchItemFailures: failures.flat() };
}
