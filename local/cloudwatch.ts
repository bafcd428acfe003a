import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FauxqsServer } from 'fauxqs';
import { HOST } from './ports.ts';

interface Asked {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name?: string; readonly Value?: string }[];
}

/** As SQS tells CloudWatch: 0 for an empty queue, in whole seconds otherwise. */
function oldestAge(queues: Pick<FauxqsServer, 'inspectQueue'>, name: string): number | undefined {
  const found = queues.inspectQueue(name);
  if (found === undefined) return undefined;
  const { ready, delayed, inflight } = found.messages;
  const sent = [...ready, ...delayed, ...inflight.map(({ message }) => message)].map(
    ({ sentTimestamp }) => sentTimestamp,
  );
  return sent.length === 0 ? 0 : Math.floor((Date.now() - Math.min(...sent)) / 1000);
}

/**
 * Stands in for the one call of CloudWatch that the service makes, GetMetricStatistics for the age of a queue's oldest
 * message; anything else is refused by name. On a free port.
 */
export async function startCloudWatch(queues: Pick<FauxqsServer, 'inspectQueue'>) {
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    const refuse = (message: string) => answer(400, { __type: 'InvalidParameterValue', message });

    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1];
    if (operation !== 'GetMetricStatistics')
      return refuse(`The stand-in for CloudWatch knows GetMetricStatistics, not "${operation}".`);
    const { Namespace, MetricName, Dimensions = [] } = JSON.parse(await text(request)) as Asked;
    if (Namespace !== 'AWS/SQS' || MetricName !== 'ApproximateAgeOfOldestMessage')
      return refuse(`AWS/SQS ApproximateAgeOfOldestMessage is known, not "${Namespace} ${MetricName}".`);
    const name = Dimensions.find(({ Name }) => Name === 'QueueName')?.Value ?? '';
    const age = oldestAge(queues, name);
    const now = Math.floor(Date.now() / 1000);
    return answer(200, {
      Label: MetricName,
      Datapoints: age === undefined ? [] : [{ Timestamp: now, Maximum: age, Unit: 'Seconds' }],
    });
  }
  const server = createServer((request, response) => {
    // Whoever asked may be gone in the middle of it.
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
