import fc from 'fast-check';
import {
  isUserId,
  mayReplyFreely,
  messageId,
  nextStatus,
  normaliseAddress,
  normalisePhone,
  partsOf,
  REPLY_WINDOW_MS,
  readReference,
  statusOf,
} from '../../../src/fte/channels/whatsapp.ts';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../../src/fte/vocabulary.ts';

const anyStatus = fc.constantFrom(...DELIVERY_STATUSES);
const settled = (statuses: readonly DeliveryStatus[]) =>
  statuses.reduce<DeliveryStatus | undefined>(
    (current, incoming) => nextStatus(current, incoming) ?? current,
    undefined,
  );

describe('the 24 hours', () => {
  test('end with the 24th', () => {
    expect(REPLY_WINDOW_MS).toBe(86_400_000);
    expect(mayReplyFreely(1_000, 1_000)).toBe(true);
    expect(mayReplyFreely(1_000, 1_000 + REPLY_WINDOW_MS - 1)).toBe(true);
    expect(mayReplyFreely(1_000, 1_000 + REPLY_WINDOW_MS)).toBe(false);
  });
  test('never begin for who has not written', () => {
    expect(mayReplyFreely(undefined, 1_000)).toBe(false);
  });
  test("bear clocks that don't agree", () => {
    expect(mayReplyFreely(5_000, 1_000)).toBe(true);
  });
});

describe('nextStatus', () => {
  test.each([
    [undefined, 'queued', 'queued'],
    [undefined, 'failed', 'failed'],
    ['queued', 'sent', 'sent'],
    ['sent', 'delivered', 'delivered'],
    ['delivered', 'read', 'read'],
    ['queued', 'read', 'read'],
    ['sent', 'failed', 'failed'],
    ['sent', 'queued', undefined],
    ['read', 'delivered', undefined],
    ['read', 'sent', undefined],
    ['sent', 'sent', undefined],
    ['failed', 'delivered', undefined],
    ['failed', 'read', undefined],
    ['failed', 'failed', undefined],
  ] as const)('%s, then %s: %s', (current, incoming, expected) => {
    expect(nextStatus(current, incoming)).toBe(expected);
  });

  test('comes to the same in every order, and however often', () => {
    const orders = fc
      .array(anyStatus, { minLength: 1, maxLength: 8 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(orders, ([all, shuffled]) => {
        expect(settled(shuffled)).toBe(settled(all));
        expect(settled([...all, ...shuffled])).toBe(settled(all));
        if (all.includes('failed')) expect(settled(all)).toBe('failed');
      }),
    );
  });
});

describe('statusOf', () => {
  test.each([
    ['accepted', 'queued'],
    ['scheduled', 'queued'],
    ['queued', 'queued'],
    ['sending', 'queued'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['undelivered', 'failed'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
    ['read', 'read'],
    ['READ', 'read'],
    ['received', undefined],
    ['receiving', undefined],
    ['', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ])("Twilio's %j is %s", (word, expected) => {
    expect(statusOf('twilio', word)).toBe(expected);
  });

  test.each([
    ['accepted', 'queued'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['played', 'read'],
    ['failed', 'failed'],
    ['deleted', undefined],
    ['warning', undefined],
    ['undelivered', undefined],
  ])("Meta's %j is %s", (word, expected) => {
    expect(statusOf('meta', word)).toBe(expected);
  });
});

describe('addresses', () => {
  test.each([
    ['whatsapp:+16505551234', '+16505551234'],
    ['WhatsApp:+16505551234', '+16505551234'],
    ['+16505551234', '+16505551234'],
    ['16505551234', '+16505551234'],
    ['  +1 (650) 555-1234 ', '+16505551234'],
    ['+49.151.23456789', '+4915123456789'],
    ['0049 151 23456789', '+4915123456789'],
    ['+6834002', '+6834002'],
    ['+123456789012345', '+123456789012345'],
  ])('the phone number in %j is %s', (text, expected) => {
    expect(normalisePhone(text)).toBe(expected);
    expect(normaliseAddress(text)).toBe(expected);
  });

  test.each([
    '',
    'whatsapp:',
    '+',
    '+123456',
    '+1234567890123456',
    '0151 23456789',
    '+0151234567',
    '++16505551234',
    '+1650555123x',
    'whatsapp:whatsapp:+16505551234',
    'sms:+16505551234',
    '+١٦٥٠٥٥٥١٢٣٤',
    'jane@example.com',
    '+16505551234;ext=1',
  ])('there is no phone number in %j', (text) => {
    expect(normalisePhone(text)).toBeUndefined();
  });

  test('of a user who hides their number', () => {
    expect(normaliseAddress('US.13491208655302741918')).toBe('US.13491208655302741918');
    expect(normaliseAddress('whatsapp:US.ENT.11815799212886844830')).toBe('US.ENT.11815799212886844830');
    expect(normaliseAddress('us.1')).toBeUndefined();
    expect(normaliseAddress('US.a/b')).toBeUndefined();
    expect(normaliseAddress(`US.${'1'.repeat(129)}`)).toBeUndefined();
    expect(isUserId('US.1')).toBe(true);
    expect(isUserId('+16505551234')).toBe(false);
  });

  test('come out once and for all, whatever comes in', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^(whatsapp:)?\+?[\d ()-]*$/)),
        (text) => {
          const address = normaliseAddress(text);
          if (address === undefined) return;
          expect(address).toMatch(/^\+[1-9]\d{6,14}$|^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/);
          expect(normaliseAddress(`whatsapp:${address}`)).toBe(address);
        },
      ),
    );
  });
});

test('a message is known by its provider and the id there', () => {
  expect(messageId('twilio', 'SM1')).toMatch(/^whatsapp#twilio#[0-9a-f]{64}$/);
  expect(messageId('twilio', 'SM1')).toBe(messageId('twilio', 'SM1'));
  expect(messageId('meta', 'wamid.1')).toMatch(/^whatsapp#meta#[0-9a-f]{64}$/);
});

describe('parts', () => {
  const text = 'Open the schedule and choose publish. '.repeat(100);

  test('hold all of the reply, each within the limit and with its own reference', () => {
    const parts = partsOf({ id: 'rep_ab12', text });
    expect(parts.map((part) => part.text).join(' ')).toBe(text.trim());
    expect(parts.every((part) => part.text.length <= 1600)).toBe(true);
    expect(parts.map(({ clientReference }) => readReference(clientReference))).toEqual([
      { replyId: 'rep_ab12', part: 0 },
      { replyId: 'rep_ab12', part: 1 },
      { replyId: 'rep_ab12', part: 2 },
    ]);
    expect(partsOf({ id: 'rep_ab12', text })).toEqual(parts);
  });

  test('a short reply is one, a blank one none', () => {
    expect(partsOf({ id: 'rep_1', text: 'Yes.' })).toEqual([{ text: 'Yes.', clientReference: 'rep_1.0' }]);
    expect(partsOf({ id: 'rep_1', text: ' \n' })).toEqual([]);
  });

  test.each(['', 'rep_1', 'rep_1.', '.0', 'rep_1.x', 'rep_1.0.0', 'rep 1.0', 'rep_1.12345'])(
    '%j is no reference of ours',
    (reference) => {
      expect(readReference(reference)).toBeUndefined();
    },
  );
});
