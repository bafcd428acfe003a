import fc from 'fast-check';
import {
  EMAIL_WORDS,
  formatReply,
  splitForWhatsApp,
  WEB_FORM_WORDS,
  WHATSAPP_AIM,
  WHATSAPP_LIMIT,
} from '../../../src/fte/agent/format.ts';
import { CHANNELS } from '../../../src/fte/vocabulary.ts';

const ticketId = 'tkt_0123456789abcdef0123456789abcdef';
const jane = { customerName: 'Jane Doe', ticketId };
const wordsIn = (text: string) => text.split(/\s+/).filter((word) => word !== '').length;
const withoutSpace = (text: string) => text.replace(/\s/g, '');
const sentences = (count: number) => 'Open the schedule and choose publish. '.repeat(count).trim();
const anyText = fc.string({ unit: 'binary', maxLength: 400 });
const longText = fc
  .array(fc.constantFrom('word', 'A sentence.', '\n\n', ' ', '\n', '😀', 'x'.repeat(70), '1.', 'é', '\t'), {
    maxLength: 900,
  })
  .map((parts) => parts.join(' '));

test('the limits are those of the channels', () => {
  expect([EMAIL_WORDS, WEB_FORM_WORDS, WHATSAPP_AIM, WHATSAPP_LIMIT]).toEqual([500, 300, 300, 1600]);
});

describe('formatReply by e-mail', () => {
  test('greets, signs and names the ticket', () => {
    expect(formatReply('email', 'Open the schedule.', jane)).toEqual({
      text: `Hello Jane Doe,\n\nOpen the schedule.\n\nKind regards,\nLarkspur Customer Success\n\nTicket: ${ticketId}`,
      truncated: false,
    });
  });

  test('keeps to 500 words in all, and ends with a sentence', () => {
    const { text, truncated } = formatReply('email', sentences(120), jane);
    expect(truncated).toBe(true);
    expect(wordsIn(text)).toBeLessThanOrEqual(EMAIL_WORDS);
    expect(wordsIn(text)).toBeGreaterThan(EMAIL_WORDS - 10);
    expect(text).toContain('choose publish.\n\nKind regards,');
    expect(text).toContain(ticketId);
  });

  test('cuts between words where there is no sentence', () => {
    const { text } = formatReply('email', 'word '.repeat(600), jane);
    expect(text).toMatch(/word word…\n\nKind regards,/);
  });

  test.each([
    'Hi Jane,\n\nOpen the schedule.',
    'Hello!\nOpen the schedule.',
    'Good morning Jane,\n\nOpen the schedule.\n\nBest regards,\nThe team',
    'Open the schedule.\nKind regards,\nLarkspur\nCustomer Success',
  ])('does not greet or sign twice: %j', (body) => {
    expect(formatReply('email', body, jane)).toEqual(formatReply('email', 'Open the schedule.', jane));
  });
});

describe('formatReply for the form', () => {
  test('greets shortly', () => {
    expect(formatReply('web_form', 'Open the schedule.', jane)).toEqual({
      text: 'Hi Jane Doe,\n\nOpen the schedule.',
      truncated: false,
    });
  });

  test('keeps to 300 words in all', () => {
    const { text, truncated } = formatReply('web_form', sentences(60), jane);
    expect(truncated).toBe(true);
    expect(wordsIn(text)).toBeLessThanOrEqual(WEB_FORM_WORDS);
    expect(text).toMatch(/publish\.$/);
  });

  test('leaves a reply of exactly the limit alone', () => {
    const { text, truncated } = formatReply('web_form', 'word '.repeat(WEB_FORM_WORDS - 3), jane);
    expect(truncated).toBe(false);
    expect(wordsIn(text)).toBe(WEB_FORM_WORDS);
  });
});

describe('formatReply for WhatsApp', () => {
  test('is the answer alone', () => {
    expect(formatReply('whatsapp', 'Hi Jane,\n\nOpen  the schedule.', jane)).toEqual({
      text: 'Open the schedule.',
      truncated: false,
    });
  });

  test('leaves out courtesy when that makes it short', () => {
    const answer = sentences(7);
    const courtesy = 'You can read more in our help article “Publish”. If this does not solve it, tell us.';
    expect(formatReply('whatsapp', `${answer}\n\n${courtesy}`, jane)).toEqual({
      text: answer,
      truncated: false,
    });
    expect(answer.length).toBeLessThanOrEqual(WHATSAPP_AIM);
  });

  test('keeps courtesy that fits', () => {
    const body = 'Open the schedule.\n\nLet us know how it goes.';
    expect(formatReply('whatsapp', body, jane).text).toBe(body);
  });

  test('never leaves out a step', () => {
    const body = `1. ${sentences(5)}\n\n2. ${sentences(5)}\n\n3. ${sentences(5)}`;
    expect(formatReply('whatsapp', body, jane)).toEqual({ text: body, truncated: false });
  });

  test('keeps to one message', () => {
    const { text, truncated } = formatReply('whatsapp', sentences(100), jane);
    expect(truncated).toBe(true);
    expect(text.length).toBeLessThanOrEqual(WHATSAPP_LIMIT);
    expect(text).toMatch(/publish\.$/);
  });

  test('has room for the mark of the cut', () => {
    const { text } = formatReply('whatsapp', 'x'.repeat(2000), jane);
    expect(text).toMatch(/x…$/);
    expect(text).toHaveLength(WHATSAPP_LIMIT);
  });

  test('does not cut an emoji in two', () => {
    const { text } = formatReply('whatsapp', `a${'😀'.repeat(2000)}`, jane);
    expect(text.isWellFormed()).toBe(true);
    expect(text.length).toBeLessThanOrEqual(WHATSAPP_LIMIT);
  });
});

