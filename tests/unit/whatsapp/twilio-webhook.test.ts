import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { ServiceError } from '../../../src/observability/errors.ts';
import { answer } from '../../../src/observability/http.ts';
import { readForm, twilioSignature } from '../../../src/platform/whatsapp/twilio-signature.ts';
import {
  EMPTY_TWIML,
  readTwilioWebhook,
  statusCallbackUrl,
  type TwilioEvent,
} from '../../../src/platform/whatsapp/twilio-webhook.ts';
import { refusal } from './refusal.ts';
import { TWILIO_MESSAGE as MESSAGE, SID, TWILIO_STATUS as STATUS } from './samples.ts';

const config = { authToken: 'a-token', url: 'https://fte.example/webhooks/whatsapp/twilio' };
function request(parameters: Record<string, string> | string, query: Record<string, string> = {}) {
  const body = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString();
  const url = query.reference === undefined ? config.url : statusCallbackUrl(config.url, query.reference);
  const signature = twilioSignature(config.authToken, url, readForm(Buffer.from(body)));
  return { rawBody: Buffer.from(body), query, headers: { 'x-twilio-signature': signature } };
}
const read = (parameters: Record<string, string> | string, query?: Record<string, string>) =>
  readTwilioWebhook(request(parameters, query), config);
const without = (parameters: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(parameters).filter(([one]) => one !== name));

test('the answer is a TwiML document that says nothing', () => {
  expect(EMPTY_TWIML).toBe('<?xml version="1.0" encoding="UTF-8"?><Response/>');
});

describe("a customer's message", () => {
  const expected: TwilioEvent = {
    kind: 'message',
    id: SID,
    from: '+16505551234',
    to: '+14155238886',
    profileName: 'Sheena Nelson',
    text: 'Où est mon horaire? 50 % + 😀',
    hasMedia: false,
  };

  test('is read', () => {
    expect(read(MESSAGE)).toEqual(expected);
  });

  test.each([true, false])('is read as the gateway hands it on, in Base64: %s', async (isBase64Encoded) => {
    const { rawBody, headers } = request(MESSAGE);
    const event = {
      routeKey: 'POST /x',
      headers: { 'X-Twilio-Signature': headers['x-twilio-signature'] },
      body: rawBody.toString(isBase64Encoded ? 'base64' : 'utf8'),
      isBase64Encoded,
    };
    const routes = {
      'POST /x': (asked: Parameters<typeof readTwilioWebhook>[0]) => ({
        status: 200,
        body: readTwilioWebhook(asked, config),
      }),
    };
    const response = await answer(event as unknown as APIGatewayProxyEventV2, routes, undefined, 65_536);
    expect(response.body).toEqual(expected);
  });

  test.each([
    [
      { NumMedia: '2', Body: '' },
      { hasMedia: true, text: '' },
    ],
    [{ NumMedia: 'x' }, { hasMedia: false }],
    [{ ProfileName: '' }, { profileName: undefined }],
    [{ From: 'whatsapp:US.13491208655302741918' }, { from: 'US.13491208655302741918' }],
    [{ MessageStatus: 'received' }, { kind: 'message' }],
    [{ Body: '   ' }, { text: '   ' }],
    [{ MessageSid: SID.replace('SM', 'MM') }, { id: SID.replace('SM', 'MM') }],
  ])('with %j', (change, result) => {
    expect(read({ ...MESSAGE, ...change } as Record<string, string>)).toMatchObject(result);
  });

  test('may have no words, media or name', () => {
    const bare = ['Body', 'NumMedia', 'ProfileName'].reduce(without, MESSAGE as Record<string, string>);
    expect(read(bare)).toMatchObject({ text: '', hasMedia: false, profileName: undefined });
  });

  test.each([
    ['MessageSid is missing', without(MESSAGE, 'MessageSid')],
    ['MessageSid is none', { ...MESSAGE, MessageSid: '1' }],
    ['From is no address', { ...MESSAGE, From: 'whatsapp:' }],
    ['To is missing', without(MESSAGE, 'To')],
    ['Body is there twice', `${new URLSearchParams(MESSAGE)}&Body=other`],
    ['From is there twice', `${new URLSearchParams(MESSAGE)}&From=whatsapp%3A%2B16505550000`],
  ])('%s: 400', (_, parameters) => {
    expect(refusal(() => read(parameters as Record<string, string>))).toMatchObject({
      status: 400,
      type: 'parse',
      code: 'FTE_WEBHOOK_MALFORMED',
      component: 'whatsapp',
    });
  });

  test('a value that is there twice is no trouble', () => {
    expect(read(`${new URLSearchParams(MESSAGE)}&NumMedia=0`)).toEqual(expected);
  });

  test.each([
    ['an SMS', { ...MESSAGE, From: '+16505551234' }],
    ['another channel', { ...MESSAGE, From: 'messenger:1234' }],
    ['something else', { AccountSid: MESSAGE.AccountSid }],
    ['nothing', {}],
  ])('%s is ignored', (_, parameters) => {
    const event = read(parameters as Record<string, string>);
    expect(event).toEqual({ kind: 'ignored', reason: expect.stringMatching(/./) });
  });
});

