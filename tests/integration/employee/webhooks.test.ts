/** What providers do to webhooks: forged ones, repeated and shuffled ones, and crashes in the middle of the work. */
import {
  LOCAL_AUTHSERV_ID,
  LOCAL_MAIL_FROM,
  LOCAL_MAIL_TOKEN,
  LOCAL_SECRETS,
} from '../../../local/environment.ts';
import { messageId } from '../../../src/fte/channels/whatsapp.ts';
import type { InboundMessage } from '../../../src/fte/entities.ts';
import { metaSignature } from '../../../src/platform/whatsapp/meta-webhook.ts';
import { twilioSignature } from '../../../src/platform/whatsapp/twilio-signature.ts';
import { seeded } from '../../../traffic/random.ts';
import { sumOf } from '../../running/counted.ts';
import { startListener } from '../../running/listener.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { startSes } from '../../running/ses.ts';
import { sqsRecord } from '../../running/small-service.ts';
import { until } from '../../running/until.ts';
import { KEYS, startWhatsAppProvider } from '../../running/whatsapp-provider.ts';

const URL = 'https://fte.example/webhooks/twilio';
let service: RunningService;
let provider: Awaited<ReturnType<typeof startWhatsAppProvider>>;
let ses: Awaited<ReturnType<typeof startSes>>;
let team: Awaited<ReturnType<typeof startListener>>;
let ports: ReturnType<typeof import('../../../src/platform/service.ts')['connect']>;
beforeAll(async () => {
  [provider, ses, team] = await Promise.all([startWhatsAppProvider(), startSes(), startListener()]);
  service = await startService({
    environment: {
      FTE_OUTBOX_FILE: '',
      FTE_WHATSAPP_PROVIDER: 'twilio',
      FTE_TWILIO_ACCOUNT_SID: KEYS.accountSid,
      FTE_TWILIO_AUTH_TOKEN: KEYS.authToken,
      FTE_TWILIO_FROM: '+14155238886',
      FTE_TWILIO_API_URL: provider.url,
      FTE_NOTIFY_WEBHOOK_URL: team.url,
      AWS_ENDPOINT_URL_SESV2: ses.url,
    },
  });
  ports = (await import('../../../src/platform/service.ts')).connect();
});
afterAll(async () => {
  await service.stop();
  await Promise.all([provider.close(), ses.close(), team.close()]);
});
beforeEach(() => service.work());

const count = async (name: string, labels: Record<string, string> = {}) =>
  sumOf(await ports.metrics.snapshot(), name, labels);

const sidOf = (n: number) => `SM${String(n).padStart(32, '0')}`;
const numberOf = (n: number) => `+1650555${String(n).padStart(4, '0')}`;
const addressOf = (n: number) => `person-${n}@example.com`;
const TEXT = 'How can I swap a shift with a colleague?';

function twilio(n: number, { signedUrl = URL, headers = {}, text = TEXT } = {}) {
  const form = { MessageSid: sidOf(n), From: `whatsapp:${numberOf(n)}`, To: 'whatsapp:+14155238886', Body: text };
  const parameters = new Map(Object.entries(form).map(([name, value]) => [name, [value]]));
  const signature = twilioSignature(KEYS.authToken, signedUrl, parameters);
  const rawBody = new URLSearchParams(form).toString();
  return service.request('POST /webhooks/twilio', {}, { rawBody, headers: { 'x-twilio-signature': signature, ...headers } });
} // biome-ignore format: one line each

function meta(n: number) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const messages = [{ id: `wamid.${n}`, from: numberOf(n).slice(1), timestamp, type: 'text', text: { body: TEXT } }];
  const value = { messaging_product: 'whatsapp', metadata: { phone_number_id: '1' }, contacts: [], messages };
  const rawBody = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
  });
  const signature = metaSignature(LOCAL_SECRETS.FTE_META_APP_SECRET, Buffer.from(rawBody));
  return service.request('POST /webhooks/meta', {}, { rawBody, headers: { 'x-hub-signature-256': signature } });
} // biome-ignore format: one line each

