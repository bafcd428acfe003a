import fc from 'fast-check';
import {
  asciiLine,
  idList,
  isMailbox,
  isTagValue,
  messageIdHeader,
  oneLine,
} from '../../../src/platform/email/header-values.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\r', '\n', '\r\n ', '\0', '\u2028', '\x85', 'a', '<b@c.example>', ' ', '😀', '\ud800'))
    .map((parts) => parts.join('')),
); // biome-ignore format: a list

test('no value holds a line break, a control character or half a character', () => {
  fc.assert(
    fc.property(anyText, fc.array(anyText), (text, ids) => {
      for (const value of [
        oneLine(text),
        asciiLine(text),
        idList([text, ...ids]),
        messageIdHeader(text) ?? '',
      ]) {
        expect(value).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(value.isWellFormed()).toBe(true);
        expect(value.length).toBeLessThanOrEqual(900);
      }
      expect(asciiLine(text)).toMatch(/^[ -~]*$/);
      if (isMailbox(text) || isTagValue(text)) expect(text).toMatch(/^[!-~]+$/);
    }),
    { numRuns: 2000 },
  );
});

test('a line is cut between characters', () => {
  expect(oneLine(`${'x'.repeat(899)}😀`)).toBe('x'.repeat(899));
  expect(oneLine(' a\r\n\tb ')).toBe('a b');
});

describe('idList', () => {
  const ids = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => `<${String(from + at).padStart(40, '0')}@x.example>`);

  test('each id once, where it came last', () => {
    expect(idList(['<a@x.example>', '<b@x.example>', '<a@x.example>'])).toBe('<b@x.example> <a@x.example>');
  });

  test('nothing that is no id', () => {
    expect(idList(['', 'x', '<a b@x.example>', '<a@x.example>\r\nBcc: y', '<ä@x.example>'])).toBe('');
  });

  test('of too many the oldest and the latest', () => {
    const kept = idList(ids(0, 50)).split(' ');
    expect(kept[0]).toBe(ids(0, 1)[0]);
    expect(kept.slice(1)).toEqual(ids(50 - kept.length + 1, 50));
    expect(kept.length).toBe(17);
  });

  test('the latest stays where the ids are as long as can be', () => {
    const long = Array.from({ length: 6 }, (_, at) => `<${at}${'y'.repeat(249)}>`);
    expect(idList(long).split(' ')).toEqual([long[0], long[4], long[5]]);
  });
});

test.each([
  ['jane@example.com', true],
  ["o'neil+x=y@mail.example.com", true],
  ['jane@localhost', false],
  ['jane@example.com, boss@example.com', false],
  ['Jane <jane@example.com>', false],
  ['jane@example.com\r\nBcc: boss@example.com', false],
  ['jane@example.com\n', false],
  ['jäne@example.com', false],
  [`${'j'.repeat(65)}@example.com`, false],
  [`jane@${'example.'.repeat(40)}com`, false],
])('isMailbox(%j)', (text, is) => {
  expect(isMailbox(text)).toBe(is);
});

test.each([
  ['rep_01-AZ', true],
  ['', false],
  ['a:b', false],
  ['a\n', false],
])('isTagValue(%j)', (text, is) => {
  expect(isTagValue(text)).toBe(is);
});