describe('the name in the greeting', () => {
  test.each([
    ['Jane', 'Jane'],
    ['  Jane   Doe ', 'Jane Doe'],
    ['José García-Márquez', 'José García-Márquez'],
    ['O’Brien', 'O’Brien'],
    ['J. R. Smith Jr.', 'J. R. Smith Jr.'],
    ['李小龍', '李小龍'],
  ])('%j is used', (customerName, name) => {
    expect(formatReply('web_form', 'Yes.', { customerName, ticketId }).text).toBe(`Hi ${name},\n\nYes.`);
  });

  test.each([
    undefined,
    '',
    '   ',
    '12345',
    'jane@example.com',
    'https://evil.example',
    'www evil example',
    'evil.example',
    'Jane\nClick here',
    'Jane\r\nBcc: all',
    'Jane <b>',
    'Click here now to win a prize',
    'x'.repeat(61),
    '😀',
    '+49 151 1234567',
    'Jane {{ticket}}',
    'Jane\u0000',
  ])('%j is not', (customerName) => {
    expect(formatReply('web_form', 'Yes.', { customerName, ticketId }).text).toBe('Hi,\n\nYes.');
  });
});

describe('formatReply', () => {
  test('keeps its limits for any channel, body and name', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANNELS),
        fc.oneof(anyText, longText),
        fc.option(anyText, { nil: undefined }),
        (channel, body, customerName) => {
          const { text } = formatReply(channel, body, { customerName, ticketId });
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
          if (channel === 'email') expect(wordsIn(text)).toBeLessThanOrEqual(EMAIL_WORDS);
          if (channel === 'web_form') expect(wordsIn(text)).toBeLessThanOrEqual(WEB_FORM_WORDS);
          if (channel === 'whatsapp') expect(text.length).toBeLessThanOrEqual(WHATSAPP_LIMIT);
        },
      ),
    );
  });

  test('loses no word of a body that fits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANNELS),
        fc.array(fc.constantFrom('open', 'the', 'shift.', '\n', '😀')),
        (channel, parts) => {
          const body = parts.slice(0, 200).join(' ');
          const { text, truncated } = formatReply(channel, body, jane);
          expect(truncated).toBe(false);
          expect(withoutSpace(text)).toContain(withoutSpace(body));
        },
      ),
    );
  });

  test.each(['a', ' ', '\n', ' \n', '.', '. ', '😀', '\ud800', 'a. ', 'hi ', 'regards\n', '\n\n.', 'x\n\n'])(
    'takes a long run of %j',
    (unit) => {
      for (const channel of CHANNELS) {
        const { text } = formatReply(channel, `x${unit.repeat(5000)}x`, {
          customerName: unit.repeat(5000),
          ticketId,
        });
        expect(text.isWellFormed()).toBe(true);
      }
      expect(splitForWhatsApp(unit.repeat(5000)).every((part) => part.length <= WHATSAPP_LIMIT)).toBe(true);
    },
  );
});

describe('splitForWhatsApp', () => {
  test.each([
    ['after a paragraph', 'One two.\n\nThree four five', 18, ['One two.', 'Three four five']],
    ['after a sentence', 'One two. Three four five', 18, ['One two.', 'Three four five']],
    ['after a word', 'One two three four five', 18, ['One two three four', 'five']],
    ['inside a long word', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['not inside a pair', 'a😀😀', 2, ['a', '😀', '😀']],
    [
      'not after a step’s number',
      'Go on. Step 2. Three four five',
      16,
      ['Go on.', 'Step 2. Three', 'four five'],
    ],
    ['nowhere', 'One two.', 18, ['One two.']],
    ['nothing', ' \n ', 18, []],
    ['a limit of nothing', '😀ab', 0, ['😀', 'ab']],
    ['no number as the limit', 'abcd', Number.NaN, ['ab', 'cd']],
  ])('%s', (_, text, limit, parts) => {
    expect(splitForWhatsApp(text, limit)).toEqual(parts);
  });

  test('keeps to 1600 characters by itself', () => {
    const parts = splitForWhatsApp(sentences(200));
    expect(parts.length).toBeGreaterThan(4);
    expect(parts.every((part) => part.length <= WHATSAPP_LIMIT && part.endsWith('.'))).toBe(true);
  });

  test('loses nothing but white space, keeps the limit and every pair', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, longText), fc.integer({ min: 2, max: 60 }), (text, limit) => {
        const parts = splitForWhatsApp(text, limit);
        expect(withoutSpace(parts.join(''))).toBe(withoutSpace(text));
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(limit);
          expect(part.trim()).not.toBe('');
          if (text.isWellFormed()) expect(part.isWellFormed()).toBe(true);
        }
      }),
    );
  });
});
