/** What stands at the door of every route: headers, sizes, limits by source, the replay window. */
import { LOCAL_SECRETS } from '../../../local/environment.ts';
import { SECURITY_HEADERS } from '../../../src/observability/security-headers.ts';
import { metaSignature } from '../../../src/platform/whatsapp/meta-webhook.ts';
import { sumOf } from '../../running/counted.ts';
import { questionOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';

const PER_MINUTE = 3;
let service: RunningService;
let ports: ReturnType<typeof import('../../../src/platform/service.ts')['connect']>;
beforeAll(async () => {
  service = await startService({ environment: { FTE_SOURCE_MESSAGES_PER_MINUTE: String(PER_MINUTE) } });
  ports = (await import('../../../src/platform/service.ts')).connect();
});
afterAll(() => service.stop());

const count = async (name: string, labels: Record<string, string>) =>
  sumOf(await ports.metrics.snapshot(), name, labels);

test.each([
  'GET /',
  'GET /health',
  'GET /metrics',
  'GET /nowhere',
  'POST /support/submit',
  'GET /support/ticket/{id}',
  'GET /support/tickets',
  'GET /webhooks/meta',
  'POST /webhooks/twilio',
  'POST /webhooks/email',
])('%s carries the security headers, refused or not', async (route) => {
  const { headers } = await service.request(route, { id: 'x' });
  const page = route === 'GET /';
  expect(headers).toMatchObject({
    ...SECURITY_HEADERS,
    ...(page
      ? { 'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'sha256-/), 'cache-control': 'no-cache' }
      : {}),
  });
}); // biome-ignore format: one line

/** A body just over what the route takes, in bytes. */
const KIB = 1024;
test.each([
  ['POST /support/submit', 64 * KIB, 'web_form'],
  ['POST /support/ticket/{id}/messages', 64 * KIB, 'web_form'],
  ['POST /support/ticket/{id}/feedback', 64 * KIB, undefined],
  ['POST /webhooks/twilio', 64 * KIB, 'whatsapp'],
  ['POST /webhooks/meta', 4 * KIB * KIB, 'whatsapp'],
  ['POST /webhooks/email', 6 * KIB * KIB, 'email'],
])('%s takes %i bytes and not one more', async (route, limit, channel) => {
  const id = `tkt_${'0'.repeat(32)}`;
  const before = await count('fte_webhook_rejections_total', { reason: 'too_large' });
  const tooLarge = await service.request(route, { id }, { rawBody: ' '.repeat(limit + 1) });
  expect(tooLarge).toMatchObject({ status: 413, json: { error: { code: 'FTE_BODY_TOO_LARGE' } } });
  expect((await count('fte_webhook_rejections_total', { reason: 'too_large' })) - before).toBe(channel === undefined ? 0 : 1);
  expect((await service.request(route, { id }, { rawBody: ' '.repeat(limit) })).status).not.toBe(413);
}); // biome-ignore format: one line

describe('the limit per source', () => {
  /** The middle of a minute, so that none of these ends in the next one. */
  const receivedAt = Math.floor(Date.now() / 60_000) * 60_000 + 30_000;
  const submit = (sourceIp: string, headers: Record<string, string> = {}) =>
    service.request('POST /support/submit', {}, { body: questionOf(), sourceIp, receivedAt, headers });

  test('is by network, whatever senders and forwarding headers are claimed; counted as rate_limited', async () => {
    const limited = { channel: 'web_form', direction: 'inbound', status: 'rate_limited' };
    const before = await count('fte_customer_interactions_total', limited);
    const rejected = await count('fte_webhook_rejections_total', { channel: 'web_form', reason: 'rate_limited' });
    const answers = [];
    for (let i = 0; i <= PER_MINUTE; i++)
      answers.push(await submit('192.0.2.1', { 'x-forwarded-for': `198.51.100.${i}` }));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
    expect(answers.at(-1)).toMatchObject({ headers: { 'retry-after': '60' }, json: { error: { code: 'FTE_RATE_LIMITED' } } });
    expect((await submit('192.0.2.2')).status).toBe(201);
    expect(await count('fte_customer_interactions_total', limited)).toBe(before + 1);
    expect(await count('fte_webhook_rejections_total', { channel: 'web_form', reason: 'rate_limited' })).toBe(rejected + 1);
  }); // biome-ignore format: one line

  test('another address of the same IPv6 network is the same source', async () => {
    for (let i = 1; i <= PER_MINUTE; i++) expect((await submit(`2001:db8::${i}`)).status).toBe(201);
    expect((await submit('2001:db8::ffff')).status).toBe(429);
    expect((await submit('2001:db8:0:1::1')).status).toBe(201);
  });

  test('holds for follow-ups, which are counted with the forms', async () => {
    const sourceIp = '192.0.2.3';
    const { json } = await submit(sourceIp);
    const follow = () =>
      service.request(
        'POST /support/ticket/{id}/messages',
        { id: json.ticket_id },
        { body: { message: 'And at night?' }, sourceIp, receivedAt },
      );
    expect([(await follow()).status, (await follow()).status, (await follow()).status]).toEqual([201, 201, 429]);
  }); // biome-ignore format: one line

  test('no address is kept, and what is kept has an end', async () => {
    const { items } = await service.scan();
    const kept = items.filter(({ pk }) => /^(SOURCE|SALT)#/.test(String(pk)));
    expect(kept.length).toBeGreaterThan(3);
    expect(JSON.stringify(items)).not.toMatch(/192\.0\.2\.|2001:0?db8/);
    for (const item of kept) expect(Number(item.expires_at)).toBeLessThan(Date.now() / 1000 + 3 * 86_400);
  });
});

describe("a replayed webhook of Meta's", () => {
  const deliver = (id: string, seconds: number) => {
    const messages = [{ id, from: '16505550199', timestamp: String(seconds), type: 'text', text: { body: 'How can I swap a shift?' } }];
    const value = { messaging_product: 'whatsapp', metadata: { phone_number_id: '1' }, messages };
    const rawBody = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] });
    const signature = metaSignature(LOCAL_SECRETS.FTE_META_APP_SECRET, Buffer.from(rawBody));
    return service.request('POST /webhooks/meta', {}, { rawBody, headers: { 'x-hub-signature-256': signature } });
  }; // biome-ignore format: one line each
  const inbound = (status: string) =>
    count('fte_customer_interactions_total', { channel: 'whatsapp', direction: 'inbound', status });
  const now = Math.floor(Date.now() / 1000);

  test.each([
    ['nine days old', 'wamid.old', now - 9 * 86_400],
    ['two hours ahead', 'wamid.ahead', now + 7200],
  ])('%s: counted as stale, stored nowhere, not asked for again', async (_, id, seconds) => {
    const before = [await count('fte_webhook_rejections_total', { reason: 'stale' }), await inbound('success')];
    expect((await deliver(id, seconds)).status).toBe(200);
    expect([await count('fte_webhook_rejections_total', { reason: 'stale' }), await inbound('success')]).toEqual([before[0]! + 1, before[1]]);
  }); // biome-ignore format: one line

  test('within the window the same one is a repetition', async () => {
    const [stored, again] = [await inbound('success'), await inbound('duplicate')];
    for (let i = 0; i < 3; i++) expect((await deliver('wamid.late', now - 7 * 86_400)).status).toBe(200);
    expect([await inbound('success'), await inbound('duplicate')]).toEqual([stored + 1, again + 2]);
  });
});
