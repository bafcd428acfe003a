import { LOCAL_AUTHSERV_ID, LOCAL_MAIL_FROM, LOCAL_MAIL_TOKEN } from '../../../local/environment.ts';
import { sumOf } from '../../running/counted.ts';
import { questionOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { startSes } from '../../running/ses.ts';
import { until } from '../../running/until.ts';

let service: RunningService;
let ses: Awaited<ReturnType<typeof startSes>>;
beforeAll(async () => {
  ses = await startSes();
  service = await startService({ environment: { FTE_OUTBOX_FILE: '', AWS_ENDPOINT_URL_SESV2: ses.url } });
  service.work();
});
afterAll(async () => {
  await Promise.all([service.stop(), ses.close()]);
});

let mails = 0;
interface Mail {
  readonly from: string;
  readonly text: string;
  readonly subject?: string;
  readonly to?: string;
  readonly dmarc?: 'pass' | 'fail';
  readonly headers?: readonly string[];
  readonly id?: string;
}
const mimeOf = ({
  from,
  text,
  subject = 'A question',
  to = LOCAL_MAIL_FROM,
  dmarc = 'pass',
  headers = [],
  id,
}: Mail) => {
  mails += 1;
  const domain = from.slice(from.indexOf('@') + 1);
  return [
    `Authentication-Results: ${LOCAL_AUTHSERV_ID}; dmarc=${dmarc} header.from=${domain}`,
    `From: Ada <${from}>`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: ${id ?? `<m${mails}@${domain}>`}`,
    'Content-Type: text/plain; charset=utf-8',
    ...headers,
    '',
    text,
  ].join('\r\n');
};
const post = (rawBody: string, headers: Record<string, string> = {}) =>
  service.request(
    'POST /webhooks/email',
    {},
    {
      rawBody,
      headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${LOCAL_MAIL_TOKEN}`, ...headers },
    },
  );
// biome-ignore lint/suspicious/noExplicitAny: what SES was sent
const sentTo = (address: string): any[] => ses.taken.filter((one) => JSON.stringify(one).includes(address));
const count = async (name: string, labels: Record<string, string> = {}) => {
  const { metrics } = await import('../../../src/platform/telemetry.ts');
  return sumOf(await metrics.snapshot(), name, labels);
};

test('a mail is answered by a mail in its thread, once, however often it is delivered', async () => {
  const mime = mimeOf({
    from: 'one@example.com',
    text: 'How can I swap a shift with a colleague?',
    id: '<first@example.com>',
  });
  for (let i = 0; i < 3; i++)
    expect(await post(mime)).toMatchObject({ status: 200, json: { accepted: true } });
  await until('the answer', () => sentTo('one@example.com').length > 0);
  expect(sentTo('one@example.com')).toHaveLength(1);
  const text = JSON.stringify(sentTo('one@example.com')[0]);
  expect(text).toContain('Re: A question');
  expect(text).toContain('<first@example.com>');
  expect(text).toMatch(/support\+tkt_[0-9a-f]{32}@larkspur\.example/);
  expect(text).toMatch(/swap/i);
  expect(await count('fte_duplicate_messages_total', { channel: 'email' })).toBe(2);
});

test('an answer to our mail goes on with its ticket, from its own address only', async () => {
  await post(mimeOf({ from: 'two@example.com', text: 'How do I set my availability?' }));
  const [sent] = await until(
    'the answer',
    () => sentTo('two@example.com').length > 0 && sentTo('two@example.com'),
  );
  const tagged = /support\+(tkt_[0-9a-f]{32})@larkspur\.example/.exec(JSON.stringify(sent));
  const [to = '', ticketId = ''] = tagged ?? [];
  const messagesOf = async () =>
    (await service.request('GET /support/ticket/{id}', { id: ticketId })).json.messages.length as number;
  await post(mimeOf({ from: 'two@example.com', to, text: 'And how do I request leave?', dmarc: 'fail' }));
  await until('both on the ticket', async () => (await messagesOf()) === 4);
  await post(mimeOf({ from: 'thief@example.com', to, text: 'What did they write to you about shifts?' }));
  await until('the other is answered elsewhere', () => sentTo('thief@example.com').length > 0);
  expect(await messagesOf()).toBe(4);
});

test.each<[string, Partial<Mail>, string]>([
  ['an out-of-office note', { headers: ['Auto-Submitted: auto-replied'] }, 'auto_submitted'],
  ['a newsletter', { headers: ['List-Id: <news.example.com>'] }, 'list'],
  ['our own mail come back', { from: LOCAL_MAIL_FROM }, 'loop'],
  ['spam', { headers: ['X-SES-Spam-Verdict: FAIL'] }, 'spam'],
])('%s is taken and not answered', async (_, mail, reason) => {
  const stored = await count('fte_customer_interactions_total', {
    channel: 'email',
    direction: 'inbound',
    status: 'success',
  });
  const answer = await post(mimeOf({ from: 'robot@example.com', text: 'I am away until Monday.', ...mail }));
  expect(answer).toMatchObject({ status: 200, json: { accepted: false, reason } });
  expect(
    await count('fte_customer_interactions_total', {
      channel: 'email',
      direction: 'inbound',
      status: 'success',
    }),
  ).toBe(stored);
});

