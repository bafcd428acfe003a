import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Invoke } from './invoke.ts';
import { LOCAL_CREDENTIALS } from './resources.ts';

/** Queue → function, as an `sqs` event of `serverless.yml` says. */
export interface EventSource {
  readonly functionKey: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly batchSize: number;
}

export interface EventSourceOptions {
  readonly sqsUrl: string;
  readonly region: string;
  readonly invoke: Invoke;
  readonly failed: (functionKey: string, error: unknown) => void;
  /** Batches of one queue that are handled at the same time. FIFO groups keep their order whatever it is. */
  readonly concurrency?: number;
  /** Asks again and again with this pause, in milliseconds, instead of long polling. */
  readonly pollEveryMs?: number;
}

const LONG_POLL_SECONDS = 2;
/** After an error that no message caused, in milliseconds. */
const BACK_OFF_MS = 500;

function toRecord(message: Message, { queueArn }: EventSource, region: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, { DataType, StringValue }]) => [
      name,
      {
        dataType: DataType ?? 'String',
        stringValue: StringValue ?? '',
        stringListValues: [],
        binaryListValues: [],
      },
    ],
  );
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

/**
 * Brings the queues' messages to their functions as Lambda does: long polling, batches, `ReportBatchItemFailures`.
 * Only what was handled is deleted; the rest comes back after its visibility time-out, and after `maxReceiveCount`
 * receives the queue itself moves it to the dead-letter queue.
 */
export function pollEventSources(sources: readonly EventSource[], options: EventSourceOptions) {
  const { sqsUrl: endpoint, region, invoke, failed, concurrency = 4, pollEveryMs } = options;
  const sqs = new SQSClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  const stopping = new AbortController();

  async function receive({ queueUrl, batchSize }: EventSource): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: batchSize,
      WaitTimeSeconds: pollEveryMs === undefined ? LONG_POLL_SECONDS : 0,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await sqs.send(command, { abortSignal: stopping.signal });
    return Messages;
  }

  async function handle(messages: readonly Message[], source: EventSource): Promise<void> {
    const event: SQSEvent = { Records: messages.map((message) => toRecord(message, source, region)) };
    const response = (await invoke(source.functionKey, event)) as SQSBatchResponse | undefined;
    const failures = new Set(response?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
    const handled = messages.filter(({ MessageId }) => !failures.has(MessageId ?? ''));
    if (handled.length === 0) return;
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: source.queueUrl,
        Entries: handled.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })),
      }),
    );
  }

  async function poll(source: EventSource): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const messages = await receive(source);
        if (messages.length > 0) await handle(messages, source);
        else if (pollEveryMs !== undefined) await new Promise((resolve) => setTimeout(resolve, pollEveryMs));
      } catch (error) {
        if (stopping.signal.aborted) return;
        failed(source.functionKey, error);
        await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS));
      }
    }
  }

  const pollers = sources.flatMap((source) => Array.from({ length: concurrency }, () => poll(source)));
  return {
    /** Resolves once nothing is in flight any more. */
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(pollers);
      sqs.destroy();
    },
  };
}
