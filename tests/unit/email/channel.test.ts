import fc from 'fast-check';
import {
  isAutomatic,
  isLoop,
  mailIdOf,
  messageIdFor,
  type ParsedMail,
  replySubject,
  SES_AUTHSERV_ID,
  senderOf,
  taggedAddress,
  threadOf,
  verdictsOf,
} from '../../../src/fte/channels/email.ts';
import { parseMail } from '../../../src/platform/email/parse.ts';
import * as mails from './fixtures.ts';

const { OWN, TICKET, eml } = mails;
const withHeaders = (lines: string, from = 'jane@example.com') =>
  parseMail(eml(`${lines}${lines === '' ? '' : '\n'}From: ${from}\nSubject: Hi\n\nHello`));

describe('isAutomatic', () => {
  test.each([
    ['a plain mail', mails.plain, undefined],
    ['a reply', mails.replyInGmail, undefined],
    ['a mail that is passed on', mails.forwarded, undefined],
    ['an absence note', mails.outOfOffice, 'auto_submitted'],
    ['a newsletter', mails.bulkList, 'bulk'],
    ['a bounce', mails.bounce, 'report'],
  ])('%s', async (_, raw, reason) => {
    expect(isAutomatic(await parseMail(raw), OWN)).toBe(reason);
  });

  test.each([
    ['Auto-Submitted: no', undefined],
    ['Auto-Submitted: NO; comment', undefined],
    ['Auto-Submitted: auto-replied (vacation)', 'auto_submitted'],
    ['auto-submitted: Auto-Notified; owner-email="x@example.com"', 'auto_submitted'],
    ['Precedence: first-class', undefined],
    ['Precedence: Junk', 'bulk'],
    ['Precedence: list', 'bulk'],
    ['List-Id: <a.example.com>', 'list'],
    ['List-Unsubscribe: <mailto:u@example.com>', 'list'],
    ['X-Autoreply: yes', 'autoreply'],
    ['X-Autorespond: Re: your mail', 'autoreply'],
    ['X-Auto-Response-Suppress: DR, OOF, AutoReply', 'autoreply'],
    ['X-Auto-Response-Suppress: DR, RN, NRN', undefined],
    ['X-Auto-Response-Suppress: None', undefined],
    ['Return-Path: <>', 'null_sender'],
    ['Return-Path: <jane@example.com>', undefined],
    ['Content-Type: multipart/report; report-type=feedback-report', 'report'],
    ['X-FTE-Reply-Id: rep_1', 'loop'],
  ])('%s', async (line, reason) => {
    expect(isAutomatic(await withHeaders(line), OWN)).toBe(reason);
  });

  test.each([
    ['MAILER-DAEMON@mx.example.com', 'robot_address'],
    ['no-reply@example.com', 'robot_address'],
    ['noreply+1234@example.com', 'robot_address'],
    ['do_not_reply@example.com', 'robot_address'],
    ['bounces+1-2-jane=example.com@example.com', 'robot_address'],
    ['noreplyson@example.com', undefined],
    ['reply@example.com', undefined],
    ['Support@Larkspur.example', 'loop'],
    [`support+${TICKET}@larkspur.example`, 'loop'],
    ['support@elsewhere.example', undefined],
  ])('from %s', async (from, reason) => {
    expect(isAutomatic(await withHeaders('', from), OWN)).toBe(reason);
  });

  test('a loop is told on its own', async () => {
    expect(isLoop(await withHeaders('', 'support+x@larkspur.example'), OWN)).toBe(true);
    expect(isLoop(await parseMail(mails.outOfOffice), OWN)).toBe(false);
  });
});

