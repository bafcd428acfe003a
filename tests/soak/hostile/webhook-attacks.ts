import { LOCAL_AUTHSERV_ID, LOCAL_MAIL_TOKEN, LOCAL_SECRETS } from '../../../local/environment.ts';
import { HTTP_METHODS } from '../../../src/observability/library-metrics.ts';
import { metaSignature } from '../../../src/platform/whatsapp/meta-webhook.ts';
import { readForm, twilioSignature } from '../../../src/platform/whatsapp/twilio-signature.ts';
import type { Random } from '../../../traffic/random.ts';
import { type Attack, eventOf, type Parts } from './attack.ts';
import { mutated, NASTY, nastyText, nastyValue, nested, PATHS, POLLUTION, pick } from './payloads.ts';

const TWILIO_URL = 'https://fte.example/webhooks/twilio';
const { FTE_TWILIO_AUTH_TOKEN: TOKEN, FTE_META_APP_SECRET: SECRET } = LOCAL_SECRETS;
const DAY_S = 86_400;

const twilio = (kind: string, body: Buffer, signature: string, more: Partial<Parts> = {}): Attack => ({
  kind,
  channel: 'whatsapp',
  event: eventOf({
    route: 'POST /webhooks/twilio',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signature },
    ...more,
  }),
});
const signedForm = (body: Buffer) => twilioSignature(TOKEN, TWILIO_URL, readForm(body));

function twilioBody(number: number, text: string): Buffer {
  const sid = `SM${number.toString(16).padStart(32, '0')}`;
  const from = `whatsapp:+1650${String(number % 10_000_000).padStart(7, '0')}`;
  return Buffer.from(new URLSearchParams({ MessageSid: sid, From: from, To: 'whatsapp:+14155238886', Body: text, ProfileName: text.slice(0, 50) }).toString());
} // biome-ignore format: one line

export function forgedTwilio(random: Random, number: number): Attack {
  const body = twilioBody(number, nastyText(random));
  const right = signedForm(body);
  const ways: readonly (() => Attack)[] = [
    () => twilio('Twilio, changed after signing', mutated(random, body).subarray(0, 60_000), right),
    () => twilio('Twilio, wrong signature', body, pick(random, ['', 'AAAA', right.toLowerCase(), right.slice(1), `${right}=`, pick(random, NASTY)])),
    () => twilio('Twilio, no signature', body, '', { headers: {} }),
    () => twilio('Twilio, another URL', body, right, { query: { reference: `rep_${'0'.repeat(24)}.0` } }),
    () => twilio('Twilio, huge', Buffer.alloc(random.between(65_537, 150_000), 'a=b&'), right),
  ];
  return pick(random, ways)();
} // biome-ignore format: one line

/** What Twilio itself could never send, as if it had. */
export function oddTwilio(random: Random): Attack {
  const names = ['MessageSid', 'From', 'To', 'Body', 'MessageStatus', 'ErrorCode', 'NumMedia', ...POLLUTION];
  const pairs = names.filter(() => random.chance(0.6)).flatMap((name) => {
    const value = String(random.chance(0.3) ? 'whatsapp:+16505550100' : pick(random, NASTY)).toWellFormed();
    const pair: [string, string] = [name, value];
    const again: [string, string] = [name, 'again'];
    return random.chance(0.1) ? [pair, again] : [pair];
  });
  const text = new URLSearchParams(pairs).toString();
  const body = Buffer.from(random.chance(0.2) ? `${text}&%zz&=&&%ff=%fe` : text);
  return twilio('Twilio, signed nonsense', body, signedForm(body));
} // biome-ignore format: one line

/** Signed and right: what is in it is a customer's text. One in three comes again. */
export function storedTwilio(random: Random, number: number): Attack {
  const body = twilioBody(random.chance(0.3) ? Math.max(0, number - random.between(1, 2000)) : number, `Please: ${nastyText(random).toWellFormed()}`);
  return twilio('Twilio with injection', body, signedForm(body));
} // biome-ignore format: one line

const meta = (kind: string, body: Buffer, signature: string, stale = 0): Attack => ({
  kind,
  channel: 'whatsapp',
  stale,
  event: eventOf({
    route: 'POST /webhooks/meta',
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
  }),
});
const envelope = (value: unknown) =>
  Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] })); // biome-ignore format: one line

export function forgedMeta(random: Random, number: number): Attack {
  const body = envelope({ messages: [{ id: `wamid.${number}`, from: '16505550100', type: 'text', text: { body: nastyText(random) } }] });
  const right = metaSignature(SECRET, body);
  const ways: readonly (() => Attack)[] = [
    () => meta('Meta, changed after signing', mutated(random, body), right),
    () => meta('Meta, wrong signature', body, pick(random, ['', 'sha256=', right.toUpperCase(), right.slice(7), `${right}0`, pick(random, NASTY)])),
    () => meta('Meta, signed with nothing', body, metaSignature('', body)),
    () => ({
      kind: 'Meta, verification guessed',
      channel: 'whatsapp' as const,
      event: eventOf({ route: 'GET /webhooks/meta', query: { 'hub.mode': 'subscribe', 'hub.verify_token': pick(random, NASTY), 'hub.challenge': pick(random, NASTY) } }),
    }),
  ];
  return pick(random, ways)();
} // biome-ignore format: one line

