import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { queueFailed } from '../fte/errors.ts';
import type { QueuePort } from '../fte/ports.ts';
import type { ServiceError } from '../observability/errors.ts';
import { queueOrigin } from '../observability/propagation.ts';
import { requestHandler } from './aws-config.ts';
import type { Config } from './config.ts';

const client = new SQSClient({
  maxAttempts: 3,
  requestHandler,
});

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw queueFailed(error);
  }
}

async function sizeOf(QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/**
 * JSON in ASCII. SQS refuses some characters (U+FFFE and U+FFFF, and some stand-ins every emoji); escaped, all pass.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
function asciiJson(body: unknown): string {
  return JSON.stringify(body).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function originAttributes(correlationId: string) {
  const { attributes, traceHeader } = queueOrigin(correlationId);
  const asString = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, asString(value)]),
    ),
    ...(traceHeader === undefined
      ? {}
      : { MessageSystemAttributes: { AWSTraceHeader: asString(traceHeader) } }),
  };
}

/** The FIFO queues; the correlation id, the trace and the choice of debug lines travel as attributes. */
export function queuePort(queues: Config['queues']): QueuePort {
  return {
    async send(queue, { body, group, id, correlationId }) {
      await guarded(() =>
        client.send(
          new SendMessageCommand({
            QueueUrl: queues[queue],
            MessageBody: asciiJson(body),
            MessageGroupId: group,
            MessageDeduplicationId: id,
            ...originAttributes(correlationId),
          }),
        ),
      );
    },

    async size(queue) {
      const urls = queue === 'dlq' ? queues.dlq : [queues[queue]];
      const sizes = await guarded(() => Promise.all(urls.map(sizeOf)));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
  };
}

/**
 * Puts an event that no further try can bring to an end where Lambda puts those that failed three times, in the same form:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 *
 * @throws a 503 (`FTE_QUEUE`).
 */
export async function giveUp(
  QueueUrl: string,
  event: unknown,
  { code, message }: ServiceError,
  correlationId: string,
): Promise<void> {
  const letter = {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: { condition: code, approximateInvokeCount: 1 },
    requestPayload: event,
    responsePayload: { errorType: code, errorMessage: message },
  };
  await guarded(() =>
    client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: asciiJson(letter),
        ...originAttributes(correlationId),
      }),
    ),
  );
}
