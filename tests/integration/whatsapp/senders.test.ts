/** The senders against a server that speaks the providers' APIs: what was taken, what was not, and what nobody knows. */
import { partsOf, type WhatsAppProvider } from '../../../src/fte/channels/whatsapp.ts';
import { DeliveryRefused } from '../../../src/fte/errors.ts';
import { ServiceError } from '../../../src/observability/errors.ts';
import { redact } from '../../../src/observability/redaction/redact.ts';
import { WhatsAppRefused } from '../../../src/platform/whatsapp/errors.ts';
import { type MetaSenderConfig, metaSender } from '../../../src/platform/whatsapp/meta-sender.ts';
import { type TwilioSenderConfig, twilioSender } from '../../../src/platform/whatsapp/twilio-sender.ts';
import { type Behaviour, KEYS, startWhatsAppProvider } from '../../running/whatsapp-provider.ts';
import { freePort } from '../../servers/free-port.ts';

let provider: Awaited<ReturnType<typeof startWhatsAppProvider>>;

const { accountSid, authToken, accessToken, phoneNumberId } = KEYS;
const twilio = (config: Partial<TwilioSenderConfig> = {}) =>
  twilioSender({ accountSid, authToken, from: '+14155238886', baseUrl: provider.url, ...config });
const meta = (config: Partial<MetaSenderConfig> = {}) =>
  metaSender({ accessToken, phoneNumberId, baseUrl: provider.url, ...config });
const senders = { twilio, meta };
const input = {
  to: '+16505551234',
  text: 'Publish the schedule: 50 % & more? Ça va 😀\nBye.',
  clientReference: 'rep_1.0',
};
const NAMES = ['twilio', 'meta'] as const;

const failure = async (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => {
      throw new Error('it was sent');
    },
    (error: unknown) => error,
  );

/** Everything that an error could bring into a log. */
const shown = (error: unknown) => JSON.stringify(redact(error)) + String((error as Error).stack);
function expectNoSecret(error: unknown): void {
  for (const secret of [authToken, accessToken, btoa(`${accountSid}:${authToken}`), '16505551234']) {
    expect(shown(error)).not.toContain(secret);
  }
}

async function expectRefused(sender: WhatsAppProvider): Promise<WhatsAppRefused> {
  const error = await failure(sender.send(input));
  expect(error).toBeInstanceOf(DeliveryRefused);
  expect(error).toBeInstanceOf(WhatsAppRefused);
  expectNoSecret(error);
  expect(provider.taken).toEqual([]);
  return error as WhatsAppRefused;
}

async function expectDoubt(sender: WhatsAppProvider): Promise<ServiceError> {
  const error = await failure(sender.send(input));
  expect(error).not.toBeInstanceOf(DeliveryRefused);
  expect(error).toMatchObject({ code: 'FTE_DELIVERY_IN_DOUBT' });
  expectNoSecret(error);
  return error as ServiceError;
}

beforeEach(async () => {
  provider = await startWhatsAppProvider();
});
afterEach(() => provider.close());

