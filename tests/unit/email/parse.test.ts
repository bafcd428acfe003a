import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { ServiceError } from '../../../src/observability/errors.ts';
import { MAX_MAIL_BYTES, MAX_TEXT, parseMail } from '../../../src/platform/email/parse.ts';
import * as mails from './fixtures.ts';

const { eml } = mails;
const problem = (raw: Uint8Array) =>
  parseMail(raw).then(
    () => undefined,
    (error: unknown) => error,
  );

test('reads the headers', async () => {
  const mail = await parseMail(mails.plain);
  expect(mail).toEqual({
    messageId: '<CAF1=abc+def@mail.example.com>',
    fingerprint: createHash('sha256').update(mails.plain).digest('hex'),
    from: { address: 'jane@example.com', name: 'Jane Doe' },
    to: ['support@larkspur.example'],
    subject: 'Schedule not published',
    text: "Hello,\n\nI can't publish the schedule for next week.\n\nJane",
    truncated: false,
    inReplyTo: undefined,
    references: [],
    date: Date.UTC(2026, 1, 3, 10),
    attachments: 0,
    headers: expect.arrayContaining([{ name: 'x-ses-spam-verdict', value: 'PASS' }]),
  });
  expect(mail.headers.map(({ name }) => name)).not.toContain('subject');
});

test.each([
  ['the plain part of two', mails.alternative, 'The plain words.'],
  [
    'HTML',
    mails.htmlOnly,
    'Dear team,\n\nour invoices are <wrong> since März – see the list (https://example.com/i?a=1&b=2):\n\n- number 7\n- number 8\n\nJane',
  ],
  [
    'quoted-printable',
    mails.quotedPrintable,
    'Grüße aus Köln, the total is 5 € and this line is long enough to be wrapped.',
  ],
  ['Base64', mails.base64, 'Zażółć gęślą jaźń, 日本語 😀'],
  ['ISO-8859-1', mails.latin1, 'Die Übersicht läßt sich nicht öffnen.'],
  ['the first words of a reply', mails.replyInGmail, 'It works now, thank you!'],
])('the text: %s', async (_, raw, text) => {
  expect((await parseMail(raw)).text).toBe(text);
});

test('HTML stands in for a plain part that is blank', async () => {
  const raw = Buffer.from(mails.alternative.toString().replace('The plain words.', ' '));
  expect((await parseMail(raw)).text).toBe('The HTML words.');
});

test.each(mails.subjects)('a subject: %s', async (_, encoded, decoded) => {
  expect((await parseMail(mails.withSubject(encoded))).subject).toBe(decoded);
});

test('attachments are counted and left out', async () => {
  expect(await parseMail(mails.attachments)).toMatchObject({
    attachments: 2,
    text: 'See the attached screenshot.',
  });
});

test('a mail that is passed on is part of the text', async () => {
  const { text } = await parseMail(mails.forwarded);
  for (const part of ['Is this mail from you?', 'Click here to confirm.', 'The innermost words.']) {
    expect(text).toContain(part);
  }
});

test('the thread of a reply', async () => {
  expect(await parseMail(mails.replyInGmail)).toMatchObject({
    inReplyTo: '<0100018f-000001-000000@eu-west-1.amazonses.com>',
    references: [
      '<CAF1=abc+def@mail.example.com>',
      '<rep_1@larkspur.example>',
      '<0100018f-000001-000000@eu-west-1.amazonses.com>',
    ],
  });
});

test.each([
  ['none', '', undefined],
  ['one without its brackets', 'Message-ID: abc@example.com\n', '<abc@example.com>'],
  ['one with something around it', 'Message-ID: (x) <abc@example.com> y\n', '<abc@example.com>'],
  ['one with spaces in it', 'Message-ID: <a b@example.com>\n', undefined],
  ['one that is too long', `Message-ID: <${'a'.repeat(300)}@example.com>\n`, undefined],
])('a message id: %s', async (_, line, messageId) => {
  expect((await parseMail(eml(`${line}From: jane@example.com\n\nHello`))).messageId).toBe(messageId);
});

