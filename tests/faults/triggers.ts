import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type EventSource, pollEventSources } from '../../local/event-sources.ts';
import { type Created, logicalIdOf } from '../../local/resources.ts';
import type { ServerlessYml } from '../running/serverless-yml.ts';
import { FunctionError, InstanceDied } from './instances.ts';

/** Lambda tries an event that nobody waits for so often: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const ASYNC_TRIES = 3;

export interface TriggerOptions {
  readonly yml: ServerlessYml;
  readonly created: ReadonlyMap<string, Created>;
  readonly sqs: SQSClient;
  readonly sqsUrl: string;
  readonly region: string;
  readonly invoke: (functionKey: string, event: unknown) => Promise<unknown>;
  /** Whether the process dies after its handler has ended and before anybody hears of it. */
  readonly diesAtEnd: (functionKey: string) => boolean;
  /** After how many seconds what failed comes again: the visibility time-out, and Lambda's own waiting. */
  readonly retrySeconds: number;
  readonly concurrency: number;
  readonly pollEveryMs: number;
}

/** Whether an invocation ended as invocations may: with an error, or with its process. */
const isEnd = (error: unknown) => error instanceof InstanceDied || error instanceof FunctionError;

/** What calls the functions on AWS beside the API: queues, and events that nobody waits for. */
export function connectTriggers(options: TriggerOptions) {
  const { yml, created, sqs, sqsUrl, region, invoke, diesAtEnd, retrySeconds, concurrency, pollEveryMs } =
    options;
  const sources: EventSource[] = Object.entries(yml.functions).flatMap(([functionKey, { events = [] }]) =>
    events.flatMap(({ sqs: source }) => {
      if (source === undefined) return [];
      const { ref, arn } = created.get(logicalIdOf(source.arn))!;
      return [{ functionKey, queueUrl: ref, queueArn: arn, batchSize: source.batchSize ?? 10 }];
    }),
  );
  const underWay = new Set<Promise<void>>();
  const broken: unknown[] = [];
  let pollers: { stop(): Promise<void> } | undefined;

  /** One invocation by a queue. Whoever dies reports nothing: all of its batch comes back. */
  async function byQueue(functionKey: string, event: unknown): Promise<SQSBatchResponse> {
    const { Records: records } = event as SQSEvent;
    const { queueUrl } = sources.find((source) => source.functionKey === functionKey)!;
    let failed: readonly string[] = records.map(({ messageId }) => messageId);
    try {
      const response = (await invoke(functionKey, event)) as SQSBatchResponse;
      if (!diesAtEnd(functionKey)) failed = response.batchItemFailures.map((one) => one.itemIdentifier);
    } catch (error) {
      if (!isEnd(error)) broken.push(error);
    }
    for (const { messageId, receiptHandle } of records) {
      if (!failed.includes(messageId)) continue;
      // The queue's own time-out is longer than any function may take; nobody wants to wait for it here.
      const back = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: retrySeconds };
      await sqs.send(new ChangeMessageVisibilityCommand(back));
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  }

  async function tryAsync(functionKey: string, event: unknown): Promise<void> {
    let last: unknown;
    for (let tried = 0; tried < ASYNC_TRIES; tried += 1) {
      if (tried > 0) await new Promise((resolve) => setTimeout(resolve, retrySeconds * 1_000));
      try {
        await invoke(functionKey, event);
        if (!diesAtEnd(functionKey)) return;
      } catch (error) {
        if (!isEnd(error)) throw error;
        last = error;
      }
    }
    const destination = yml.functions[functionKey]?.destinations?.onFailure?.arn;
    if (destination === undefined) return;
    const MessageBody = JSON.stringify({
      version: '1.0',
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: ASYNC_TRIES },
      requestPayload: event,
      responsePayload: { errorMessage: String(last) },
    });
    const { ref: QueueUrl } = created.get(logicalIdOf(destination))!;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  }

  return {
    /** What went wrong with the triggers themselves: with a run that is to be believed, nothing. */
    broken: broken as readonly unknown[],
    /** Brings the queues to their functions from now on. */
    work(): void {
      pollers ??= pollEventSources(sources, {
        sqsUrl,
        region,
        invoke: byQueue,
        failed: (_, error) => broken.push(error),
        // The stand-in does not tell those who wait that a message has come back.
        pollEveryMs,
        concurrency,
      });
    },
    /** An event as S3 sends it: nobody waits; Lambda tries three times, then sends it to where the function says. */
    invokeAsync(functionKey: string, event: unknown): void {
      const work = tryAsync(functionKey, event).catch((error: unknown) => {
        broken.push(error);
      });
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    },
    /** How many of those are not at their end yet. */
    pending: () => underWay.size,
    async stop(): Promise<void> {
      await pollers?.stop();
      await Promise.all(underWay);
    },
  };
}
