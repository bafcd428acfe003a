import fc from 'fast-check';
import { REDACTED } from '../../../../src/observability/redaction/mark.ts';
import { redact } from '../../../../src/observability/redaction/redact.ts';
import { redactText } from '../../../../src/observability/redaction/text.ts';
import { carrier, planted } from './identities.ts';

/** Without the frames of its stack, whose lines are numbers, too. */
function failure<E extends Error>(error: E): E {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** Ways to wrap something into something else that somebody might log. */
const wraps: readonly ((inner: unknown) => unknown)[] = [
  (inner) => ({ facts: inner, status: 'open' }),
  (inner) => [1, inner, null],
  (inner) => new Map([['held', inner]]),
  (inner) => new Set([inner]),
  (inner) => failure(new Error('failed', { cause: inner })),
  (inner) => failure(new AggregateError([inner, failure(new Error('other'))], 'several')),
  (inner) => ({
    error: failure(new TypeError(typeof inner === 'string' ? inner : 'failed', { cause: inner })),
  }),
  (inner) => JSON.stringify({ inner: typeof inner === 'string' ? inner : null }),
  (inner) =>
    typeof inner === 'string' ? `the answer was ${JSON.stringify({ detail: inner })}, sorry` : [inner],
  (inner) => (typeof inner === 'string' ? { [inner]: 1 } : { inner }),
  (inner) => ({ toJSON: () => inner }),
];
const wrapping = fc.array(fc.constantFrom(...wraps), { maxLength: 5 });

test('what was planted in any structure is not in what is written', () => {
  fc.assert(
    fc.property(planted, carrier, wrapping, ({ written, traces }, carry, steps) => {
      const value = steps.reduce<unknown>((inner, wrap) => wrap(inner), carry(written));
      const line = JSON.stringify({ message: redact(value) });
      for (const trace of traces) expect(line).not.toContain(trace);
    }),
    { numRuns: 2_500 },
  );
});

const camel = (words: readonly string[]) =>
  words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
const spelling = fc
  .tuple(
    fc.constantFrom(
      ['email'],
      ['phone', 'number'],
      ['first', 'name'],
      ['message', 'text'],
      ['api', 'key'],
      ['subject'],
    ),
    fc.constantFrom(
      (words: readonly string[]) => words.join('_'),
      (words: readonly string[]) => words.join('-').toUpperCase(),
      camel,
      (words: readonly string[]) => words.join('.'),
    ),
  )
  .map(([words, spell]) => spell(words));

test('whatever stands under a sensitive key, at any depth and in any spelling, is not written', () => {
  fc.assert(
    fc.property(spelling, fc.jsonValue({ maxDepth: 3 }), wrapping, (key, held, steps) => {
      const secret = 'zqxjkv';
      const value = steps.reduce<unknown>((inner, wrap) => wrap(inner), { [key]: [secret, held], ok: 1 });
      expect(JSON.stringify(redact(value)) ?? '').not.toContain(secret);
      const text = `the answer was ${JSON.stringify({ n: 1, [key]: { held, secret }, ok: 1 })}`;
      expect(redactText(text)).not.toContain(secret);
      const within = JSON.stringify(JSON.stringify({ [key]: `say "${secret}" ${secret}` }));
      expect(redactText(`sent ${within.slice(0, -4)}`)).not.toContain(secret);
    }),
    { numRuns: 2_000 },
  );
});

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const operators = fc.oneof(
  fc.uuid(),
  fc.tuple(fc.constantFrom('tkt', 'rep', 'cus', 'cnv', 'msg'), hex(32)).map(([kind, id]) => `${kind}_${id}`),
  hex(32),
  hex(8).chain((time) => hex(24).map((id) => `1-${time}-${id}`)),
  fc.tuple(hex(32), hex(16)).map(([trace, span]) => `00-${trace}-${span}-01`),
  fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
    .map((date) => date.toISOString()),
  fc.integer({ min: 1_500_000_000_000, max: 1_999_999_999_999 }).map(String),
  fc.integer({ min: 0, max: 9_999_999 }).map(String),
  fc.ipV4(),
  fc.stringMatching(/^[a-z]{3,12}( [a-z]{3,12}){0,6}$/),
  fc.stringMatching(/^[a-z]{2,8}-[0-9]{13}-[0-9]{1,4}$/).filter((id) => !/-[2-6]\d{12}-|^[spr]k-/.test(id)),
);

test('what an operator looks for stays', () => {
  fc.assert(
    fc.property(operators, (id) => {
      // Every 10^7th id in hex is digits from end to end, and then nobody can tell it from a number.
      fc.pre(!/^\d{8,}$/.test(id) || /^1\d{12}$/.test(id));
      expect(redact({ id, list: [id], said: `for ${id}, done` })).toEqual({
        id,
        list: [id],
        said: `for ${id}, done`,
      });
    }),
    // The same ones each time: of 10 000 ids in hex one looks like a telephone's or an account's number.
    { numRuns: 600, seed: 1 },
  );
});

test('numbers, truths and nothing stay, and so do short texts', () => {
  const harmless = fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, max: 1e11 }),
  );
  fc.assert(fc.property(harmless, (value) => expect(redact({ at: value })).toEqual({ at: value })));
});