describe('verdictsOf', () => {
  const fine = { spam: false, virus: false, dmarc: 'pass' };

  test.each([
    ['a proven sender', mails.plain, fine],
    ['a forgery below a failure', mails.forgedResults, { ...fine, dmarc: 'fail' }],
    ['no policy', mails.withHead({ dmarc: 'none' }), { ...fine, dmarc: 'none' }],
    ['a check that did not come to an end', mails.withHead({ dmarc: 'temperror' }), { ...fine, dmarc: 'none' }],
    ['another domain than the sender’s', mails.withHead({ domain: 'example.org' }), { ...fine, dmarc: 'none' }],
    ['spam', mails.withHead({ spam: 'FAIL' }), { ...fine, spam: true }],
    ['grey mail', mails.withHead({ spam: 'GRAY' }), fine],
    ['a virus', mails.withHead({ virus: 'FAIL' }), { ...fine, virus: true }],
    ['spam, and a forgery below', eml('X-SES-Spam-Verdict: FAIL\nX-SES-Spam-Verdict: PASS\nFrom: jane@example.com\n\nHi'), { ...fine, spam: true, dmarc: 'none' }],
    ['no verdicts', eml('From: jane@example.com\n\nHello'), { ...fine, dmarc: 'none' }],
  ])('%s', async (_, raw, verdicts) => {
    expect(verdictsOf(await parseMail(raw), SES_AUTHSERV_ID)).toEqual(verdicts);
  }); // biome-ignore format: a table

  test.each([
    ['the server that is trusted', 'mx.acme.example; dmarc=pass header.from=example.com', 'pass'],
    ['its version', 'MX.acme.example 1; dmarc=pass (p=none) header.from=example.com', 'pass'],
    ['an address instead of a domain', 'mx.acme.example; dmarc=pass header.from=jane@example.com', 'pass'],
    ['another server', 'mx.evil.example; dmarc=pass header.from=example.com', 'none'],
    ['one that begins alike', 'mx.acme.example.evil.example; dmarc=pass header.from=example.com', 'none'],
    ['no domain', 'mx.acme.example; dmarc=pass', 'none'],
    ['only SPF and DKIM', 'mx.acme.example; spf=pass; dkim=pass header.d=example.com', 'none'],
    ['a name with a result in it', 'mx.acme.example; spf=none smtp.helo="x; dmarc=pass header.from=example.com"', 'none'],
    ['a comment with a result in it', 'mx.acme.example; spf=none (x; dmarc=pass header.from=example.com)', 'none'],
    ['a nested comment', 'mx.acme.example; spf=none (a (b) ; dmarc=pass header.from=example.com)', 'none'],
    ['an escaped quotation mark', 'mx.acme.example; spf=none smtp.helo="\\"; dmarc=pass header.from=example.com"', 'none'],
    ['two results that differ', 'mx.acme.example; dmarc=pass header.from=example.com; dmarc=fail header.from=example.com', 'fail'],
    ['two results, one of another domain', 'mx.acme.example; dmarc=pass header.from=example.com; dmarc=pass header.from=evil.example', 'none'],
    ['a reason with a domain in it', 'mx.acme.example; dmarc=pass reason="x header.from=example.com" header.from=evil.example', 'none'],
    ['nothing', 'mx.acme.example; none', 'none'],
    ['an endless field', `mx.acme.example; dmarc=pass header.from=example.com; ${'x'.repeat(10_000)}`, 'none'],
  ])('believes %s as it should', async (_, value, dmarc) => {
    const mail = await withHeaders(`Authentication-Results: ${value}`);
    expect(verdictsOf(mail, 'mx.acme.example').dmarc).toBe(dmarc);
    expect(verdictsOf(mail, undefined).dmarc).toBe('none');
  }); // biome-ignore format: a table

  test('what stands below the topmost results counts for nothing', async () => {
    const mail = await withHeaders(
      'Authentication-Results: relay.example; spf=pass\nAuthentication-Results: amazonses.com; dmarc=pass header.from=example.com',
    );
    expect(verdictsOf(mail, SES_AUTHSERV_ID).dmarc).toBe('none');
  });

  test('only a passed check makes an address verified', async () => {
    const mail = await parseMail(mails.plain);
    const value = 'jane@example.com';
    expect(senderOf(mail, { dmarc: 'pass' })).toEqual({ kind: 'email', value, verified: true });
    expect(senderOf(mail, { dmarc: 'fail' })).toEqual({ kind: 'email', value, verified: false });
    expect(senderOf(mail, { dmarc: 'none' })).toEqual({ kind: 'email', value, verified: false });
  });
});