describe.each(NAMES)('%s', (name) => {
  const sender = (config: { deadlineMs?: number; baseUrl?: string } = {}) => senders[name](config);
  const does = (...told: Behaviour[]) => provider.next(...told);

  test('hands over the text as it is, and returns the id', async () => {
    const { providerMessageId } = await sender().send(input);
    const [one] = provider.taken;
    expect(one).toMatchObject({ provider: name, to: input.to, text: input.text, id: providerMessageId });
    expect(sender().name).toBe(name);
  });

  test('reaches a user who hides their number', async () => {
    await sender().send({ ...input, to: 'US.13491208655302741918' });
    expect(provider.taken).toMatchObject([{ to: 'US.13491208655302741918' }]);
  });

  test('sends the parts of a long reply, each with its own reference', async () => {
    const parts = partsOf({ id: 'rep_2', text: 'Open the schedule and choose publish. '.repeat(90) });
    for (const part of parts) await sender().send({ to: input.to, ...part });
    expect(provider.taken.map(({ text }) => text)).toEqual(parts.map(({ text }) => text));
    expect(parts.length).toBeGreaterThan(2);
  });

  test('keeps no connection that could be dead by the time of the next message', async () => {
    await sender().send(input);
    await sender().send(input);
    expect(provider.connections.map(({ connection }) => connection)).toEqual(['close', 'close']);
    expect(provider.sockets()).toBe(2);
  });

  test.each([400, 404, 413, 422])('%d is refused for good', async (status) => {
    does({ status, code: 1234 });
    const error = await expectRefused(sender());
    expect(error).toMatchObject({ permanent: true, reason: 'rejected', providerCode: 1234 });
  });

  test.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [408, 'rejected'],
    [429, 'rate_limited'],
  ])('%d is refused for now', async (status, reason) => {
    does({ status, code: 1234 });
    expect(await expectRefused(sender())).toMatchObject({ permanent: false, reason });
  });

  test('a refusal whose reasons can not be read is a refusal', async () => {
    does({ status: 400, rubbish: true }, { status: 429, rubbish: true });
    expect(await expectRefused(sender())).toMatchObject({ permanent: true, providerCode: undefined });
    expect(await expectRefused(sender())).toMatchObject({ permanent: false });
  });

  test('outside the window is refused for good', async () => {
    const code = name === 'twilio' ? 63016 : 131047;
    does({ status: 400, code });
    const error = await expectRefused(sender());
    expect(error).toMatchObject({ permanent: true, reason: 'outside_window', providerCode: code });
  });

  test('a rate that comes as a 400 is refused for now', async () => {
    does({ status: 400, code: name === 'twilio' ? 63018 : 131056 });
    expect(await expectRefused(sender())).toMatchObject({ permanent: false });
  });

  test('wrong credentials are refused, and not quoted', async () => {
    const wrong = name === 'twilio' ? twilio({ authToken: 'wrong' }) : meta({ accessToken: 'wrong' });
    expect(await expectRefused(wrong)).toMatchObject({ permanent: false, reason: 'unauthorized' });
  });

  test('credentials that are none are refused before anything is sent, and not quoted', async () => {
    const line = 'first\nsecond';
    const wrong = name === 'twilio' ? twilio({ baseUrl: `http://u:${line}@h` }) : meta({ accessToken: line });
    expect(shown(await expectRefused(wrong))).not.toContain('second');
    expect(provider.connections).toEqual([]);
  });

  test('a provider that nobody reaches did not take it', async () => {
    const baseUrl = `http://127.0.0.1:${await freePort()}`;
    expect(await expectRefused(sender({ baseUrl }))).toMatchObject({
      permanent: false,
      reason: 'unreachable',
    });
    expect(await expectRefused(sender({ baseUrl: baseUrl.replace('127.0.0.1', 'localhost') }))).toMatchObject(
      { reason: 'unreachable' },
    );
    expect(await expectRefused(sender({ baseUrl: 'http://nobody.invalid' }))).toMatchObject({
      reason: 'unreachable',
    });
  });

  test.each([500, 502, 503, 504])('nobody knows after a %d', async (status) => {
    does({ status, code: 1234 });
    expect(await expectDoubt(sender())).toMatchObject({ type: 'delivery' });
  });

  test.each(['hangs before taking', 'hangs after taking', 'drips the answer'] as const)(
    'nobody knows when it %s',
    async (behaviour) => {
      does(behaviour);
      expect(await expectDoubt(sender({ deadlineMs: 150 }))).toMatchObject({ type: 'timeout' });
    },
  );

  test.each([
    'breaks off before taking',
    'breaks off after taking',
    'breaks off within the answer',
    'answers with rubbish',
    'answers without an id',
    'redirects',
  ] as const)('nobody knows when it %s', async (behaviour) => {
    does(behaviour);
    await expectDoubt(sender());
    expect(provider.connections).toHaveLength(1);
  });

  test('after a failure the next message goes out', async () => {
    does('breaks off after taking', { status: 429 });
    await expectDoubt(sender());
    await failure(sender().send(input));
    await sender().send({ ...input, text: 'again' });
    expect(provider.taken.map(({ text }) => text)).toEqual([input.text, 'again']);
  });
});

test('Twilio reports the statuses with the reference, Meta hands it back', async () => {
  await twilio({ statusUrl: 'https://fte.example/whatsapp?a=1' }).send(input);
  await twilio({ statusUrl: 'https://fte.example/whatsapp' }).send(input);
  await twilio().send(input);
  await meta().send(input);
  expect(provider.taken.map(({ reference }) => reference)).toEqual([
    'https://fte.example/whatsapp?a=1&reference=rep_1.0',
    'https://fte.example/whatsapp?reference=rep_1.0',
    undefined,
    'rep_1.0',
  ]);
});

test('a message that Twilio makes and gives up at once was not sent', async () => {
  provider.next({ gaveUp: 63016 }, { gaveUp: 63018 }, { gaveUp: 63024 });
  for (const expected of [
    { reason: 'outside_window', permanent: true },
    { reason: 'rejected', permanent: false },
    { reason: 'rejected', permanent: true },
  ]) {
    const error = await failure(twilio().send(input));
    expect(error).toBeInstanceOf(WhatsAppRefused);
    expect(error).toMatchObject(expected);
  }
});

test('every error is one that can be counted', async () => {
  provider.next({ status: 500 }, { status: 400 });
  expect(await failure(meta().send(input))).toBeInstanceOf(ServiceError);
  expect(await failure(meta().send(input))).toBeInstanceOf(ServiceError);
});
