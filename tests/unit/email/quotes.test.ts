import fc from 'fast-check';
import { ownWords } from '../../../src/platform/email/quotes.ts';

const reply = { reply: true, forward: false };
const fresh = { reply: false, forward: false };
const forward = { reply: true, forward: true };
const attribution = 'On Tue, 3 Feb 2026 at 11:05, Support <support@larkspur.example> wrote:';

test.each([
  ['above the quoted mail', `Thanks!\n\n${attribution}\n> Hello\n>\n> please try again`, 'Thanks!'],
  ['above it, the sentence wrapped', 'Thanks!\n\nOn Tue, 3 Feb 2026, Support\n<support@larkspur.example>\nwrote:\n\n> Hello', 'Thanks!'],
  ['in German', 'Danke!\n\nAm 03.02.2026 um 11:05 schrieb Support:\n> Hallo', 'Danke!'],
  ['in French', 'Merci !\n\nLe mar. 3 févr. 2026 à 11:05, Support a écrit :\n\n> Bonjour', 'Merci !'],
  ['in Spanish', '¡Gracias!\n\nEl mar, 3 feb 2026 a las 11:05, Support escribió:\n> Hola', '¡Gracias!'],
  ['below the quoted mail', `${attribution}\n> Hello\n> please try again\n\nIt fails again.`, 'It fails again.'],
  ['between its lines', `${attribution}\n> Did you save?\nYes.\n> And publish?\nNo.`, 'Yes.\nNo.'],
  ['above a quotation without marks', `Thanks!\n\n${attribution}\n\nHello Jane,\nplease try again.`, 'Thanks!'],
  ['above a quotation without its sentence', 'Thanks!\n\n> Hello\n> please try again', 'Thanks!'],
  ["above Outlook's header", 'Thanks!\n\n________________________________\nFrom: Support <support@larkspur.example>\nSent: Tuesday, 3 February 2026 11:05\nTo: Jane\nSubject: Re: Schedule\n\nHello Jane', 'Thanks!'],
  ["above Outlook's header in German", 'Danke!\n\nVon: Support\nGesendet: Dienstag\nAn: Jane\nBetreff: AW: Plan\n\nHallo', 'Danke!'],
  ['above an original message', 'Thanks!\n\n-----Original Message-----\nFrom: Support\n\nHello', 'Thanks!'],
  ['above a signature', 'Thanks!\n-- \nJane Doe\nACME\n+1 555 0100', 'Thanks!'],
  ['above a signature that lost its space', 'Thanks!\n--\nJane Doe', 'Thanks!'],
  ['above signature and quoted mail', `Thanks!\n\n-- \nJane\n\n${attribution}\n> Hello`, 'Thanks!'],
])('keeps only what is written %s', (_, text, kept) => {
  expect(ownWords(text, reply)).toBe(kept);
}); // biome-ignore format: a table

test.each([
  ['nothing but a quotation', `${attribution}\n> Hello\n> again`, reply],
  ['nothing but a signature', '-- \nJane Doe', reply],
  ['an error message in a first mail', 'I get this:\n\n> Error 500\n> try later', fresh],
  ['an error message between own lines', 'I get this:\n> Error 500\nWhat can I do?', reply],
  ['a story', 'Hello,\n\nOn Monday my boss wrote:\n\nwe need 3 people.', reply],
  ['a mail that is passed on', 'See below.\n\nFrom: Bank <bank@example.com>\nSent: Monday\nTo: Jane\nSubject: Rota\n\nPay now', forward],
  ['headers in a first mail', 'The mail says:\nFrom: Bank\nDate: Monday\nSubject: Rota\nIs it yours?', fresh],
  ['a list under two dashes', `Plan:\n--\n${Array.from({ length: 9 }, (_, at) => `${at}`).join('\n')}`, fresh],
  ['comparisons', 'Is 5 > 3?\n->  yes', reply],
  ['a line that ends like one', 'Our site wrote: 5 times:', reply],
])('keeps %s whole', (_, text, kind) => {
  expect(ownWords(text, kind)).toBe(text);
}); // biome-ignore format: a table

test('a first mail that quotes with a sentence is cut as well', () => {
  expect(ownWords(`See here.\n\n${attribution}\n> Hello`, fresh)).toBe('See here.');
});

test('always keeps something, and only lines that were there', () => {
  const line = fc.constantFrom('', ' ', 'words', '> quoted', '>', '-- ', '--', attribution, 'On 3 x', 'wrote:', 'From: x', 'Sent: x', 'Subject: x', '_____', '-----Original Message-----'); // biome-ignore format: a list
  const kind = fc.record({ reply: fc.boolean(), forward: fc.boolean() });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 15 }), kind, (lines, of) => {
      const kept = ownWords(lines.join('\n'), of);
      expect(kept === '').toBe(lines.join('').trim() === '');
      const were = new Set(lines.map((one) => one.trim()));
      expect(kept.split('\n').filter((one) => !were.has(one.trim()) && one !== '')).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['attributions', `${attribution}\n`],
  ['verbs', 'On 1 schrieb schrieb schrieb schrieb schrieb schrieb schrieb schrieb schrieb schrieb schrieb a'],
  ['marks', '> > > >\n\n'],
  ['headers', 'From: a\n'],
  ['spaces', `On ${' '.repeat(300)}\n`],
])('200 000 characters of %s take no time', (_, piece) => {
  const text = piece.repeat(Math.ceil(200_000 / piece.length));
  const started = performance.now();
  ownWords(text, reply);
  expect(performance.now() - started).toBeLessThan(5_000);
});