export function oddMeta(random: Random): Attack {
  const ways: readonly (() => Buffer)[] = [
    () => Buffer.from(nested(random.between(500, 20_000), '1', random)),
    () => mutated(random, envelope({ messages: [] })),
    () => envelope(nastyValue(random)),
    () => envelope({ messages: [nastyValue(random), { id: nastyValue(random), from: nastyValue(random), type: nastyValue(random) }], contacts: [nastyValue(random)] }),
    () => envelope({ statuses: [nastyValue(random), { id: 'wamid.1', status: pick(random, NASTY), errors: nastyValue(random), biz_opaque_callback_data: pick(random, NASTY) }] }),
    () => Buffer.from(JSON.stringify({ object: pick(random, NASTY), entry: [{ changes: [{ field: pick(random, NASTY), value: nastyValue(random) }] }] })),
    () => Buffer.from(`{"__proto__":{"polluted":true},"object":"whatsapp_business_account","entry":[]}`),
  ];
  const body = pick(random, ways)();
  return meta('Meta, signed nonsense', body, metaSignature(SECRET, body));
} // biome-ignore format: one line

/** Signed webhooks that somebody has kept. */
export function replayedMeta(random: Random, number: number): Attack {
  const now = Math.floor(Date.now() / 1000);
  const told = random.chance(0.5)
    ? now - random.between(9, 400) * DAY_S
    : now + random.between(2, 400) * DAY_S;
  const messages = Array.from({ length: random.between(1, 3) }, (_, i) => ({
    id: `wamid.${number}.${i}`, from: '16505550101', type: 'text', timestamp: String(told), text: { body: 'Once more' },
  })); // biome-ignore format: a table
  const body = envelope({ messages });
  return meta('Meta, replayed', body, metaSignature(SECRET, body), messages.length);
}

const mail = (kind: string, body: Buffer, headers: Record<string, string>): Attack => ({
  kind,
  channel: 'email',
  event: eventOf({ route: 'POST /webhooks/email', body, headers }),
});
const BEARER = { authorization: `Bearer ${LOCAL_MAIL_TOKEN}`, 'content-type': 'message/rfc822' };

function mime(random: Random, number: number, from = `Mallory <mail-${number}@example.com>`): Buffer {
  const text = nastyText(random).toWellFormed();
  return Buffer.from(
    [
      `Authentication-Results: ${LOCAL_AUTHSERV_ID}; dmarc=pass header.from=example.com`,
      `From: ${from}`,
      'To: support@larkspur.example',
      `Subject: ${text.slice(0, 200).replaceAll(/[\r\n]/g, ' ')}`,
      `Message-ID: <${number}@example.com>`,
      '',
      `Please: ${text}`,
    ].join('\r\n'),
  );
}

export function forgedMail(random: Random, number: number): Attack {
  const body = mime(random, number);
  const token = pick(random, ['', 'Bearer ', 'Bearer x', `Basic ${LOCAL_MAIL_TOKEN}`, LOCAL_MAIL_TOKEN, pick(random, NASTY)]);
  return random.chance(0.7)
    ? mail('mail, guessed token', body, { ...BEARER, authorization: token })
    : mail('mail, wrong content type', body, { ...BEARER, 'content-type': pick(random, ['text/plain', 'message/rfc822x', '', 'application/json']) });
} // biome-ignore format: one line

/** Mails that no program would write, with the right token. */
export function oddMail(random: Random, number: number): Attack {
  const parts = (depth: number): string =>
    depth === 0 ? 'text' : `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n${parts(depth - 1)}\r\n--b${depth}--`;
  const ways: readonly (() => Buffer)[] = [
    () => mutated(random, mime(random, number, 'nobody')),
    () => mime(random, number, pick(random, NASTY).replaceAll(/[\r\n]/g, ' ').toWellFormed()),
    () => mime(random, number, 'a@example.com, b@example.com'),
    () => Buffer.from(`From: x\r\n${'X: y\r\n'.repeat(random.between(100, 3000))}\r\ntext`),
    () => Buffer.from(`From: nobody\r\nSubject: =?utf-8?B?${'A'.repeat(random.between(10, 5000))}?=\r\n${parts(random.between(1, 100))}`),
    () => Buffer.from(Array.from({ length: random.between(1, 2000) }, () => random.between(0, 255))),
  ];
  const base64: Record<string, string> = random.chance(0.2) ? { 'content-transfer-encoding': 'base64' } : {};
  return mail('mail, nonsense', pick(random, ways)(), { ...BEARER, ...base64 });
} // biome-ignore format: one line

export function storedMail(random: Random, number: number): Attack {
  return mail(
    'mail with injection',
    mime(random, random.chance(0.3) ? Math.max(0, number - 7) : number),
    BEARER,
  );
}

export function elsewhere(random: Random): Attack {
  const method = random.chance(0.8) ? pick(random, HTTP_METHODS) : pick(random, ['TRACE', 'CONNECT', 'PROPFIND', 'get', '']);
  const body = random.chance(0.3) ? { body: nastyText(random) } : {};
  return { kind: 'unknown route', event: eventOf({ route: '$default', method, path: pick(random, PATHS), headers: { 'x-http-method-override': 'DELETE' }, ...body }) };
} // biome-ignore format: one line
