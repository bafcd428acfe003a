import { hasValidCheckDigits } from '../../src/observability/redaction/iban.ts';
import { passesLuhn } from '../../src/observability/redaction/numbers.ts';
import { type Random, seeded } from '../../traffic/random.ts';

export const PARTS = ['name', 'e-mail', 'phone', 'card', 'iban', 'address', 'text'] as const;
export type Part = (typeof PARTS)[number];

/** Somebody who does not exist, with words and numbers that nobody else has. */
export interface Identity {
  readonly n: number;
  readonly name: string;
  readonly email: string;
  /** With its plus. */
  readonly phone: string;
  readonly card: string;
  readonly iban: string;
  readonly street: string;
  /** What they write, their own word and everything above in it. */
  readonly text: string;
  /** By part, what must not be found: words of letters alone, in lower case, or digits alone. */
  readonly needles: Readonly<Record<Part, readonly string[]>>;
}

const CONSONANTS = 'bcdfghjklmnpqrstvwxz';
const VOWELS = 'aeiou';

/** A word of eight letters that no other number of this kind has, and no language either. */
function word(n: number, kind: number): string {
  let rest = n * 8 + kind;
  let text = 'zq';
  for (let i = 0; i < 3; i += 1) {
    text += CONSONANTS.charAt(rest % CONSONANTS.length);
    rest = Math.floor(rest / CONSONANTS.length);
    text += VOWELS.charAt(rest % VOWELS.length);
    rest = Math.floor(rest / VOWELS.length);
  }
  return text;
}

const digits = (random: Random, length: number) =>
  Array.from({ length }, () => String(random.between(0, 9))).join('');
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const grouped = (text: string) => text.replace(/(.{4})(?=.)/g, '$1 ');

const QUESTIONS = [
  'How can I swap one of my shifts with a colleague?',
  'How do I request leave?',
  'I was charged twice and I want my money back.',
  'How do I export payroll?',
  'I need to talk to a human.',
];

/** The same identities for the same seed. */
export function identities(count: number, seed: number): readonly Identity[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, n) => {
    const [first, last, mailbox, road, own] = [0, 1, 2, 3, 4].map((kind) => word(n, kind)) as [
      string, string, string, string, string,
    ]; // biome-ignore format: short
    const body = `4${digits(random, 14)}`;
    const card = body + ([...'0123456789'].find((check) => passesLuhn(body + check)) ?? '');
    const account = digits(random, 18);
    const check = Array.from({ length: 97 }, (_, i) => String(i + 2).padStart(2, '0')).find((two) =>
      hasValidCheckDigits(`DE${two}${account}`),
    );
    // Of Ofcom's numbers for drama, and then more of them.
    const phone = `+447700${String(900_000 + n).padStart(6, '0')}`;
    const street = `${random.between(1, 99)} ${capital(road)} Lane`;
    const iban = `DE${check}${account}`;
    const [name, email] = [
      `${capital(first)} ${capital(last)}`,
      `${mailbox}.${random.between(10, 99)}@example.com`,
    ];
    const text =
      `${QUESTIONS[n % QUESTIONS.length]} My word for it is ${own}. I am ${name}, ${street}, ` +
      `reach me at ${email} or ${phone}; card ${grouped(card)}, account ${n % 2 === 0 ? iban : grouped(iban)}.`;
    return {
      n, name, email, phone, card, iban, street, text,
      needles: {
        name: [first, last], 'e-mail': [mailbox], phone: [phone.slice(3)], card: [card], iban: [account],
        address: [road], text: [own],
      },
    }; // biome-ignore format: a table
  });
}
