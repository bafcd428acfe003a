/** What `/health` says of what is not ours: a model's endpoint, mail, WhatsApp. */

import { freePort } from '../../../local/ports.ts';
import type { Dependency } from '../../../src/fte/operations/health.ts';
import { type ChannelConfig, loadChannelConfig } from '../../../src/platform/channels/config.ts';
import { loadModelConfig } from '../../../src/platform/models/config.ts';
import { startOpenAiServer } from '../../running/openai-server.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { startSes } from '../../running/ses.ts';
import { KEYS, startWhatsAppProvider } from '../../running/whatsapp-provider.ts';

const KEY = 'sk-health';
let model: Awaited<ReturnType<typeof startOpenAiServer>>;
let ses: Awaited<ReturnType<typeof startSes>>;
let provider: Awaited<ReturnType<typeof startWhatsAppProvider>>;
let service: RunningService;
let dead: string;
let statesOf: (env: Record<string, string>, ask?: number) => Promise<Record<string, boolean>>;
let environment: Record<string, string>;
beforeAll(async () => {
  [model, ses, provider] = await Promise.all([
    startOpenAiServer({ key: KEY }),
    startSes(),
    startWhatsAppProvider(),
  ]);
  dead = `http://127.0.0.1:${await freePort()}`;
  environment = {
    FTE_STAGE: 'local',
    FTE_MODEL: 'openai_compatible',
    FTE_MODEL_NAME: 'a-model',
    FTE_MODEL_URL: model.url,
    FTE_MODEL_API_KEY: KEY,
    FTE_MAIL_FROM: 'support@larkspur.example',
    FTE_WHATSAPP_PROVIDER: 'twilio',
    FTE_TWILIO_ACCOUNT_SID: KEYS.accountSid,
    FTE_TWILIO_AUTH_TOKEN: KEYS.authToken,
    FTE_TWILIO_FROM: '+14155238886',
    FTE_TWILIO_WEBHOOK_URL: 'https://fte.example/webhooks/twilio',
    FTE_TWILIO_API_URL: provider.url,
    FTE_META_APP_SECRET: 's',
    FTE_META_VERIFY_TOKEN: 'v',
    FTE_META_ACCESS_TOKEN: KEYS.accessToken,
    FTE_META_PHONE_NUMBER_ID: KEYS.phoneNumberId,
    FTE_META_API_URL: provider.url,
  };
  service = await startService({
    environment: {
      ...environment,
      FTE_OUTBOX_FILE: '',
      AWS_ENDPOINT_URL_SESV2: ses.url,
      AWS_ENDPOINT_URL_SSM: dead,
    },
  });
  const { healthChecks } = await import('../../../src/platform/health-checks.ts');
  const { checkHealth } = await import('../../../src/fte/operations/health.ts');
  const { connect } = await import('../../../src/platform/service.ts');
  const connected = connect();
  statesOf = async (env, ask = 1) => {
    const all = { ...environment, ...env };
    const channels: ChannelConfig = loadChannelConfig(all);
    const config = { ...connected.config, outboxFile: all.FTE_OUTBOX_FILE || undefined };
    const gateways = all.PUSHGATEWAY_URL === '' ? [] : [service.gatewayUrl];
    const checks = healthChecks({ ...connected, config }, gateways, loadModelConfig(all), channels);
    let states = await checkHealth(checks);
    for (let i = 1; i < ask; i++) states = await checkHealth(checks);
    return Object.fromEntries(states.map(({ dependency, up }) => [dependency, up]));
  };
});
afterAll(async () => {
  await service.stop();
  await Promise.all([model.close(), ses.close(), provider.close()]);
});
beforeEach(() => ses.reset());

const ALL: Readonly<Record<Dependency, boolean>> = {
  database: true,
  queue: true,
  gateway: true,
  model: true,
  mail: true,
  whatsapp: true,
};

test('all that is configured is there, and no token was spent on asking', async () => {
  expect(await statesOf({})).toEqual(ALL);
  expect(model.requests).toEqual([]);
  expect(provider.taken).toEqual([]);
  expect(ses.taken).toEqual([]);
});

