import fc from 'fast-check';
import {
  confirmMetaWebhook,
  isSignedByMeta,
  metaSignature,
  readMetaWebhook,
} from '../../../src/platform/whatsapp/meta-webhook.ts';
import { refusal } from './refusal.ts';

const config = { appSecret: 'a-secret' };

describe('the subscription', () => {
  const query = { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify-me', 'hub.challenge': '1158201444' };

  test('is confirmed with the challenge', () => {
    expect(confirmMetaWebhook(query, 'verify-me')).toBe('1158201444');
  });

  test.each([
    {},
    { ...query, 'hub.mode': 'unsubscribe' },
    { ...query, 'hub.verify_token': 'verify-mf' },
    { ...query, 'hub.verify_token': 'verify-me ' },
    { ...query, 'hub.verify_token': '' },
    { 'hub.mode': 'subscribe', 'hub.challenge': '1' },
    { 'hub.verify_token': 'verify-me', 'hub.challenge': '1' },
    { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify-me' },
  ])('is not confirmed for %j', (other) => {
    const error = refusal(() => confirmMetaWebhook(other as Record<string, string>, 'verify-me'));
    expect(error).toMatchObject({ status: 403, code: 'FTE_VERIFY_TOKEN', component: 'whatsapp' });
    expect(error.message).not.toContain('verify-me');
  });

  test('is never confirmed without a token of ours', () => {
    expect(refusal(() => confirmMetaWebhook({ ...query, 'hub.verify_token': '' }, '')).status).toBe(403);
    const { 'hub.verify_token': _, ...none } = query;
    expect(refusal(() => confirmMetaWebhook(none, '')).status).toBe(403);
  });
});

describe('the signature', () => {
  /** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries, the same header and scheme. */
  const vector = ["It's a Secret to Everybody", Buffer.from('Hello, World!')] as const;
  const hex = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  test('is that of the published vectors', () => {
    expect(metaSignature(...vector)).toBe(`sha256=${hex}`);
    expect(isSignedByMeta(...vector, `sha256=${hex}`)).toBe(true);
    // https://hexdocs.pm/whatsapp_sdk/WhatsApp.Webhook.html
    expect(metaSignature('secret', Buffer.from('test'))).toBe(
      'sha256=0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914',
    );
  });

  test.each([
    undefined,
    '',
    'sha256=',
    hex,
    `sha1=${hex}`,
    `SHA256=${hex}`,
    `sha256=${hex.toUpperCase()}`,
    `sha256=${hex.slice(0, -1)}`,
    `sha256=${hex}0`,
    ` sha256=${hex}`,
    `sha256=${hex}, sha256=${hex}`,
    `sha256=${Buffer.from(hex, 'hex').toString('base64')}`,
    `sha256=é${hex.slice(1)}`,
  ])('is not %j', (signature) => {
    expect(isSignedByMeta(...vector, signature)).toBe(false);
  });

  test('is never that of an empty secret', () => {
    const [, body] = vector;
    expect(isSignedByMeta('', body, metaSignature('', body))).toBe(false);
  });

  test('is of the bytes, not of the JSON: Meta escapes what is not ASCII', () => {
    const escaped = Buffer.from(
      '{"object":"whatsapp_business_account","entry":[],"x":"\\u00e4\\u00f6\\u00fc"}',
    );
    const plain = Buffer.from(JSON.stringify(JSON.parse(escaped.toString())));
    const headers = { 'x-hub-signature-256': metaSignature(config.appSecret, escaped) };
    expect(readMetaWebhook({ rawBody: escaped, headers }, config).messages).toEqual([]);
    expect(refusal(() => readMetaWebhook({ rawBody: plain, headers }, config)).status).toBe(403);
  });

  test('missing or wrong: 403, before anything is read', () => {
    for (const headers of [{}, { 'x-hub-signature-256': `sha256=${hex}` }]) {
      const error = refusal(() => readMetaWebhook({ rawBody: Buffer.from('{'), headers }, config));
      expect(error).toMatchObject({ status: 403, type: 'signature', code: 'FTE_SIGNATURE' });
      expect(String(error.stack)).not.toContain(config.appSecret);
    }
  });

  test('verifies what was signed, and nothing else', () => {
    const secrets = fc.string({ minLength: 1 });
    const bodies = fc.uint8Array({ minLength: 1 });
    fc.assert(
      fc.property(secrets, bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), (secret, bytes, at, flip) => {
        const body = Buffer.from(bytes);
        const signature = metaSignature(secret, body);
        expect(isSignedByMeta(secret, body, signature)).toBe(true);
        expect(isSignedByMeta(`${secret}x`, body, signature)).toBe(false);
        expect(isSignedByMeta(secret, Buffer.concat([body, Buffer.of(0)]), signature)).toBe(false);
        const place = at % signature.length;
        const letter = signature[place] === '0' ? '1' : '0';
        const other = signature.slice(0, place) + letter + signature.slice(place + 1);
        expect(isSignedByMeta(secret, body, other)).toBe(false);
        body.writeUInt8(body.readUInt8(at % body.length) ^ flip, at % body.length);
        expect(isSignedByMeta(secret, body, signature)).toBe(false);
      }),
    );
  });
});
