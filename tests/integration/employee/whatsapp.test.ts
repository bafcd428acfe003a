import { createHmac } from 'node:crypto';
import { LOCAL_SECRETS } from '../../../local/environment.ts';
import { messageId } from '../../../src/fte/channels/whatsapp.ts';
import { twilioSignature } from '../../../src/platform/whatsapp/twilio-signature.ts';
import { sumOf } from '../../running/counted.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { until } from '../../running/until.ts';
import { KEYS, startWhatsAppProvider } from '../../running/whatsapp-provider.ts';

const URL = 'https://fte.example/webhooks/twilio';
let service: RunningService;
let provider: Awaited<ReturnType<typeof startWhatsAppProvider>>;
beforeAll(async () => {
  provider = await startWhatsAppProvider();
  service = await startService({
    environment: {
      FTE_OUTBOX_FILE: '',
      FTE_WHATSAPP_PROVIDER: 'twilio',
      FTE_TWILIO_ACCOUNT_SID: KEYS.accountSid,
      FTE_TWILIO_AUTH_TOKEN: KEYS.authToken,
      FTE_TWILIO_FROM: '+14155238886',
      FTE_TWILIO_API_URL: provider.url,
    },
  });
  service.work();
});
afterAll(async () => {
  await Promise.all([service.stop(), provider.close()]);
});

function twilio(form: Record<string, string>, change: { signature?: string; reference?: string } = {}) {
  const parameters = new Map(Object.entries(form).map(([name, value]) => [name, [value]]));
  const url = change.reference === undefined ? URL : `${URL}?reference=${change.reference}`;
  return service.request(
    'POST /webhooks/twilio',
    {},
    {
      rawBody: new URLSearchParams(form).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': change.signature ?? twilioSignature(KEYS.authToken, url, parameters),
      },
      query: change.reference === undefined ? {} : { reference: change.reference },
    },
  );
}
const sid = (n: number) => `SM${String(n).padStart(32, '0')}`;
const message = (n: number, from: string, Body: string) => ({
  MessageSid: sid(n), From: `whatsapp:${from}`, To: 'whatsapp:+14155238886', Body, NumMedia: '0', ProfileName: 'Ada',
}); // biome-ignore format: a table
const sentTo = (number: string) => provider.taken.filter(({ to }) => to === number);
const count = async (name: string, labels: Record<string, string>) => {
  const { metrics } = await import('../../../src/platform/telemetry.ts');
  return sumOf(await metrics.snapshot(), name, labels);
};

