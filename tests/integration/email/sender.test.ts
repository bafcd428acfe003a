/** The SDK's own client against a server that speaks SES's protocol. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { messageIdFor } from '../../../src/fte/channels/email.ts';
import { DeliveryRefused } from '../../../src/fte/errors.ts';
import { type OutgoingMail, sendFailed, sesClient, sesSender } from '../../../src/platform/email/sender.ts';
import { startSes } from '../../running/ses.ts';
import { freePort } from '../../servers/free-port.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const clientFor = (endpoint: string, region = 'eu-west-1') => sesClient({ endpoint, region, credentials });
const options = { from: 'support@larkspur.example', domain: 'larkspur.example' };
const mail: OutgoingMail = {
  to: 'jane@example.com',
  subject: 'Re: Schedule not published',
  text: 'Hello Jane,\n\nplease try again.',
  inReplyTo: '<CAF1=abc+def@mail.example.com>',
  references: ['<first@mail.example.com>'],
  replyId: 'rep_0123456789abcdef01234567',
  correlationId: 'c-1',
};

let ses: Awaited<ReturnType<typeof startSes>>;
beforeAll(async () => {
  ses = await startSes();
});
afterAll(() => ses.close());
afterEach(() => ses.reset());

const send = (over: Partial<OutgoingMail> = {}, more: { deadlineMs?: number } = {}) =>
  sesSender({ ...options, ...more }, clientFor(ses.url)).send({ ...mail, ...over });
const failure = async (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: unknown) => error,
  );
const headersSent = () =>
  Object.fromEntries(ses.taken[0]!.Content.Simple.Headers!.map(({ Name, Value }) => [Name, Value]));

test('sends one mail with the headers of its thread', async () => {
  expect(await send()).toEqual({
    providerMessageId: '0100018f-000001-000000',
    messageId: '<0100018f-000001-000000@eu-west-1.amazonses.com>',
  });
  expect(ses.taken).toHaveLength(1);
  expect(ses.taken[0]).toMatchObject({
    FromEmailAddress: 'support@larkspur.example',
    Destination: { ToAddresses: ['jane@example.com'] },
    EmailTags: [
      { Name: 'reply_id', Value: 'rep_0123456789abcdef01234567' },
      { Name: 'correlation_id', Value: 'c-1' },
    ],
    Content: {
      Simple: {
        Subject: { Data: 'Re: Schedule not published', Charset: 'UTF-8' },
        Body: { Text: { Data: mail.text, Charset: 'UTF-8' } },
      },
    },
  });
  expect(ses.taken[0]).not.toHaveProperty('ConfigurationSetName');
  expect(ses.taken[0]).not.toHaveProperty('ReplyToAddresses');
  expect(headersSent()).toEqual({
    'In-Reply-To': '<CAF1=abc+def@mail.example.com>',
    References:
      '<first@mail.example.com> <CAF1=abc+def@mail.example.com> <rep_0123456789abcdef01234567@larkspur.example>',
    'Auto-Submitted': 'auto-replied',
    'X-Auto-Response-Suppress': 'OOF, AutoReply',
    'X-FTE-Reply-Id': 'rep_0123456789abcdef01234567',
    'x-correlation-id': 'c-1',
  });
});

test('the same reply has the same Message-ID, given or not', async () => {
  await send();
  await send({ messageId: messageIdFor(mail.replyId, options.domain) });
  expect(ses.taken[1]).toEqual(ses.taken[0]);
});

test('an id that can be no tag is left out', async () => {
  await send({ correlationId: 'a:b.c' });
  expect(ses.taken[0]!.EmailTags).toEqual([{ Name: 'reply_id', Value: mail.replyId }]);
  expect(headersSent()['x-correlation-id']).toBe('a:b.c');
});

test('what a person wrote is not marked as automatic', async () => {
  await send({ automatic: false });
  expect(Object.keys(headersSent())).not.toContain('Auto-Submitted');
});

test('a first mail has no thread but its own', async () => {
  await send({ inReplyTo: undefined, references: [] });
  expect(headersSent()).not.toHaveProperty('In-Reply-To');
  expect(headersSent().References).toBe('<rep_0123456789abcdef01234567@larkspur.example>');
});

test('configuration set and Reply-To are passed on', async () => {
  await sesSender({ ...options, configurationSet: 'replies' }, clientFor(ses.url)).send({
    ...mail,
    replyTo: 'support+x@larkspur.example',
  });
  expect(ses.taken[0]).toMatchObject({
    ConfigurationSetName: 'replies',
    ReplyToAddresses: ['support+x@larkspur.example'],
  });
});

test('Virginia has a Message-ID domain of its own', async () => {
  const { messageId } = await sesSender(options, clientFor(ses.url, 'us-east-1')).send(mail);
  expect(messageId).toBe('<0100018f-000001-000000@email.amazonses.com>');
});

test('subjects in any script arrive as they are', async () => {
  await send({ subject: 'Re: Übersicht 日本 😀' });
  expect(ses.taken[0]!.Content.Simple.Subject).toEqual({ Data: 'Re: Übersicht 日本 😀', Charset: 'UTF-8' });
});

test('nothing of a customer’s becomes a header', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a\r\nBcc: all@example.com', '<a@b.example>\r\nBcc: x@y.example', '\u2028', '\ud800', ''),
  );
  await fc.assert(
    fc.asyncProperty(text, text, fc.array(text), async (subject, inReplyTo, references) => {
      ses.reset();
      await send({ subject, inReplyTo, references, messageId: subject, replyId: inReplyTo });
      const { Subject, Headers = [] } = ses.taken[0]!.Content.Simple;
      expect([Subject.Data, ...Headers.flatMap(({ Name, Value }) => [Name, Value])].join('')).not.toMatch(
        /[\r\n\u2028\u2029]/,
      );
      expect(Headers.map(({ Name }) => Name)).not.toContain('Bcc');
    }),
    { numRuns: 60 },
  );
});

test.each(['', 'jane', 'a@x.example, b@x.example', 'jane@example.com\r\nBcc: b@x.example'])(
  'an address like %j is refused before anybody is asked',
  async (to) => {
    expect(await failure(send({ to }))).toBeInstanceOf(DeliveryRefused);
    expect(ses.requests()).toBe(0);
  },
);

test.each([
  [400, 'MessageRejected'],
  [400, 'MailFromDomainNotVerifiedException'],
  [400, 'AccountSuspendedException'],
  [400, 'SendingPausedException'],
  [400, 'BadRequestException'],
  [400, 'ThrottlingException'],
  [403, 'AccessDeniedException'],
  [404, 'NotFoundException'],
  [429, 'TooManyRequestsException'],
])('%i %s is a refusal, and asked once', async (status, error) => {
  ses.behave({ do: 'refuse', status, error });
  const refusal = await failure(send());
  expect(refusal).toBeInstanceOf(DeliveryRefused);
  expect(refusal).toMatchObject({ code: 'FTE_DELIVERY_REFUSED', cause: { name: error } });
  expect(ses.requests()).toBe(1);
});

test.each([
  [500, 'InternalServiceErrorException'],
  [502, 'BadGateway'],
  [503, 'ServiceUnavailable'],
  [408, 'RequestTimeoutException'],
])('%i %s leaves the matter open, and is asked once', async (status, error) => {
  ses.behave({ do: 'refuse', status, error });
  const doubt = await failure(send());
  expect(doubt).not.toBeInstanceOf(DeliveryRefused);
  expect(doubt).toMatchObject({ code: 'FTE_MAIL_SEND_UNKNOWN', type: 'delivery' });
  expect(ses.requests()).toBe(1);
});

test.each(['take and break off', 'take and garble'] as const)('%s: nobody knows', async (how) => {
  ses.behave({ do: how });
  const doubt = await failure(send());
  expect(doubt).not.toBeInstanceOf(DeliveryRefused);
  expect(doubt).toMatchObject({ code: 'FTE_MAIL_SEND_UNKNOWN' });
  expect(ses.requests()).toBe(1);
  expect(ses.taken).toHaveLength(1);
});

test.each(['take and hang', 'drip'] as const)('%s: the deadline ends it, and nobody knows', async (how) => {
  ses.behave({ do: how });
  const started = performance.now();
  const doubt = await failure(send({}, { deadlineMs: 3_000 }));
  expect(performance.now() - started).toBeLessThan(60_000);
  expect(doubt).not.toBeInstanceOf(DeliveryRefused);
  expect(doubt).toMatchObject({ code: 'FTE_MAIL_SEND_UNKNOWN', type: 'timeout' });
  expect(ses.taken).toHaveLength(1);
});

test('taken without an id is taken', async () => {
  ses.behave({ do: 'take without id' });
  expect(await send()).toEqual({ providerMessageId: undefined, messageId: undefined });
});

/** In a process of its own: inside jest the errors of node's own modules are no `Error`s, and the SDK replaces them. */
async function failureOutside(endpoint: string): Promise<string> {
  const file = new URL('../../../src/platform/email/sender.ts', import.meta.url).href;
  const script = `
    const { sesClient, sesSender } = await import(${JSON.stringify(file)});
    const client = sesClient(${JSON.stringify({ endpoint, region: 'eu-west-1', credentials })});
    await sesSender(${JSON.stringify(options)}, client).send(${JSON.stringify(mail)}).catch((error) => console.log(error.name));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return stdout.trim();
}

test.each([
  ['nobody at the door', async () => `http://127.0.0.1:${await freePort()}`],
  ['a name that leads nowhere', () => 'http://ses.invalid'],
])('%s: a refusal', async (_, endpoint) => {
  expect(await failureOutside(await endpoint())).toBe('DeliveryRefused');
});

