import { inspect } from 'node:util';
import type { Environment } from '../../../src/observability/config.ts';
import { ConfigError } from '../../../src/observability/errors.ts';
import { loadModelConfig, type ModelConfig } from '../../../src/platform/models/config.ts';

const KEY = 'sk-very-secret-0123456789';
const ENDPOINT: Environment = {
  FTE_STAGE: 'local',
  FTE_MODEL: 'openai_compatible',
  FTE_MODEL_NAME: 'gpt-x',
  FTE_MODEL_URL: 'https://models.example/v1',
};
const BEDROCK: Environment = {
  FTE_MODEL: 'bedrock',
  FTE_MODEL_NAME: 'vendor.model-v1:0',
  AWS_REGION: 'eu-central-1',
};

function refused(env: Environment): ConfigError {
  try {
    loadModelConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('it was taken');
}

test.each<[string, Environment, Partial<ModelConfig>]>([
  ['nothing set', {}, { provider: 'playbook', name: 'playbook', prices: {}, timeoutMs: 20_000 }],
  ['empty variables', { FTE_MODEL: '', FTE_MODEL_URL: '', FTE_MODEL_PRICES: '' }, { provider: 'playbook' }],
  [
    "the playbook, beside another model's settings",
    { ...ENDPOINT, FTE_MODEL: 'playbook' },
    { name: 'playbook' },
  ],
  [
    'an endpoint without a key',
    ENDPOINT,
    { provider: 'openai_compatible', name: 'gpt-x', url: 'https://models.example/v1', key: undefined },
  ],
  [
    'a slash at the end',
    { ...ENDPOINT, FTE_MODEL_URL: 'http://localhost:1/v1//' },
    { url: 'http://localhost:1/v1' },
  ],
  [
    'a key in a parameter, anywhere',
    { ...ENDPOINT, FTE_STAGE: 'prod', FTE_MODEL_API_KEY_PARAMETER: '/fte/model-key' },
    { key: { from: 'parameter', parameter: '/fte/model-key', variable: 'FTE_MODEL_API_KEY_PARAMETER' } },
  ],
  ['Amazon Bedrock', BEDROCK, { provider: 'bedrock', name: 'vendor.model-v1:0', region: 'eu-central-1' }],
  [
    'prices and a time-out',
    {
      ...BEDROCK,
      FTE_MODEL_PRICES:
        '{"vendor.model-v1:0": {"input": 0.8, "output": 4}, "other": {"input": 0, "output": 0}}',
      FTE_MODEL_TIMEOUT_MS: '1500',
    },
    {
      prices: { 'vendor.model-v1:0': { input: 0.8, output: 4 }, other: { input: 0, output: 0 } },
      timeoutMs: 1_500,
    },
  ],
])('%s', (_, env, expected) => {
  expect(loadModelConfig(env)).toMatchObject(expected);
});

test.each<[string, string, Environment]>([
  ['FTE_MODEL', 'gpt', { FTE_MODEL: 'gpt' }],
  ['FTE_MODEL_NAME', 'is not set', { ...ENDPOINT, FTE_MODEL_NAME: undefined }],
  ['FTE_MODEL_NAME', 'is not set', { ...BEDROCK, FTE_MODEL_NAME: '' }],
  ['FTE_MODEL_NAME', 'two words', { ...ENDPOINT, FTE_MODEL_NAME: 'two words' }],
  ['FTE_MODEL_URL', 'is not set', { ...ENDPOINT, FTE_MODEL_URL: undefined }],
  ['FTE_MODEL_URL', 'models.example', { ...ENDPOINT, FTE_MODEL_URL: 'models.example' }],
  ['FTE_MODEL_URL', 'ftp://models.example', { ...ENDPOINT, FTE_MODEL_URL: 'ftp://models.example' }],
  ['AWS_REGION', 'is not set', { ...BEDROCK, AWS_REGION: undefined }],
  ['FTE_MODEL_PRICES', 'cheap', { FTE_MODEL_PRICES: 'cheap' }],
  ['FTE_MODEL_PRICES', '[]', { FTE_MODEL_PRICES: '[]' }],
  ['FTE_MODEL_PRICES', '{"m":3}', { FTE_MODEL_PRICES: '{"m":3}' }],
  ['FTE_MODEL_PRICES', '{"m":{"input":1}}', { FTE_MODEL_PRICES: '{"m":{"input":1}}' }],
  ['FTE_MODEL_PRICES', '-1', { FTE_MODEL_PRICES: '{"m":{"input":-1,"output":1}}' }],
  ['FTE_MODEL_PRICES', '1e999', { FTE_MODEL_PRICES: '{"m":{"input":1e999,"output":1}}' }],
  ['FTE_MODEL_PRICES', '"1"', { FTE_MODEL_PRICES: '{"m":{"input":"1","output":1}}' }],
  ['FTE_MODEL_PRICES', 'ouput', { FTE_MODEL_PRICES: '{"m":{"input":1,"output":1,"ouput":2}}' }],
  ['FTE_MODEL_TIMEOUT_MS', '99', { FTE_MODEL_TIMEOUT_MS: '99' }],
  ['FTE_MODEL_TIMEOUT_MS', '1.5', { FTE_MODEL_TIMEOUT_MS: '1.5' }],
  ['FTE_MODEL_TIMEOUT_MS', '300001', { FTE_MODEL_TIMEOUT_MS: '300001' }],
])('%s: %s is refused, with what it may hold', (variable, held, env) => {
  const { message } = refused(env);
  expect(message).toMatch(new RegExp(`^${variable} (is not set|holds ".*); it may hold .{5,}\\.$`));
  expect(message.replaceAll('\\"', '"')).toContain(held);
});

describe('a secret is never repeated', () => {
  test.each<[string, Environment]>([
    ['FTE_MODEL_API_KEY', { ...ENDPOINT, FTE_MODEL_API_KEY: `${KEY} and more` }],
    ['FTE_MODEL_API_KEY', { ...ENDPOINT, FTE_MODEL_API_KEY: `${KEY}\n` }],
    ['FTE_MODEL_API_KEY', { ...ENDPOINT, FTE_MODEL_API_KEY: KEY, FTE_STAGE: 'prod' }],
    ['FTE_MODEL_API_KEY', { ...ENDPOINT, FTE_MODEL_API_KEY: KEY, FTE_STAGE: undefined }],
    ['FTE_MODEL_API_KEY', { ...ENDPOINT, FTE_MODEL_API_KEY: KEY, FTE_MODEL_API_KEY_PARAMETER: '/p' }],
    ['FTE_MODEL_API_KEY_PARAMETER', { ...ENDPOINT, FTE_MODEL_API_KEY_PARAMETER: `${KEY}+/=` }],
    ['FTE_MODEL_URL', { ...ENDPOINT, FTE_MODEL_URL: `https://user:${KEY}@models.example/v1` }],
    ['FTE_MODEL_URL', { ...ENDPOINT, FTE_MODEL_URL: `https://models.example/v1?key=${KEY}` }],
    ['FTE_MODEL_URL', { ...ENDPOINT, FTE_MODEL_URL: `user:${KEY}@models.example` }],
  ])('%s (%#)', (variable, env) => {
    const error = refused(env);
    expect(error.message).toContain(`${variable} holds "[set]"; it may hold `);
    expect(inspect(error, { depth: null })).not.toContain(KEY);
  });

  test('a configuration that is printed does not show it', () => {
    const config = loadModelConfig({ ...ENDPOINT, FTE_MODEL_API_KEY: KEY });
    expect(inspect(config, { depth: null, showHidden: true })).not.toContain(KEY);
    expect(JSON.stringify(config)).not.toContain(KEY);
    expect(config).toMatchObject({ key: { from: 'environment' } });
  });
});
