/** What a message of a queue carries, as it goes over the wire: the stand-in for SQS drops system attributes. */

import { withContext } from '../../../src/observability/context.ts';
import { DebugLines } from '../../../src/observability/debug-lines.ts';
import { parseTraceparent, parseXRay, type Trace } from '../../../src/observability/trace.ts';
import { startListener } from '../../running/listener.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const X_RAY = 'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1';

let listener: Awaited<ReturnType<typeof startListener>>;
beforeAll(async () => {
  listener = await startListener();
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: listener.url,
  });
});
afterAll(() => listener.close());

async function sentWith(correlationId: string, trace: Trace | undefined, debug: boolean, as = correlationId) {
  const { queuePort } = await import('../../../src/platform/sqs.ts');
  const url = `${listener.url}/1/incoming.fifo`;
  const queue = queuePort({ incoming: url, outbound: url, escalations: url, dlq: [] });
  const invocation = {
    requestId: 'r',
    functionName: 'agent',
    coldStart: false,
    startedAt: 0,
    budgetMs: 1,
    remainingMs: () => 1,
    failed: false,
    held: new DebugLines(),
  };
  const send = () => queue.send('incoming', { body: {}, group: 'g', id: 'i', correlationId: as });
  // The listener is no SQS, and its answer is refused; what it was sent is what matters.
  await withContext({ correlationId, trace, debug, invocation }, send).catch(() => undefined);
  const { MessageAttributes, MessageSystemAttributes } = JSON.parse(listener.posted.at(-1)?.body ?? '{}');
  return { MessageAttributes, MessageSystemAttributes };
}
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

test("the id, a trace context and the choice of debug lines are attributes, X-Ray's trace is a system attribute", async () => {
  expect(await sentWith('id-1', parseTraceparent(PARENT), true)).toEqual({
    MessageAttributes: { correlation_id: text('id-1'), traceparent: text(PARENT), debug: text('on') },
    MessageSystemAttributes: undefined,
  });
  expect(await sentWith('id-2', parseXRay(X_RAY), false)).toEqual({
    MessageAttributes: { correlation_id: text('id-2') },
    MessageSystemAttributes: { AWSTraceHeader: text(X_RAY) },
  });
});

test("what is sent in another's name begins anew", async () => {
  expect(await sentWith('upkeep-1', parseXRay(X_RAY), true, 'theirs')).toEqual({
    MessageAttributes: { correlation_id: text('theirs') },
    MessageSystemAttributes: undefined,
  });
});
