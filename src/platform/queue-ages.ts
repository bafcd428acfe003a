import { CloudWatchClient, type Datapoint, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { QueueAgePort } from '../fte/ports.ts';
import { WORK_QUEUES, type WorkQueue } from '../fte/vocabulary.ts';
import type { Log } from '../observability/logger.ts';
import { requestHandler } from './aws-config.ts';
import type { Config } from './config.ts';
import { remembered } from './reachable.ts';

/** Asked again in a minute anyway. */
const client = new CloudWatchClient({ maxAttempts: 1, requestHandler });

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
 * What CloudWatch does not tell is not known, and nothing fails for it.
 */
export function queueAgePort(
  queues: Pick<Config['queues'], WorkQueue>,
  everyMs: number,
  log: Pick<Log, 'warn'>,
): QueueAgePort {
  const ask = (queue: WorkQueue) =>
    remembered(
      () =>
        lastAge(queues[queue], Date.now()).catch((error: unknown) => {
          log.warn('the age of a queue is not known', { queue, error });
          return undefined;
        }),
      everyMs,
    );
  const ages = Object.fromEntries(WORK_QUEUES.map((queue) => [queue, ask(queue)]));
  return { oldest: async (queue) => ages[queue]?.() };
}
