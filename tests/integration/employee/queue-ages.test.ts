/** What CloudWatch says of the queues, through the AWS SDK and real HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { QueueAgePort } from '../../../src/fte/ports.ts';

const URLS = {
  incoming: 'https://sqs.example/1/incoming.fifo',
  outbound: 'https://sqs.example/1/outbound.fifo',
  escalations: 'https://sqs.example/1/escalations.fifo',
};
interface Asked {
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly StartTime: number;
  readonly EndTime: number;
  readonly Period: number;
}

let server: Server;
let asked: Asked[];
let answer: { readonly status: number; readonly body: unknown };
let portOf: (everyMs: number) => QueueAgePort;
let warned: unknown[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    asked.push((await json(request)) as Asked);
    response
      .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_CLOUDWATCH: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const { queueAgePort } = await import('../../../src/platform/queue-ages.ts');
  const log = { warn: (message: string, fields?: object) => warned.push({ message, ...fields }) };
  portOf = (everyMs) => queueAgePort(URLS, everyMs, log);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
  warned = [];
});

const points = (...values: readonly (readonly [minute: number, age: number])[]) => ({
  status: 200,
  body: {
    Label: 'ApproximateAgeOfOldestMessage',
    Datapoints: values.map(([minute, age]) => ({ Timestamp: minute * 60, Maximum: age, Unit: 'Seconds' })),
  },
});

test('the newest value counts, whatever the order in which they come', async () => {
  answer = points([10, 70], [12, 190], [11, 130]);
  expect(await portOf(0).oldest('outbound')).toBe(190);
  const [{ Dimensions, StartTime, EndTime, Period } = {} as Asked] = asked;
  expect(Dimensions).toEqual([{ Name: 'QueueName', Value: 'outbound.fifo' }]);
  expect([EndTime - StartTime, Period]).toEqual([300, 60]);
});

test('no value is no guess', async () => {
  answer = points();
  expect(await portOf(0).oldest('incoming')).toBeUndefined();
});

test('each queue is asked for once within the time', async () => {
  const port = portOf(60_000);
  answer = points([1, 5]);
  expect(await port.oldest('incoming')).toBe(5);
  answer = points([2, 65]);
  expect(await port.oldest('incoming')).toBe(5);
  expect(await port.oldest('escalations')).toBe(65);
  expect(asked).toHaveLength(2);
});

test('a refusal is told once in that time, and fails nothing', async () => {
  const port = portOf(60_000);
  answer = { status: 400, body: { __type: 'AccessDenied', message: 'not you' } };
  expect(await port.oldest('incoming')).toBeUndefined();
  expect(await port.oldest('incoming')).toBeUndefined();
  expect(warned).toEqual([
    {
      message: 'the age of a queue is not known',
      queue: 'incoming',
      error: expect.objectContaining({ name: 'AccessDenied' }),
    },
  ]);
  expect(asked).toHaveLength(1);
});
