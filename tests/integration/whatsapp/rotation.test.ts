/** The providers' secrets are replaced in SSM while an instance lives: what is genuine passes, what is forged asks SSM once. */

import { readSecret, secretSource } from '../../../src/platform/secrets.ts';
import { metaSignature } from '../../../src/platform/whatsapp/meta-webhook.ts';
import { twilioSignature } from '../../../src/platform/whatsapp/twilio-signature.ts';
import { type Stored, startParameters } from '../../running/parameters.ts';
import { type RunningService, startService } from '../../running/service.ts';

const NAMES = {
  FTE_TWILIO_AUTH_TOKEN: '/customer-success-fte/twilio',
  FTE_META_APP_SECRET: '/customer-success-fte/meta-app',
  FTE_META_VERIFY_TOKEN: '/customer-success-fte/meta-verify',
};
const { FTE_TWILIO_AUTH_TOKEN: TWILIO, FTE_META_APP_SECRET: APP, FTE_META_VERIFY_TOKEN: VERIFY } = NAMES;
const stored = new Map<string, Stored>();
const set = (name: string, value: string) => stored.set(name, { value });
let service: RunningService;
let parameters: Awaited<ReturnType<typeof startParameters>>;
beforeAll(async () => {
  parameters = await startParameters((_, name) => stored.get(name) ?? { error: 'ParameterNotFound' });
  service = await startService({
    environment: {
      ...Object.fromEntries(
        Object.entries(NAMES).flatMap(([name, at]) => [
          [name, ''],
          [`${name}_PARAMETER`, at],
        ]),
      ),
      AWS_ENDPOINT_URL_SSM: parameters.url,
    },
  });
});
afterAll(async () => {
  await Promise.all([service.stop(), parameters.close()]);
});

const askedFor = (name: string) => parameters.asked.filter(([, { Name }]) => Name === name).length;

let sids = 0;
async function twilio(token: string): Promise<number> {
  const MessageSid = `SM${String(++sids).padStart(32, '0')}`;
  const form = { MessageSid, From: 'whatsapp:+16505550001', To: 'whatsapp:+14155238886', Body: 'Hello' };
  const signed = new Map(Object.entries(form).map(([name, value]) => [name, [value]]));
  const signature = twilioSignature(token, 'https://fte.example/webhooks/twilio', signed);
  const rawBody = new URLSearchParams(form).toString();
  const call = { rawBody, headers: { 'x-twilio-signature': signature } };
  return (await service.request('POST /webhooks/twilio', {}, call)).status;
}
async function meta(secret: string): Promise<number> {
  const rawBody = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
  const headers = { 'x-hub-signature-256': metaSignature(secret, Buffer.from(rawBody)) };
  return (await service.request('POST /webhooks/meta', {}, { rawBody, headers })).status;
}
async function subscribe(token: string): Promise<number> {
  const query = { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '1' };
  return (await service.request('GET /webhooks/meta', {}, { query })).status;
}

test.each<[string, string, (secret: string) => Promise<number>]>([
  ["Twilio's token", TWILIO, twilio],
  ["Meta's app secret", APP, meta],
  ["Meta's verify token", VERIFY, subscribe],
])('%s: replaced, the new one is taken at once; forgeries ask SSM once a minute', async (_, name, call) => {
  set(name, 'the-first');
  expect([await call('the-first'), await call('the-first')]).toEqual([200, 200]);
  expect(askedFor(name)).toBe(1);
  set(name, 'the-second');
  expect(await call('the-second')).toBe(200);
  expect(askedFor(name)).toBe(2);
  for (let i = 0; i < 5; i++) expect(await call('forged')).toBe(403);
  expect(await call('the-first')).toBe(403);
  expect(await call('the-second')).toBe(200);
  expect(askedFor(name)).toBe(2);
});

test('where SSM can not be asked, the secret that is held stays', async () => {
  const name = '/customer-success-fte/other';
  const source = secretSource(readSecret({ OTHER_PARAMETER: name }, 'OTHER')!);
  set(name, 'the-first');
  expect(await source.get()).toBe('the-first');
  stored.set(name, { error: 'ThrottlingException' });
  await expect(source.renew()).rejects.toMatchObject({ code: 'FTE_SECRET' });
  expect(await source.get()).toBe('the-first');
  set(name, 'the-second');
  expect([await source.renew(), await source.get()]).toEqual(['the-second', 'the-second']);
});