function email(n: number) {
  const rawBody = [
    `Authentication-Results: ${LOCAL_AUTHSERV_ID}; dmarc=pass header.from=example.com`,
    `From: Ada <${addressOf(n)}>`,
    `To: ${LOCAL_MAIL_FROM}`,
    'Subject: A question',
    `Message-ID: <w${n}@example.com>`,
    '',
    TEXT,
  ].join('\r\n');
  const headers = { 'content-type': 'message/rfc822', authorization: `Bearer ${LOCAL_MAIL_TOKEN}` };
  return service.request('POST /webhooks/email', {}, { rawBody, headers });
}

const toldTo = (n: number) => provider.taken.filter(({ to }) => to === numberOf(n)).length;
const mailedTo = (n: number) =>
  ses.taken.filter(({ Destination }) => Destination.ToAddresses.includes(addressOf(n))).length;
/** Nothing is under way any more, so that what was not sent by now will not be. */
const allDone = () =>
  until('the queues are empty', async () => {
    const sizes = [await ports.queue.size('incoming'), await ports.queue.size('outbound')];
    return [...sizes, await ports.queue.size('escalations')].every((size) => size === 0);
  });

describe('a Twilio signature of somebody who does not know our URL', () => {
  const REFUSED = { channel: 'whatsapp', reason: 'signature' };
  test.each([
    ['another host', 'https://other.example/webhooks/twilio'],
    ['another scheme', 'http://fte.example/webhooks/twilio'],
    ['another port', 'https://fte.example:8443/webhooks/twilio'],
    ['another path', 'https://fte.example/webhooks/meta'],
    ['a query', 'https://fte.example/webhooks/twilio?a=1'],
  ])('%s is a 403, counted, and nothing is stored, whatever the headers claim', async (_, signedUrl) => {
    const { host, protocol } = new globalThis.URL(signedUrl);
    const headers = { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
    const before = await count('fte_webhook_rejections_total', REFUSED);
    const errors = await count('fte_errors_total', { error_type: 'signature', component: 'whatsapp' });
    expect(await twilio(1, { signedUrl, headers })).toMatchObject({ status: 403, json: { error: { code: 'FTE_SIGNATURE' } } });
    expect(await count('fte_webhook_rejections_total', REFUSED)).toBe(before + 1);
    expect(await count('fte_errors_total', { error_type: 'signature', component: 'whatsapp' })).toBe(errors + 1);
    expect(await ports.messages.get(messageId('twilio', sidOf(1)))).toBeUndefined();
  }); // biome-ignore format: one line

  test('the right one is taken, behind whatever proxy', async () => {
    const headers = {
      host: 'internal:8080',
      'x-forwarded-host': 'other.example',
      'x-forwarded-proto': 'http',
    };
    expect((await twilio(1, { headers })).status).toBe(200);
    await until('the answer', () => toldTo(1) === 1);
  });
});

test('everything three times, shuffled: one message stored, one answer to each', async () => {
  const roads = [
    { channel: 'whatsapp', deliver: twilio, told: toldTo, people: [11, 12, 13], id: (n: number) => messageId('twilio', sidOf(n)) },
    { channel: 'whatsapp', deliver: meta, told: toldTo, people: [21, 22, 23], id: (n: number) => messageId('meta', `wamid.${n}`) },
    { channel: 'email', deliver: email, told: mailedTo, people: [31, 32, 33], id: (n: number) => `email#<w${n}@example.com>` },
  ]; // biome-ignore format: a table
  const stored = (channel: string) =>
    count('fte_customer_interactions_total', { channel, direction: 'inbound', status: 'success' });
  const again = (channel: string) => count('fte_duplicate_messages_total', { channel });
  const before = [await stored('whatsapp'), await stored('email'), await again('whatsapp'), await again('email')];
  const all = roads.flatMap(({ deliver, people }) =>
    [...people, ...people, ...people].map((n) => () => deliver(n)),
  );
  // All at once: two of the same must not both find that they are the first.
  const answers = await Promise.all(seeded(4711).shuffled(all).map((send) => send()));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const { told, people } of roads) {
    for (const n of people) await until(`an answer to ${n}`, () => told(n) > 0);
  }
  await allDone();
  expect(roads.map(({ told, people }) => people.map(told))).toEqual(Array(3).fill([1, 1, 1]));
  const [w = 0, e = 0, wAgain = 0, eAgain = 0] = before;
  expect([await stored('whatsapp'), await stored('email')]).toEqual([w + 6, e + 3]);
  expect([await again('whatsapp'), await again('email')]).toEqual([wAgain + 12, eAgain + 6]);
}); // biome-ignore format: one line

