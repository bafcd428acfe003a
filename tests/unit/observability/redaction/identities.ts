import fc from 'fast-check';
import { hasValidCheckDigits } from '../../../../src/observability/redaction/iban.ts';
import { passesLuhn } from '../../../../src/observability/redaction/numbers.ts';

/** Somebody's data, each part recognisable by its shape, with what must not be found of it afterwards. */
export interface Planted {
  readonly kind: string;
  readonly written: string;
  /** Nothing of these may be left. */
  readonly traces: readonly string[];
}

const word = (min: number, max: number) =>
  fc.stringMatching(new RegExp(`^[a-z]{${min},${max}}$`), { maxLength: max });
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const grouped = (text: string, size: number, by: string) =>
  text.replace(new RegExp(`(.{${size}})(?=.)`, 'g'), `$1${by}`);

const email: fc.Arbitrary<Planted> = fc
  .tuple(
    fc.stringMatching(/^[a-z][a-z0-9]{4,12}([._+-][a-z0-9]{2,6})?$/),
    word(4, 10),
    fc.constantFrom('com', 'co.uk', 'example', 'museum'),
    fc.constantFrom('@', '%40', '＠'),
  )
  .map(([local, host, top, at]) => ({
    kind: 'email',
    written: `${local}${at}${host}.${top}`,
    traces: [`${local}${at}`, `${at}${host}`],
  }));

const phone: fc.Arbitrary<Planted> = fc
  .tuple(
    digits(10),
    fc.constantFrom('', ' ', '-', '.', ' (0)', '\u00a0', '–'),
    fc.constantFrom('+44', '+1', '0049', '0'),
  )
  .map(([number, by, prefix]) => ({
    kind: 'phone',
    written: `${prefix}${by}${grouped(number, 5, by === ' (0)' ? ' ' : by)}`,
    traces: [number.slice(0, 5), number.slice(5)],
  }));

const card: fc.Arbitrary<Planted> = fc
  .tuple(fc.constantFrom('4', '51', '37', '6011'), digits(15), fc.constantFrom('', ' ', '-'))
  .map(([network, filler, by]) => {
    const body = `${network}${filler}`.slice(0, 15);
    const last = [...'0123456789'].find((check) => passesLuhn(body + check)) ?? '';
    return {
      kind: 'card',
      written: grouped(body + last, 4, by),
      traces: [body.slice(4, 8), body.slice(8, 12)],
    };
  });

const iban: fc.Arbitrary<Planted> = fc
  .tuple(digits(18), fc.constantFrom('', ' '), fc.boolean())
  .map(([account, by, small]) => {
    const check = Array.from({ length: 98 }, (_, i) => String(i).padStart(2, '0')).find((two) =>
      hasValidCheckDigits(`DE${two}${account}`),
    );
    const written = grouped(`DE${check}${account}`, 4, by);
    return {
      kind: 'iban',
      written: small ? written.toLowerCase() : written,
      traces: [account.slice(4, 8), account.slice(8, 12)],
    };
  });

const token: fc.Arbitrary<Planted> = fc
  .tuple(
    fc.constantFrom('Bearer ', 'sk-live_', 'ghp_', 'sha256=', 'eyJ'),
    fc.stringMatching(/^[0-9a-f]{48}$/),
  )
  .map(([prefix, secret]) => ({
    kind: 'token',
    written: prefix === 'eyJ' ? `eyJ${secret.slice(0, 24)}.${secret.slice(24)}.x` : prefix + secret,
    traces: [secret.slice(0, 20), secret.slice(26, 46)],
  }));

export const planted = fc.oneof(email, phone, card, iban, token);

/** A text with the planted part in it, set off by what sets things off. */
export const carrier = fc
  .tuple(
    fc.constantFrom(
      '',
      'to ',
      'tel:',
      '(',
      '"',
      "'",
      '[',
      '=',
      ': ',
      '<',
      '\n',
      '\\n',
      'mail;',
      '> ',
      'say\t',
    ),
    fc.constantFrom('', ' ', ')', '"', "'", ']', ';', '\n', '\\n', '>', ' and on', ', then', '!', '\t'),
  )
  .map(
    ([before, after]) =>
      (written: string) =>
        `${before}${written}${after}`,
  );
