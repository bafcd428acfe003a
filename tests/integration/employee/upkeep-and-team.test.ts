import { questionOf } from '../../running/form.ts';
import { startListener } from '../../running/listener.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { sqsRecord } from '../../running/small-service.ts';
import { until } from '../../running/until.ts';

let service: RunningService;
let webhook: Awaited<ReturnType<typeof startListener>>;
let mail: Awaited<ReturnType<typeof startListener>>;
beforeAll(async () => {
  webhook = await startListener();
  mail = await startListener();
  service = await startService({
    environment: {
      FTE_NOTIFY_WEBHOOK_URL: `${webhook.url}/hook`,
      FTE_NOTIFY_ADDRESS: 'team@example.com',
      FTE_MAIL_FROM: 'fte@example.com',
      AWS_ENDPOINT_URL_SESV2: mail.url,
    },
  });
});
afterAll(async () => {
  await service.stop();
  for (const { close } of [webhook, mail]) close();
});

test('a message that was stored but never queued is queued again, once, and answered', async () => {
  const { connect } = await import('../../../src/platform/service.ts');
  const { formMessage } = await import('../../../src/fte/intake/form.ts');
  const { messages, queue } = connect();
  // What a crash between storing and queueing leaves, a minute ago.
  const delivery = {
    idempotencyKey: undefined,
    receivedAt: Date.now() - 60_000,
    correlationId: 'stranded-1',
  };
  const message = formMessage(questionOf(), delivery);
  await messages.storeOnce(message);
  const fresh = formMessage(questionOf(), { ...delivery, receivedAt: Date.now() });
  await messages.storeOnce(fresh);

  await service.invoke('upkeep', {});
  await service.invoke('upkeep', {});
  expect(await queue.size('incoming')).toBe(1);
  expect((await messages.get(message.id))?.queued).toBe(true);
  // It may still be on its way from intake.
  expect((await messages.get(fresh.id))?.queued).toBe(false);
  service.work(['agent', 'deliver']);
  await until('the answer', async () => {
    const { json } = await service.request('GET /support/ticket/{id}', { id: message.ticketId });
    return json.messages.length === 2;
  });
  await service.rest();
});

test('one that can not be queued keeps none of those behind it from being queued', async () => {
  const { connect } = await import('../../../src/platform/service.ts');
  const { formMessage } = await import('../../../src/fte/intake/form.ts');
  const { requeueStranded } = await import('../../../src/fte/operations/upkeep.ts');
  const ports = connect();
  const strandedAt = async (ago: number) => {
    const receivedAt = Date.now() - ago;
    const delivery = { idempotencyKey: undefined, receivedAt, correlationId: 'stranded-2' };
    const message = formMessage(questionOf(), delivery);
    await ports.messages.storeOnce(message);
    return message;
  };
  const [first, second] = [await strandedAt(80_000), await strandedAt(70_000)];
  const queue = {
    ...ports.queue,
    send: async (name: 'incoming', message: { body: unknown }) => {
      if (JSON.stringify(message.body).includes(first!.id)) throw new Error('not this one');
      await ports.queue.send(name, message as never);
    },
  };
  const tickets = ports.ticketStore;
  await expect(requeueStranded({ ...ports, tickets, queue: queue as never })).rejects.toThrow('not this one');
  expect(await ports.messages.get(first!.id)).toMatchObject({ queued: false });
  expect(await ports.messages.get(second!.id)).toMatchObject({ queued: true });
  await requeueStranded({ ...ports, tickets });
  expect(await ports.messages.get(first!.id)).toMatchObject({ queued: true });
});

test('the team is told by webhook and by mail, with ticket and correlation id', async () => {
  const news = JSON.stringify({
    kind: 'escalated',
    ticketId: 'tkt_1',
    text: 'refund_request: twice charged',
  });
  expect(
    await service.deliverTo('notify', { Records: [sqsRecord('1', news, 'g', 'corr-1')] } as never),
  ).toEqual({ batchItemFailures: [] });
  expect(webhook.posted[0]?.url).toBe('/hook');
  expect(JSON.parse(webhook.posted[0]?.body ?? '')).toEqual({
    text: '[escalated] ticket tkt_1: refund_request: twice charged', kind: 'escalated', ticket_id: 'tkt_1', correlation_id: 'corr-1',
  }); // biome-ignore format: a table
  const sent = JSON.parse(mail.posted[0]?.body ?? '');
  expect(mail.posted[0]?.url).toBe('/v2/email/outbound-emails');
  expect(sent).toMatchObject({
    FromEmailAddress: 'fte@example.com',
    Destination: { ToAddresses: ['team@example.com'] },
  });
  expect(sent.Content.Simple.Body.Text.Data).toContain('corr-1');
  expect(sent.Content.Simple.Headers).toEqual([{ Name: 'x-correlation-id', Value: 'corr-1' }]);
  expect(webhook.headers[0]?.['x-correlation-id']).toBe('corr-1');
});

test('a webhook that refuses leaves the news in the queue', async () => {
  webhook.state.status = 500;
  const news = JSON.stringify({ kind: 'escalated', ticketId: 'tkt_2', text: 'x' });
  const { batchItemFailures } = await service.deliverTo('notify', {
    Records: [sqsRecord('9', news, 'g')],
  } as never);
  expect(batchItemFailures).toEqual([{ itemIdentifier: '9' }]);
});