describe('a status', () => {
  test('is read', () => {
    expect(read(STATUS)).toEqual({
      kind: 'status',
      messageSid: SID,
      status: 'failed',
      errorCode: 63016,
      clientReference: undefined,
    });
    expect(read({ ...without(STATUS, 'ErrorCode'), MessageStatus: 'read' })).toMatchObject({
      status: 'read',
      errorCode: undefined,
    });
  });

  test('tells of which part of which reply it is', () => {
    expect(read(STATUS, { reference: 'rep_1.0' })).toMatchObject({ clientReference: 'rep_1.0' });
  });

  test('does not take a reference that was not signed', () => {
    const other = { ...request(STATUS, { reference: 'rep_1.0' }), query: { reference: 'rep_2.0' } };
    expect(refusal(() => readTwilioWebhook(other, config))).toMatchObject({ code: 'FTE_SIGNATURE' });
    const none = { ...request(STATUS, { reference: 'rep_1.0' }), query: {} };
    expect(refusal(() => readTwilioWebhook(none, config))).toMatchObject({ code: 'FTE_SIGNATURE' });
    const odd = { ...request(STATUS), query: { reference: 'a b' } };
    expect(readTwilioWebhook(odd, config)).toMatchObject({ clientReference: undefined });
  });

  test('that tells nothing is ignored', () => {
    const event = read({ ...STATUS, MessageStatus: 'x'.repeat(1000) });
    expect(event).toMatchObject({ kind: 'ignored' });
    expect(JSON.stringify(event).length).toBeLessThan(150);
  });

  test('of no message: 400', () => {
    expect(refusal(() => read(without(STATUS, 'MessageSid')))).toMatchObject({ status: 400 });
  });
});

test('the callback URL keeps what it has', () => {
  expect(statusCallbackUrl('https://h/p', 'rep_1.0')).toBe('https://h/p?reference=rep_1.0');
  expect(statusCallbackUrl('https://h/p?a=b', 'rep_1.0')).toBe('https://h/p?a=b&reference=rep_1.0');
  expect(statusCallbackUrl('https://h/p', 'a&b')).toBe('https://h/p');
});

describe('the signature', () => {
  test.each([
    ['is missing', {}],
    ['is empty', { 'x-twilio-signature': '' }],
    ['is wrong', { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' }],
  ])('%s: 403', (_, headers) => {
    const error = refusal(() => readTwilioWebhook({ ...request(MESSAGE), headers }, config));
    expect(error).toMatchObject({
      status: 403,
      type: 'signature',
      code: 'FTE_SIGNATURE',
      component: 'whatsapp',
    });
    expect(error.message + error.stack).not.toContain(config.authToken);
  });

  test.each([
    { ...config, authToken: 'b-token' },
    { ...config, authToken: '' },
    { ...config, url: config.url.replace('https', 'http') },
    { ...config, url: config.url.replace('fte', 'api') },
    { ...config, url: `${config.url}/` },
  ])('is not taken with %j', (other) => {
    expect(refusal(() => readTwilioWebhook(request(MESSAGE), other))).toMatchObject({ status: 403 });
  });

  test('is looked at before anything else', () => {
    const { rawBody } = request({ MessageSid: 'x' });
    expect(refusal(() => readTwilioWebhook({ rawBody, query: {}, headers: {} }, config)).status).toBe(403);
  });
});

test('whatever is signed is read, or refused with an error of ours', () => {
  const values = fc.oneof(
    fc.constantFrom(...Object.values(MESSAGE), ...Object.values(STATUS), 'whatsapp:', 'read'),
    fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  );
  const names = fc.oneof(fc.constantFrom(...Object.keys(MESSAGE), ...Object.keys(STATUS)), fc.string());
  const pairs = fc.array(fc.tuple(names, values));
  const bodies = fc.oneof(
    pairs.map((list) =>
      new URLSearchParams(
        list.map(([name, value]): [string, string] => [name.toWellFormed(), value]),
      ).toString(),
    ),
    fc.string(),
  );
  const queries = fc.oneof(fc.constant({}), fc.record({ reference: fc.string() }));
  fc.assert(
    fc.property(bodies, queries, (body, query) => {
      try {
        expect(['message', 'status', 'ignored']).toContain(read(body, query).kind);
      } catch (error) {
        expect(error).toBeInstanceOf(ServiceError);
        expect(error).toMatchObject({ status: 400 });
      }
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), (bytes, signature) => {
      const asked = { rawBody: Buffer.from(bytes), query: {}, headers: { 'x-twilio-signature': signature } };
      expect(refusal(() => readTwilioWebhook(asked, config)).status).toBe(403);
    }),
  );
});