test('whatever comes, a line comes of it, and redacting it again changes nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything({
          withMap: true,
          withSet: true,
          withBigInt: true,
          withDate: true,
          withTypedArray: true,
          withNullPrototype: true,
        }),
        fc.string({ unit: 'binary', maxLength: 300 }),
      ),
      (value) => {
        const once = redact(value);
        expect(() => JSON.stringify({ once })).not.toThrow();
        if (typeof once === 'string' && !once.startsWith('{') && !once.startsWith('['))
          expect(redact(once)).toBe(once);
      },
    ),
    { numRuns: 400 },
  );
});

/** Texts that make a search with a careless pattern take the square of their length, or worse. */
const hostile: readonly (readonly [string, (n: number) => string])[] = [
  ['letters', (n) => 'a'.repeat(n)],
  ['letters and an at sign', (n) => `${'a'.repeat(n)}@`],
  ['at signs', (n) => '@'.repeat(n)],
  ['a@', (n) => 'a@'.repeat(n / 2)],
  ['dots', (n) => `a@${'a.'.repeat(n / 2)}`],
  ['digits', (n) => '4'.repeat(n)],
  ['digits in groups', (n) => '1234 '.repeat(n / 5)],
  ['digits with many separators', (n) => '1   -()'.repeat(n / 7)],
  ['dates', (n) => '2026-11-24 '.repeat(n / 11)],
  ['UUIDs that are none', (n) => '3f1c2e1a-7f0b-4a57-'.repeat(n / 19)],
  ['IBANs that are none', (n) => 'DE89 3704 '.repeat(n / 10)],
  ['tokens that are none', (n) => 'eyJaaaaaaaaaaaa-'.repeat(n / 16)],
  ['dotted tokens', (n) => 'eyJaaaaaaaaaaaa.'.repeat(n / 16)],
  ['bearers', (n) => 'bearer '.repeat(n / 7)],
  ['spaces', (n) => `token${' '.repeat(n)}`],
  ['names of secrets', (n) => 'secret-token-'.repeat(n / 13)],
  ['padding', (n) => '='.repeat(n)],
  ['base64', (n) => `${'Ab1/'.repeat(n / 4)}=`],
  ['backslashes', (n) => `${'\\'.repeat(n)}"`],
  ['quotes and colons', (n) => '"name":'.repeat(n / 7)],
  ['open brackets', (n) => '"name":{'.repeat(n / 8)],
  ['open quotes', (n) => '"name":"'.repeat(n / 8)],
  ['form fields', (n) => 'Body=&'.repeat(n / 6)],
  ['names without a value', (n) => 'a.a-a_'.repeat(n / 6)],
  ['keys that never end', (n) => '-----BEGIN PRIVATE KEY-----'.repeat(n / 27)],
  ['broken JSON', (n) => ' is not valid JSON'.repeat(n / 18)],
  ['angle brackets', (n) => `${'Aa '.repeat(n / 3)}<a@`],
  ['colons', (n) => 'a:'.repeat(n / 2)],
];

// Quadratic, these would take minutes; no clock has to be looked at to see the difference.
test.each(hostile)('%s: 400,000 characters are done', (_, make) => {
  expect(redactText(make(400_000)).length).toBeGreaterThan(0);
});

test('the mark itself is nothing to redact', () =>
  expect(redactText(`a ${REDACTED}: b`)).toBe(`a ${REDACTED}: b`));