describe('threadOf', () => {
  const thread = async (lines: string) => threadOf(await withHeaders(lines));

  test('the answered mail first, then the others from the last one on, each once', async () => {
    expect(await thread('In-Reply-To: <c@x.example>\nReferences: <a@x.example> <b@x.example> <c@x.example>')).toEqual({
      messageIds: ['<c@x.example>', '<b@x.example>', '<a@x.example>'],
      ticketId: undefined,
    });
  }); // biome-ignore format: short

  test('no more than 20 of them', async () => {
    const ids = Array.from({ length: 500 }, (_, at) => `<${at}@x.example>`);
    expect((await thread(`References: ${ids.join('\n ')}`)).messageIds).toEqual(ids.slice(-20).reverse());
  });

  test.each([
    ['in the subject', `Subject: Re: [${TICKET}] Schedule`, TICKET],
    ['in the subject, in capitals', `Subject: RE: [${TICKET.toUpperCase()}]`, TICKET],
    ['in the address', `To: Support <Support+${TICKET}@larkspur.example>`, TICKET],
    ['in a copy’s address', `To: a@x.example\nCc: support+${TICKET}@larkspur.example`, TICKET],
    ['without brackets', `Subject: Re: ${TICKET}`, undefined],
    ['too short', 'Subject: [tkt_0123]', undefined],
    ['longer than it should be', `Subject: [${TICKET}0]`, undefined],
  ])('a ticket %s', async (_, lines, ticketId) => {
    expect(threadOf(await parseMail(eml(`${lines}\nFrom: jane@example.com\n\nHi`))).ticketId).toBe(ticketId);
  });

  test('our tagged address comes back', async () => {
    const address = taggedAddress('support@larkspur.example', TICKET);
    expect(address).toBe(`support+${TICKET}@larkspur.example`);
    expect((await thread(`To: ${address}`)).ticketId).toBe(TICKET);
    const long = `${'s'.repeat(40)}@larkspur.example`;
    expect(taggedAddress(long, TICKET)).toBe(long);
  });
});

describe('mailIdOf', () => {
  const base = { from: { address: 'jane@example.com', name: undefined }, fingerprint: 'f1' };
  const id = (mail: Partial<ParsedMail>) => mailIdOf({ ...base, ...mail } as ParsedMail);

  test('the same for the same mail, another for another sender’s', () => {
    const first = id({ messageId: '<a@x.example>' });
    expect(id({ messageId: '<a@x.example>', fingerprint: 'f2' })).toBe(first);
    expect(id({ messageId: '<b@x.example>' })).not.toBe(first);
    expect(id({ messageId: '<a@x.example>', from: { address: 'eve@x.example', name: undefined } })).not.toBe(first);
  }); // biome-ignore format: short

  test('without a Message-ID the whole mail decides', () => {
    expect(id({})).toBe(id({}));
    expect(id({ fingerprint: 'f2' })).not.toBe(id({}));
  });
});

describe('replySubject', () => {
  test.each([
    ['Schedule', 'Re: Schedule'],
    ['Re: Schedule', 'Re: Schedule'],
    ['RE: AW: re : Re[2]: Schedule', 'Re: Schedule'],
    ['Fwd: Schedule', 'Re: Fwd: Schedule'],
    ['Reset: my password', 'Re: Reset: my password'],
    ['a\r\nBcc: all@example.com', 'Re: a Bcc: all@example.com'],
    ['', 'Re: your message'],
    ['Re:', 'Re: your message'],
    [undefined, 'Re: your message'],
    [`${'x'.repeat(199)} y`, `Re: ${'x'.repeat(199)}`],
  ])('%j', (subject, reply) => {
    expect(replySubject(subject)).toBe(reply);
  });

  test('twice is once, and one line', () => {
    const piece = fc.constantFrom('Re:', 're: ', 'AW :', 'Re[3]:', ' ', '\r\n', '\u2028', '\u00a0', 'x', '😀', '\ud800', 'y'.repeat(150)); // biome-ignore format: a list
    const subject = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(subject, (text) => {
        const once = replySubject(text);
        expect(replySubject(once)).toBe(once);
        expect(once).toMatch(/^Re: (?!re ?:)[^\r\n\u2028]+$/i);
        expect(once.isWellFormed()).toBe(true);
        expect([...once].length).toBeLessThanOrEqual(204);
      }),
      { numRuns: 2000 },
    );
  });
});

test('messageIdFor is the same each time, and one id', () => {
  expect(messageIdFor('rep_0123456789abcdef01234567', 'larkspur.example')).toBe(
    '<rep_0123456789abcdef01234567@larkspur.example>',
  );
  expect(messageIdFor('a\r\nb>c', 'larkspur.example')).toBe('<a--b-c@larkspur.example>');
});
