import { CloudWatchClient, type Datapoint, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { queueFailed } from '../fte/errors.ts';
import type { QueueAgePort } from '../fte/ports.ts';
import type { WorkQueue } from '../fte/vocabulary.ts';
import { requestHandler } from './aws-config.ts';
import type { Config } from './config.ts';

const client = new CloudWatchClient({ maxAttempts: 2, requestHandler });

const MINUTE_MS = 60_000;
/** SQS's values are there a minute or two late. */
const LOOK_BACK_MS = 5 * MINUTE_MS;

/** The last value of the last minutes; none for a queue that has been left alone for hours. */
async function lastAge(queueUrl: string, now: number): Promise<number | undefined> {
  const { Datapoints = [] } = await client.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: queueUrl.split('/').at(-1) }],
      StartTime: new Date(now - LOOK_BACK_MS),
      EndTime: new Date(now),
      Period: MINUTE_MS / 1000,
      Statistics: ['Maximum'],
    }),
  );
  const at = ({ Timestamp }: Datapoint) => Timestamp?.getTime() ?? 0;
  // They come in no order.
  return [...Datapoints].sort((a, b) => at(b) - at(a))[0]?.Maximum;
}

/**
 * The ages of the queues' oldest messages. SQS tells them to CloudWatch only, where each is asked for once in `everyMs`:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function queueAgePort(queues: Config['queues'], everyMs: number): QueueAgePort {
  const known = new Map<WorkQueue, { readonly age: number | undefined; readonly askedAt: number }>();
  return {
    async oldest(queue) {
      const now = Date.now();
      const last = known.get(queue);
      if (last !== undefined && now - last.askedAt < everyMs) return last.age;
      try {
        const age = await lastAge(queues[queue], now);
        known.set(queue, { age, askedAt: now });
        return age;
      } catch (error) {
        throw queueFailed(error);
      }
    },
  };
}