test.each([
  ['capital letters', 'JANE@EXAMPLE.COM', 'jane@example.com', undefined],
  ['a quoted name', '"Doe, Jane" <jane@example.com>', 'jane@example.com', 'Doe, Jane'],
  ['an encoded name', '=?utf-8?Q?J=C3=A4ne?= <jane@example.com>', 'jane@example.com', 'Jäne'],
  ['a name that is another address', 'boss@bank.example <jane@example.com>', 'jane@example.com', 'boss@bank.example'],
  ['an encoded name with an address', '=?utf-8?Q?=3Cboss=40bank.example=3E?= <jane@example.com>', 'jane@example.com', '<boss@bank.example>'],
  ['a name with a line break', '=?utf-8?Q?Jane=0D=0ABcc=3A_x?= <jane@example.com>', 'jane@example.com', 'Jane Bcc: x'],
  ['a domain in its own script', 'jane@bücher.example', 'jane@xn--bcher-kva.example', undefined],
])('a sender: %s', async (_, from, address, name) => {
  expect((await parseMail(eml(`From: ${from}\n\nHello`))).from).toEqual({ address, name });
}); // biome-ignore format: a table

test('all recipients, each once', async () => {
  const raw = eml(`
From: jane@example.com
Delivered-To: support+${mails.TICKET}@larkspur.example
To: "Support" <Support@larkspur.example>, Team: a@example.com, b@example.com;, nobody
Cc: support@larkspur.example

Hello`);
  expect((await parseMail(raw)).to).toEqual([
    'support@larkspur.example',
    'a@example.com',
    'b@example.com',
    `support+${mails.TICKET}@larkspur.example`,
  ]);
});

test('keeps the first 20 000 characters of a text', async () => {
  const mail = await parseMail(eml(`From: jane@example.com\n\n${'x'.repeat(MAX_TEXT - 1)}😀 and more`));
  expect(mail.truncated).toBe(true);
  expect(mail.text).toBe('x'.repeat(MAX_TEXT - 1));
  expect((await parseMail(eml(`From: jane@example.com\n\n${'x'.repeat(MAX_TEXT)}`))).truncated).toBe(false);
});

test('a mail without any words has an empty text', async () => {
  expect((await parseMail(eml('From: jane@example.com\n'))).text).toBe('');
});

test('a date that is none', async () => {
  expect((await parseMail(eml('From: jane@example.com\nDate: yesterday\n\nHi'))).date).toBeUndefined();
});

test.each(mails.garbage)('refuses %s', async (_, raw, why) => {
  expect(await problem(raw)).toMatchObject({
    message: expect.stringContaining(why),
    code: 'FTE_MAIL_MALFORMED',
    type: 'parse',
    status: 400,
    component: 'email',
  });
});

test('refuses what is larger than 10 MiB, and reads what is just as large', async () => {
  const raw = Buffer.alloc(MAX_MAIL_BYTES, 'x');
  raw.write('From: jane@example.com\r\n\r\n');
  for (let at = 78; at < raw.length; at += 78) raw[at] = 0x0a;
  expect((await parseMail(raw)).text).toHaveLength(MAX_TEXT);
  expect(await problem(Buffer.concat([raw, Buffer.from('x')]))).toMatchObject({
    code: 'FTE_MAIL_TOO_LARGE',
    status: 413,
  });
});

/** Pieces that mails are made of, put together in any order. */
const scraps = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'From: jane@example.com\r\n', 'From: =?utf-8?B?', 'To: ', 'Message-ID: <a@b.example>\r\n', 'Subject: ', '\r\n\r\n', '\n',
        'Content-Type: multipart/mixed; boundary=x\r\n', 'Content-Type: text/html\r\n', '--x\r\n', '--x--\r\n',
        'Content-Type: message/rfc822\r\n', 'Content-Transfer-Encoding: base64\r\n', '=?utf-8?Q?=0D=0A?=', '> ',
        'On 3 Feb 2026 Jane wrote:\r\n', '-- \r\n', '<p>', '<a href="', '<!--', '&#0;', '&#xD800;', '\0', '😀', '"', '<', '>', '(',
      ), // biome-ignore format: a list
      fc.string({ unit: 'binary', maxLength: 20 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join('')));
const anyRaw = fc.oneof(scraps, fc.uint8Array({ maxLength: 500 }));
const anyMail = fc
  .tuple(anyRaw, fc.boolean())
  .map(([raw, sender]) => (sender ? Buffer.concat([Buffer.from('From: jane@example.com\r\n'), raw]) : raw));

test('whatever comes in, only ServiceErrors come out, and only the text has line breaks', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(anyMail, async (raw) => {
      const mail = await parseMail(raw).catch((error: unknown) => error);
      if (mail instanceof Error) {
        expect(mail).toBeInstanceOf(ServiceError);
        return;
      }
      read += 1;
      const { text, ...rest } = mail as Awaited<ReturnType<typeof parseMail>>;
      expect(JSON.stringify(rest)).not.toMatch(/\\[rn]|\\u00[01]/);
      expect(text).not.toMatch(/\r|\0/);
      expect(text.isWellFormed()).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(300);
});
