import fc from 'fast-check';
import { ServiceError } from '../../../src/observability/errors.ts';
import { metaSignature, readMetaWebhook } from '../../../src/platform/whatsapp/meta-webhook.ts';
import { refusal } from './refusal.ts';
import {
  META_CONTACT as CONTACT,
  change,
  META_MESSAGE as MESSAGE,
  METADATA,
  META_STATUS as STATUS,
  webhook,
} from './samples.ts';

const config = { appSecret: 'a-secret' };

function request(body: unknown) {
  const rawBody = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return { rawBody, headers: { 'x-hub-signature-256': metaSignature(config.appSecret, rawBody) } };
}
const read = (body: unknown) => readMetaWebhook(request(body), config);
const oneMessage = (message: object, contacts: unknown[] = [CONTACT]) =>
  read(webhook(change({ contacts, messages: [{ ...MESSAGE, ...message }] })));
const oneStatus = (status: object) => read(webhook(change({ statuses: [{ ...STATUS, ...status }] })));

describe('messages', () => {
  test('are read', () => {
    expect(oneMessage({})).toEqual({
      messages: [
        {
          id: MESSAGE.id,
          from: '+16505551234',
          name: 'Sheena Nelson',
          type: 'text',
          text: 'Does it come in another color?',
          timestamp: 1_749_416_383_000,
        },
      ],
      statuses: [],
      ignored: [],
    });
  });

  test.each([
    [{ type: 'image', text: undefined, image: { id: '1', caption: 'this' } }, 'image', 'this'],
    [{ type: 'image', text: undefined, image: { id: '1' } }, 'image', undefined],
    [{ type: 'document', text: undefined, document: { caption: 'that' } }, 'document', 'that'],
    [{ type: 'audio', text: undefined, audio: { id: '1', voice: true } }, 'audio', undefined],
    [{ type: 'location', text: undefined, location: { latitude: 1 } }, 'location', undefined],
    [{ type: 'button', text: undefined, button: { text: 'Yes', payload: 'y' } }, 'button', 'Yes'],
    [
      { type: 'interactive', text: undefined, interactive: { list_reply: { id: '1', title: 'One' } } },
      'interactive',
      'One',
    ],
    [{ type: 'unsupported', text: undefined, errors: [{ code: 131051 }] }, 'unsupported', undefined],
    [{ type: 'of tomorrow', text: undefined }, 'of tomorrow', undefined],
    [{ type: 'text', text: 'odd' }, 'text', undefined],
  ])('%j', (message, type, text) => {
    expect(oneMessage(message).messages).toMatchObject([{ id: MESSAGE.id, type, text }]);
  });

  test('bear what is not there, and what nobody knows', () => {
    const odd = { context: { from: 'x' }, referral: [1], timestamp: 'soon', something: { new: true } };
    expect(oneMessage(odd, ['x', null, {}, { wa_id: '1', profile: 3 }]).messages).toEqual([
      {
        id: MESSAGE.id,
        from: '+16505551234',
        name: undefined,
        type: 'text',
        text: MESSAGE.text.body,
        timestamp: undefined,
      },
    ]);
    expect(oneMessage({}, [{ ...CONTACT, profile: { name: '' } }]).messages).toMatchObject([
      { name: undefined },
    ]);
  });

  test('of a user who hides their number have the id by which they can be reached', () => {
    const user = { from: undefined, from_user_id: 'US.13491208655302741918' };
    const contact = { profile: { name: 'Ana' }, user_id: 'US.13491208655302741918' };
    expect(oneMessage(user, [contact]).messages).toMatchObject([
      { from: 'US.13491208655302741918', name: 'Ana' },
    ]);
    const both = { from_user_id: 'US.13491208655302741918' };
    expect(oneMessage(both, [contact]).messages).toMatchObject([{ from: '+16505551234', name: 'Ana' }]);
  });

  test('have whole characters', () => {
    const half = Buffer.from(
      JSON.stringify(webhook(change({ messages: [MESSAGE] }))).replace('color', '\\ud83d'),
    );
    expect(read(half).messages).toMatchObject([{ text: 'Does it come in another \ufffd?' }]);
  });

  test.each(['reaction', 'system', 'request_welcome'])('of type %s want no answer', (type) => {
    const { messages, ignored } = oneMessage({ type });
    expect(messages).toEqual([]);
    expect(ignored).toEqual([`a message of type ${type}`]);
  });

  test.each([
    ['no id', { id: undefined }],
    ['an empty id', { id: '' }],
    ['an endless id', { id: 'x'.repeat(257) }],
    ['no type', { type: undefined }],
    ['no sender', { from: undefined }],
    ['a sender who is none', { from: 'x' }],
  ])('with %s are passed over, and the others read', (_, wrong) => {
    const messages = [{ ...MESSAGE, ...wrong }, MESSAGE, 'x', null];
    const result = read(webhook(change({ messages })));
    expect(result.messages).toMatchObject([{ id: MESSAGE.id }]);
    expect(result.ignored).toHaveLength(3);
  });
});