describe('a crash between storing and queueing', () => {
  /** What it leaves: the message as the webhook's handler stores it, and nothing in the queue. */
  async function leave(n: number): Promise<void> {
    const { whatsappMessage } = await import('../../../src/fte/intake/whatsapp.ts');
    const told = { id: sidOf(n), from: numberOf(n), name: undefined, text: TEXT };
    const message: InboundMessage = whatsappMessage('twilio', told, { receivedAt: Date.now() - 60_000, correlationId: 'c' });
    await ports.messages.storeOnce(message);
  } // biome-ignore format: one line

  test.each<[string, number, ((n: number) => Promise<unknown>)[]]>([
    ["the provider's retry", 41, [twilio, twilio]],
    ['upkeep', 42, [() => service.invoke('upkeep', {}), () => service.invoke('upkeep', {})]],
    ['both at once', 43, [twilio, () => service.invoke('upkeep', {})]],
  ])('%s queues it; there is one answer', async (_, n, repairs) => {
    await leave(n);
    await Promise.all(repairs.map((repair) => repair(n)));
    await until('the answer', () => toldTo(n) > 0);
    await Promise.all(repairs.map((repair) => repair(n)));
    await allDone();
    expect(toldTo(n)).toBe(1);
    expect((await ports.messages.get(messageId('twilio', sidOf(n))))?.queued).toBe(true);
  });
});

describe('a crash around a send', () => {
  const newsOf = (ticketId: string) =>
    team.posted
      .map(({ body }) => JSON.parse(body))
      .filter(({ kind, ticket_id }) => kind === 'delivery_in_doubt' && ticket_id === ticketId);
  async function replyTo(kind: 'whatsapp' | 'email', value: string) {
    const customer = await until('the customer', () => ports.customers.find({ kind, value }));
    const last = await until('the conversation', () => ports.customers.lastConversation(customer.id));
    const { conversationId, ticketId } = last.place;
    const id = await until('the reply', async () =>
      (await ports.conversations.entries(conversationId)).find(({ from }) => from === 'employee')?.id);
    const status = async () => (await ports.replies.get(conversationId, id))?.status;
    return { conversationId, ticketId, id, status };
  } // biome-ignore format: one line each

  test.each([
    ['whatsapp', 'taken, and the answer is lost', 51, 1],
    ['whatsapp', 'broken off before it was taken', 52, 0],
    ['whatsapp', 'our own end, between the claim and the send', 53, 0],
    ['email', 'taken, and the answer is lost', 54, 1],
    ['email', 'our own end, between the claim and the send', 55, 0],
  ] as const)('%s, %s: counted once, told to a person, never sent again', async (channel, what, n, taken) => {
    const [deliverWebhook, told] = channel === 'email' ? [email, mailedTo] : [twilio, toldTo];
    const doubts = () => count('fte_deliveries_in_doubt_total', { channel });
    const before = await doubts();
    await service.rest();
    service.work(['agent']);
    await deliverWebhook(n);
    const reply = await replyTo(channel, channel === 'email' ? addressOf(n) : numberOf(n));
    await until('it is queued', async () => (await ports.queue.size('outbound')) > 0);
    await service.rest();
    if (what.startsWith('our own')) await ports.replies.claim(reply);
    else if (channel === 'email') ses.behave({ do: 'take and break off' });
    else provider.next(taken === 1 ? 'breaks off after taking' : 'breaks off before taking');
    service.work();
    await until('it is in doubt', async () => (await doubts()) > before);
    ses.behave({ do: 'take' });
    const { conversationId, id } = reply;
    const record = sqsRecord('again', JSON.stringify({ conversationId, replyId: id }), 'g');
    for (let i = 0; i < 2; i++) await service.deliverTo('deliver', { Records: [record] } as never);
    await deliverWebhook(n);
    await until('a person is told', () => newsOf(reply.ticketId).length > 0);
    await allDone();
    expect({ status: await reply.status(), sent: told(n), doubts: (await doubts()) - before, news: newsOf(reply.ticketId).length }).toEqual({
      status: 'in_doubt', sent: taken, doubts: 1, news: 1,
    });
  }); // biome-ignore format: one line
});