test('a message is answered through the provider, once, however often and in whatever order it comes', async () => {
  const first = message(1, '+16505550001', 'How can I swap a shift with a colleague?');
  const answers = await Promise.all([twilio(first), twilio(first), twilio(first)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers[0]?.text).toContain('<Response/>');
  await until('the answer', () => sentTo('+16505550001').length > 0);
  expect(sentTo('+16505550001')[0]?.text).toMatch(/swap/i);
  expect(sentTo('+16505550001')).toHaveLength(1);
  expect(await count('fte_duplicate_messages_total', { channel: 'whatsapp' })).toBe(2);
  const timed = () => count('fte_customer_response_time_seconds', { channel: 'whatsapp' });
  await until('it is timed', async () => (await timed()) > 0);
  expect(await timed()).toBe(1);
});

test("the customer's next message goes on with the conversation and its ticket", async () => {
  const from = '+16505550002';
  await twilio(message(10, from, 'How do I set my availability?'));
  await until('the first answer', () => sentTo(from).length === 1);
  await twilio(message(11, from, 'And how do I request leave?'));
  await until('the second answer', () => sentTo(from).length === 2);
  const created = await count('fte_ticket_operations_total', { operation: 'create', status: 'success' });
  await twilio(message(12, from, 'Great, thank you!'));
  await until('the third answer', () => sentTo(from).length === 3);
  expect(await count('fte_ticket_operations_total', { operation: 'create', status: 'success' })).toBe(
    created,
  );
  expect(
    await count('fte_ticket_operations_total', { operation: 'update', status: 'success' }),
  ).toBeGreaterThanOrEqual(2);
});

test('delivery statuses count by their rank, each once, in whatever order they come', async () => {
  const from = '+16505550003';
  await twilio(message(20, from, 'How do I reset my password?'));
  const [taken] = await until('the answer', () => sentTo(from).length > 0 && sentTo(from));
  const reference = new globalThis.URL(taken?.reference ?? '').searchParams.get('reference') ?? '';
  for (const MessageStatus of ['delivered', 'sent', 'read', 'delivered']) {
    expect((await twilio({ MessageSid: sid(999), MessageStatus }, { reference })).status).toBe(200);
  }
  for (const [status, times] of Object.entries({ delivered: 1, read: 1, sent: 0, failed: 0 })) {
    expect({
      status,
      times: await count('fte_delivery_status_total', { channel: 'whatsapp', status }),
    }).toEqual({ status, times });
  }
  await twilio({ MessageSid: sid(999), MessageStatus: 'failed', ErrorCode: '63016' }, { reference });
  expect(await count('fte_delivery_status_total', { channel: 'whatsapp', status: 'failed' })).toBe(1);
});

test('a wrong signature is a 403, counted, and nothing is stored', async () => {
  const { status, json } = await twilio(message(30, '+16505550004', 'Hello there'), { signature: 'AAAA' });
  expect(status).toBe(403);
  expect(json.error.code).toBe('FTE_SIGNATURE');
  expect(await count('fte_webhook_rejections_total', { channel: 'whatsapp', reason: 'signature' })).toBe(1);
  const { connect } = await import('../../../src/platform/service.ts');
  expect(await connect().messages.get(messageId('twilio', sid(30)))).toBeUndefined();
});

test('a flood is counted and let go: the provider would only repeat it', async () => {
  const from = '+16505550005';
  for (let n = 0; n < 8; n++)
    expect((await twilio(message(40 + n, from, `Question number ${n} about shifts`))).status).toBe(200);
  expect(
    await count('fte_customer_interactions_total', { channel: 'whatsapp', status: 'rate_limited' }),
  ).toBe(3);
});

test('what the provider refuses for good is not tried again; a person has it', async () => {
  const from = '+16505550006';
  const failed = () =>
    count('fte_customer_interactions_total', {
      channel: 'whatsapp',
      direction: 'outbound',
      status: 'failed',
    });
  const before = await failed();
  await until('the flood is answered', () => sentTo('+16505550005').length === 5);
  await service.rest();
  await twilio(message(60, from, 'How do I export my timesheets?'));
  service.work(['agent']);
  const { connect } = await import('../../../src/platform/service.ts');
  await until('a reply waits', async () => (await connect().queue.size('outbound')) > 0);
  await service.rest();
  provider.next({ status: 400, code: 63016 });
  service.work(['deliver']);
  await until('it is given up', async () => (await failed()) > before);
  expect(sentTo(from)).toEqual([]);
});

describe('Meta', () => {
  const post = (body: unknown, secret: string = LOCAL_SECRETS.FTE_META_APP_SECRET) => {
    const rawBody = JSON.stringify(body);
    const signature = `sha256=${createHmac('sha256', secret).update(rawBody).digest('hex')}`;
    return service.request(
      'POST /webhooks/meta',
      {},
      { rawBody, headers: { 'x-hub-signature-256': signature } },
    );
  };
  const batch = (...messages: object[]) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata: { phone_number_id: '1' }, contacts: [], messages } }] }],
  }); // biome-ignore format: a table
  const text = (id: string, from: string, body: string) => ({
    id,
    from,
    timestamp: String(Math.floor(Date.now() / 1000)),
    type: 'text',
    text: { body },
  });

  test('the verification echoes the challenge, for the right token only', async () => {
    const ask = (token: string) =>
      service.request(
        'GET /webhooks/meta',
        {},
        { query: { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '1158201444' } },
      );
    expect(await ask(LOCAL_SECRETS.FTE_META_VERIFY_TOKEN)).toMatchObject({ status: 200, text: '1158201444' });
    expect((await ask('guess')).status).toBe(403);
  });

  test('a batch is taken message by message; repeated, it is the same', async () => {
    await service.rest();
    const hook = batch(
      text('wamid.A1', '16505550011', 'How do I clock in?'),
      text('wamid.A2', '16505550012', 'How do I clock out?'),
    );
    expect((await post(hook)).status).toBe(200);
    expect((await post(hook)).status).toBe(200);
    service.work();
    await until(
      'both answers',
      () => sentTo('+16505550011').length === 1 && sentTo('+16505550012').length === 1,
    );
  });

  test('another secret is a 403', async () => {
    expect((await post(batch(), 'another secret')).status).toBe(403);
  });
});