describe('statuses', () => {
  test('are read', () => {
    expect(oneStatus({}).statuses).toEqual([
      { id: STATUS.id, status: 'sent', timestamp: 1_750_263_773_000, errors: [], clientReference: undefined },
    ]);
    const failed = {
      status: 'failed',
      errors: [{ code: 131047, title: 'Re-engagement message', error_data: { details: '24 hours' } }],
      biz_opaque_callback_data: 'rep_1.0',
    };
    expect(oneStatus(failed).statuses).toMatchObject([
      {
        status: 'failed',
        errors: [{ code: 131047, title: 'Re-engagement message' }],
        clientReference: 'rep_1.0',
      },
    ]);
  });

  test('that tell nothing are passed over, and the others read', () => {
    const statuses = [{ ...STATUS, status: 'x'.repeat(1000) }, STATUS, { status: 'read' }, 7];
    const result = read(webhook(change({ statuses })));
    expect(result.statuses).toMatchObject([{ id: STATUS.id }]);
    expect(result.ignored).toHaveLength(3);
    expect(result.ignored.join('').length).toBeLessThan(300);
  });

  test('bear errors that are not as documented', () => {
    expect(oneStatus({ status: 'failed', errors: 'x' }).statuses).toMatchObject([{ errors: [] }]);
    expect(oneStatus({ status: 'failed', errors: [{}] }).statuses).toMatchObject([{ errors: [] }]);
  });
});

describe('the webhook', () => {
  test('may hold many entries, each with messages, statuses or both', () => {
    const body = {
      object: 'whatsapp_business_account',
      entry: [
        {
          changes: [
            change({ messages: [{ ...MESSAGE, id: 'wamid.1' }], statuses: [STATUS] }),
            change({
              messages: [
                { ...MESSAGE, id: 'wamid.2' },
                { ...MESSAGE, id: 'wamid.3' },
              ],
            }),
          ],
        },
        { changes: [] },
        { changes: [change({ statuses: [{ ...STATUS, status: 'read' }] })] },
      ],
    };
    const { messages, statuses, ignored } = read(body);
    expect(messages.map(({ id }) => id)).toEqual(['wamid.1', 'wamid.2', 'wamid.3']);
    expect(statuses.map(({ status }) => status)).toEqual(['sent', 'read']);
    expect(ignored).toEqual([]);
  });

  test.each([
    ['another object', { object: 'page', entry: [{ changes: [change({ messages: [MESSAGE] })] }] }],
    ['another field', webhook(change({ messages: [MESSAGE] }, 'account_update'))],
    ['a value that is none', webhook({ field: 'messages', value: 'x' })],
    ['messages that are none', webhook(change({ messages: {} }))],
  ])('of %s is ignored, and it says why', (_, body) => {
    expect(read(body)).toEqual({ messages: [], statuses: [], ignored: [expect.stringMatching(/./)] });
  });

  test('for another phone number of the account is ignored', () => {
    const asked = request(webhook(change({ messages: [MESSAGE], statuses: [STATUS] })));
    const other = readMetaWebhook(asked, { ...config, phoneNumberId: '1' });
    expect(other).toMatchObject({ messages: [], statuses: [], ignored: [expect.any(String)] });
    const ours = readMetaWebhook(asked, { ...config, phoneNumberId: METADATA.phone_number_id });
    expect(ours).toMatchObject({ messages: [{}], statuses: [{}], ignored: [] });
  });

  test.each(['', '{', 'null', '[]', '7', '{}', '{"object":1,"entry":[]}', '{"object":"x","entry":[{}]}'])(
    '%j: 400',
    (text) => {
      expect(refusal(() => read(Buffer.from(text)))).toMatchObject({
        status: 400,
        type: 'parse',
        code: 'FTE_WEBHOOK_MALFORMED',
        component: 'whatsapp',
      });
    },
  );

  test('that is no UTF-8: 400', () => {
    const text = JSON.stringify(webhook(change({ messages: [MESSAGE] }))).replace('color', 'col\xf6r');
    expect(refusal(() => read(Buffer.from(text, 'latin1'))).status).toBe(400);
    expect(read(Buffer.from(text, 'utf8')).messages).toHaveLength(1);
  });

  test('is read, or refused with an error of ours, whatever is signed', () => {
    const junk = fc.jsonValue();
    const fields = (sample: object) =>
      fc.record(
        Object.fromEntries(
          Object.entries(sample).map(([name, value]) => [name, fc.oneof(fc.constant(value), junk)]),
        ),
        { requiredKeys: [] },
      );
    const list = (one: fc.Arbitrary<unknown>) => fc.oneof({ weight: 4, arbitrary: fc.array(one) }, junk);
    const values = fc.record(
      {
        messages: list(fields({ ...MESSAGE, from_user_id: 'US.1', image: { caption: 'c' }, button: {} })),
        statuses: list(fields({ ...STATUS, errors: [{ code: 1 }], biz_opaque_callback_data: 'x' })),
        contacts: list(fields({ ...CONTACT, user_id: 'US.1' })),
      },
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      values.map((value) => webhook(change(value))),
      junk,
    );
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          const { messages, statuses } = read(body);
          for (const { from, id } of messages) expect([typeof from, typeof id]).toEqual(['string', 'string']);
          for (const { status } of statuses) expect(typeof status).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
          expect(error).toMatchObject({ status: 400 });
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(refusal(() => read(Buffer.from(bytes))).status).toBe(400);
      }),
    );
  });
});