test('no credentials: a refusal, and nobody was asked', async () => {
  const client = sesClient({
    endpoint: ses.url,
    region: 'eu-west-1',
    credentials: () => Promise.reject(new Error('no credentials')),
  });
  expect(await failure(sesSender(options, client).send(mail))).toBeInstanceOf(DeliveryRefused);
  expect(ses.requests()).toBe(0);
});

test('a server that hangs up without a word: nobody knows', async () => {
  const server = createServer((socket) => socket.on('data', () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const doubt = await failure(sesSender(options, clientFor(`http://127.0.0.1:${port}`)).send(mail));
  await new Promise((resolve) => server.close(resolve));
  expect(doubt).toMatchObject({ code: 'FTE_MAIL_SEND_UNKNOWN' });
});

test('no connection is used twice: one that died meanwhile would leave a mail in doubt', async () => {
  const sender = sesSender(options, clientFor(ses.url));
  await sender.send(mail);
  await sender.send(mail);
  expect(ses.connections()).toBe(2);
});

test('AWS_MAX_ATTEMPTS does not bring repetitions back', async () => {
  process.env.AWS_MAX_ATTEMPTS = '5';
  ses.behave({ do: 'refuse', status: 500, error: 'InternalServiceErrorException' });
  await failure(send());
  delete process.env.AWS_MAX_ATTEMPTS;
  expect(ses.requests()).toBe(1);
});

describe('sendFailed', () => {
  const connectionTimeout = Object.assign(
    new Error('the request socket did not establish a connection with the server within 1000 ms'),
    { name: 'TimeoutError' },
  );
  const refused = Object.assign(new Error('x'), { syscall: 'connect', code: 'ECONNREFUSED' });
  const reset = Object.assign(new Error('x'), { syscall: 'read', code: 'ECONNRESET' });

  test.each([
    ['anything before the network', new Error('x'), false, true],
    ['no connection in time', connectionTimeout, true, true],
    ['several addresses, none open', new AggregateError([refused, refused]), true, true],
    ['several addresses, one broken later', new AggregateError([refused, reset]), true, false],
    ['a broken connection', reset, true, false],
    ['an empty list of errors', new AggregateError([]), true, false],
    ['no error at all', undefined, true, false],
  ])('%s', (_, error, handedOver, isRefusal) => {
    expect(sendFailed(error, handedOver) instanceof DeliveryRefused).toBe(isRefusal);
  });
});
