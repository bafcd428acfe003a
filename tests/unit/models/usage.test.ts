import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { countedModels, countUsage } from '../../../src/fte/agent/usage.ts';
import { catalogue } from '../../../src/fte/catalogue.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { read, sumOf } from '../../running/counted.ts';

const TOKENS = 'fte_gen_ai_client_token_usage';
const COST = 'fte_llm_cost_usd_total';
const MODEL = { provider: 'openai_compatible', modelId: 'm' };

const usage = (input: number | undefined, output: number | undefined): LanguageModelV4Usage => ({
  inputTokens: { total: input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: output, text: undefined, reasoning: undefined },
});
const labels = (type: 'input' | 'output', provider = 'openai_compatible') => ({
  gen_ai_provider_name: provider,
  gen_ai_request_model: 'm',
  gen_ai_operation_name: 'chat',
  gen_ai_token_type: type,
});

function newMetrics() {
  return createMetrics(catalogue, { configured: { model: ['m'], gen_ai_request_model: ['m'] } });
}

test('tokens by direction, and what they cost by operation', async () => {
  const metrics = newMetrics();
  const prices = { m: { input: 0.15, output: 0.6 } };
  countUsage(metrics, { model: MODEL, operation: 'plan', usage: usage(1_000, 20) }, prices);
  countUsage(metrics, { model: MODEL, operation: 'plan', usage: usage(2_000, 30) }, prices);
  countUsage(metrics, { model: MODEL, operation: 'generate', usage: usage(3_000, 400) }, prices);
  const families = await metrics.snapshot();
  expect(read(families, TOKENS, labels('input'))).toEqual({ value: 3, sum: 6_000 });
  expect(read(families, TOKENS, labels('output'))).toEqual({ value: 3, sum: 450 });
  expect(read(families, COST, { model: 'm', operation: 'plan' }).value).toBeCloseTo(0.00048, 12);
  expect(read(families, COST, { model: 'm', operation: 'generate' }).value).toBeCloseTo(0.00069, 12);
});

test.each(['playbook', 'openai_compatible', 'aws.bedrock'])(
  'the provider %s is counted as itself',
  async (provider) => {
    const metrics = newMetrics();
    countUsage(metrics, { model: { provider, modelId: 'm' }, operation: 'plan', usage: usage(5, 7) });
    const families = await metrics.snapshot();
    expect(read(families, TOKENS, labels('input', provider))).toEqual({ value: 1, sum: 5 });
    expect(sumOf(families, 'fte_label_overflow_total')).toBe(0);
  },
);

test.each<[string, number | undefined, number | undefined, number, number]>([
  ['none reported', undefined, undefined, 0, 0],
  ['only the input', 5, undefined, 1, 0],
  ['only the output', undefined, 7, 0, 1],
  ['none used', 0, 0, 1, 1],
  ['no number', Number.NaN, Number.POSITIVE_INFINITY, 0, 0],
  ['less than none', -1, -2, 0, 0],
  ['more than there are', 1e300, 1.5, 0, 0],
])('%s', async (_, input, output, inputs, outputs) => {
  const metrics = newMetrics();
  const prices = { m: { input: 1_000_000, output: 1_000_000 } };
  countUsage(metrics, { model: MODEL, operation: 'plan', usage: usage(input, output) }, prices);
  const families = await metrics.snapshot();
  expect(sumOf(families, TOKENS, { gen_ai_token_type: 'input' })).toBe(inputs);
  expect(sumOf(families, TOKENS, { gen_ai_token_type: 'output' })).toBe(outputs);
  const usd = (inputs > 0 ? (input ?? 0) : 0) + (outputs > 0 ? (output ?? 0) : 0);
  expect(sumOf(families, COST)).toBe(usd);
  expect(families.some(({ name }) => name === COST)).toBe(inputs + outputs > 0);
});

test.each([
  ['no table', undefined],
  ["another model's price", { other: { input: 1, output: 1 } }],
  ['a table that inherits a price', Object.create({ m: { input: 1, output: 1 } })],
])('%s: tokens, but no cost', async (_, prices) => {
  const metrics = newMetrics();
  countUsage(metrics, { model: MODEL, operation: 'plan', usage: usage(5, 7) }, prices);
  const families = await metrics.snapshot();
  expect(sumOf(families, TOKENS)).toBe(2);
  expect(families.map(({ name }) => name)).not.toContain(COST);
});

test.each<[string | undefined, readonly string[]]>([
  [undefined, ['playbook']],
  ['', ['playbook']],
  ['playbook', ['playbook']],
  ['gpt-x', ['playbook', 'gpt-x']],
])('FTE_MODEL_NAME %p closes the labels to %p', (name, models) => {
  expect(countedModels({ FTE_MODEL_NAME: name })).toEqual(models);
});