test.each<[string, Record<string, string>, Dependency[]]>([
  ['the outbox takes all', { FTE_OUTBOX_FILE: 'outbox.jsonl' }, ['mail', 'whatsapp']],
  ['there is no mail', { FTE_MAIL_FROM: '' }, ['mail']],
  ['there is no WhatsApp', { FTE_WHATSAPP_PROVIDER: 'none' }, ['whatsapp']],
  ['nothing is pushed', { PUSHGATEWAY_URL: '' }, ['gateway']],
])('%s: that is not reported, as up or down', async (_, env, missing) => {
  const expected = Object.entries(ALL).filter(([one]) => !missing.includes(one as Dependency));
  expect(await statesOf(env)).toEqual(Object.fromEntries(expected));
});

test.each<[string, Record<string, () => string>, Partial<typeof ALL>]>([
  ['a key that the model refuses', { FTE_MODEL_API_KEY: () => 'wrong' }, { model: false }],
  ['no endpoint of the model', { FTE_MODEL_URL: () => `${dead}/v1` }, { model: false }],
  ['an endpoint without a list of models', { FTE_MODEL_URL: () => `${ses.url}/v1` }, { model: true }],
  ['the playbook', { FTE_MODEL: () => 'playbook', FTE_MODEL_URL: () => `${dead}/v1` }, { model: true }],
  ['a token that Twilio refuses', { FTE_TWILIO_AUTH_TOKEN: () => 'wrong' }, { whatsapp: false }],
  ['no Twilio', { FTE_TWILIO_API_URL: () => dead }, { whatsapp: false }],
  ['an account that Twilio does not know', { FTE_TWILIO_ACCOUNT_SID: () => 'AC0' }, { whatsapp: false }],
  ['Meta', { FTE_WHATSAPP_PROVIDER: () => 'meta' }, { whatsapp: true }],
  ['a number that Meta does not know', { FTE_WHATSAPP_PROVIDER: () => 'meta', FTE_META_PHONE_NUMBER_ID: () => '1' }, { whatsapp: false }],
  ['a token that Meta refuses', { FTE_WHATSAPP_PROVIDER: () => 'meta', FTE_META_ACCESS_TOKEN: () => 'wrong' }, { whatsapp: false }],
  ['a secret that can not be had', { FTE_TWILIO_AUTH_TOKEN: () => '', FTE_TWILIO_AUTH_TOKEN_PARAMETER: () => '/nowhere' }, { whatsapp: false }],
])('%s', async (_, env, states) => {
  const values = Object.entries(env).map(([name, value]) => [name, value()]);
  expect(await statesOf(Object.fromEntries(values))).toEqual({ ...ALL, ...states });
}); // biome-ignore format: a table

test.each<[string, Parameters<typeof ses.behave>[0]]>([
  ['may not send', { do: 'pause' }],
  ['is refused', { do: 'refuse', status: 403, error: 'AccessDeniedException' }],
])('mail is down while the account %s', async (_, behaviour) => {
  ses.behave(behaviour);
  expect(await statesOf({})).toEqual({ ...ALL, mail: false });
});

test('who asks often does not make us ask often', async () => {
  const before = model.listed();
  await statesOf({}, 5);
  expect(model.listed()).toBe(before + 1);
});

test('the handlers say it: degraded without the mail, not down', async () => {
  ses.behave({ do: 'pause' });
  const { status, json } = await service.request('GET /health');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    status: 'degraded',
    dependencies: { database: 'up', queue: 'up', gateway: 'up', model: 'up', mail: 'down', whatsapp: 'up' },
  });
  await service.invoke('fleet', {});
  const { text } = await service.request('GET /metrics');
  const shown = [...text.matchAll(/^fte_dependency_up\{.*dependency="(\w+)".*\} (\d)$/gm)];
  expect(Object.fromEntries(shown.map(([, dependency, up]) => [dependency, up === '1']))).toEqual({ ...ALL, mail: false });
}); // biome-ignore format: one line