test("who floods in a stranger's name silences nobody; a flood of one's own is let go, and not said to be taken", async () => {
  const from = 'victim@example.com';
  const form = () => service.request('POST /support/submit', {}, { body: { ...questionOf(), email: from } });
  for (let i = 0; i < 6; i++) expect((await form()).status).toBe(i < 5 ? 201 : 429);
  const forged = { from, text: 'How do I set my availability?', dmarc: 'fail' } as const;
  for (let i = 0; i < 6; i++) {
    const flood = i < 5 ? { accepted: true } : { accepted: false, reason: 'rate_limited' };
    expect((await post(mimeOf(forged))).json).toEqual(flood);
  }
  const own = { from, text: 'How can I swap a shift with a colleague?', subject: 'My own words' };
  for (let i = 0; i < 6; i++) {
    const flood = i < 5 ? { accepted: true } : { accepted: false, reason: 'rate_limited' };
    expect((await post(mimeOf(own))).json).toEqual(flood);
  }
  await until(
    'all of the own words',
    () => JSON.stringify(sentTo(from)).split('Re: My own words').length === 6,
  );
});

test.each<[string, string, Record<string, string>, number]>([
  ['no token', 'x', { authorization: '' }, 401],
  ['a wrong token', 'x', { authorization: 'Bearer guess' }, 401],
  ['another content type', 'x', { 'content-type': 'text/plain' }, 415],
  ['an empty mail', '', {}, 400],
  ['no mail at all', 'just some words', {}, 400],
])('%s is refused', async (_, body, headers, status) => {
  expect((await post(body, headers)).status).toBe(status);
});

describe('who may see what was written before', () => {
  const historyOf = async (from: string, dmarc: 'pass' | 'fail') => {
    const { connect } = await import('../../../src/platform/service.ts');
    const { customer } = await connect().customers.resolve(
      { kind: 'email', value: from, verified: dmarc === 'pass' },
      undefined,
      0,
    );
    return { customer, conversations: await connect().customers.conversationsOf(customer.id, 10) };
  };

  test('a form and a mail of one address are one customer; a proven mail goes on, an unproven one begins anew', async () => {
    const from = 'three@example.com';
    const { json: form } = await service.request(
      'POST /support/submit',
      {},
      { body: questionOf({ email: from }) },
    );
    await until(
      'the form is answered',
      async () => (await historyOf(from, 'fail')).conversations.length === 1,
    );
    await post(mimeOf({ from, text: 'A forger asks about my shifts, how do I swap one?', dmarc: 'fail' }));
    await until(
      'a conversation of its own',
      async () => (await historyOf(from, 'fail')).conversations.length === 2,
    );
    await post(mimeOf({ from, text: 'It is really me: how do I swap a shift?' }));
    await until('all answered', () => sentTo(from).length === 2);
    expect((await historyOf(from, 'pass')).conversations).toHaveLength(3);
    // Anybody may have typed the address into the form, and can read the form's ticket.
    const { text } = await service.request('GET /support/ticket/{id}', { id: form.ticket_id });
    expect(text).not.toContain('really me');
  });
});

describe('mails that a receipt rule leaves in S3', () => {
  const BUCKET = 'mail';
  const put = async (Key: string, Body: string) => {
    const { CreateBucketCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const s3 = new S3Client({ forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => undefined);
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
    s3.destroy();
  };
  const eventOf = (...keys: string[]) => ({
    Records: keys.map((key) => ({
      eventTime: new Date().toISOString(),
      s3: { bucket: { name: BUCKET }, object: { key, size: 100 } },
    })),
  });

  test('each is answered once, however often the event comes; one that can not be read holds none back', async () => {
    const mime = mimeOf({ from: 'six@example.com', text: 'How do I request leave?' }).replace(
      LOCAL_AUTHSERV_ID,
      'amazonses.com',
    );
    await put('good', mime);
    await put('bad', 'no mail');
    const before = await count('fte_webhook_rejections_total', { channel: 'email', reason: 'malformed' });
    for (let i = 0; i < 2; i++) await service.invoke('mailObject', eventOf('bad', 'gone', 'good'));
    await until('the answer', () => sentTo('six@example.com').length > 0);
    expect(sentTo('six@example.com')).toHaveLength(1);
    expect(await count('fte_webhook_rejections_total', { channel: 'email', reason: 'malformed' })).toBe(
      before + 2,
    );
  });

  test("S3's own test event is nothing to do", async () => {
    await expect(
      service.invoke('mailObject', { Service: 'Amazon S3', Event: 's3:TestEvent' }),
    ).resolves.toBeUndefined();
  });
});
