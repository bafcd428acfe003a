/** The agent's whole loop over an endpoint that speaks the OpenAI protocol. */
import { read, sumOf } from '../../running/counted.ts';
import { type Move, type OpenAiServerOptions, startOpenAiServer } from '../../running/openai-server.ts';
import { startAnswering } from './answering.ts';
import { type Circumstances, HIT, MODEL_NAME } from './world.ts';

const KEY = 'sk-very-secret-0123456789';
const TOKENS = 'fte_gen_ai_client_token_usage';
const COST = 'fte_llm_cost_usd_total';
const answering = startAnswering();
const servers: Awaited<ReturnType<typeof startOpenAiServer>>[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => answering.stop());

async function over(
  options: OpenAiServerOptions = {},
  circumstances: Circumstances = {},
  env: Readonly<Record<string, string>> = {},
) {
  const server = await startOpenAiServer({ key: KEY, ...options });
  servers.push(server);
  const environment = {
    FTE_STAGE: 'local',
    FTE_MODEL: 'openai_compatible',
    FTE_MODEL_NAME: MODEL_NAME,
    FTE_MODEL_URL: server.url,
    FTE_MODEL_API_KEY: KEY,
    ...env,
  };
  const answer = await answering.answer(environment, circumstances);
  return { server, ...answer };
}

const tokens = (type: 'input' | 'output') => ({
  gen_ai_provider_name: 'openai_compatible',
  gen_ai_request_model: MODEL_NAME,
  gen_ai_operation_name: 'chat',
  gen_ai_token_type: type,
});
const total = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);

describe('a decent model', () => {
  test('a product question: ticket, history, search, answer', async () => {
    const { server, result, done, sent, families, output } = await over();
    expect(done).toEqual(['create_ticket', 'get_customer_history', 'search_knowledge_base', 'send_response']);
    expect(sent[0]).toContain(HIT.excerpt);
    expect(result).toMatchObject({ replyId: 'rep_1', escalation: undefined });
    expect(sumOf(families, 'fte_agent_tool_calls_total', { status: 'success' })).toBe(4);
    expect(sumOf(families, 'fte_agent_tool_calls_total')).toBe(4);
    expect(sumOf(families, 'fte_errors_total')).toBe(0);
    expect(sumOf(families, 'fte_label_overflow_total')).toBe(0);
    expect(output).toBe('');
    expect(server.requests.map(({ tools }) => tools.map((tool) => tool.function.name))).toEqual([
      ['create_ticket'],
      ['get_customer_history', 'escalate_to_human'],
      ['search_knowledge_base', 'escalate_to_human'],
      ['search_knowledge_base', 'escalate_to_human', 'send_response'],
    ]);
    for (const request of server.requests) {
      expect(request).toMatchObject({ model: MODEL_NAME, tool_choice: 'required' });
      expect(request.messages[0]).toMatchObject({ role: 'system' });
    }
  });

  test('every token that the endpoint reported is counted, once', async () => {
    const { server, families } = await over();
    expect(server.usages).toHaveLength(4);
    const input = total(server.usages.map((usage) => usage.prompt_tokens));
    const output = total(server.usages.map((usage) => usage.completion_tokens));
    expect(read(families, TOKENS, tokens('input'))).toEqual({ value: 4, sum: input });
    expect(read(families, TOKENS, tokens('output'))).toEqual({ value: 4, sum: output });
    expect(sumOf(families, TOKENS)).toBe(8);
    expect(families.map(({ name }) => name)).not.toContain(COST);
  });

  test('what must go to people goes there before the customer is answered', async () => {
    const { done, sent } = await over({}, { turn: { text: 'I want a refund, give me my money back.' } });
    expect(done).toEqual([
      'create_ticket',
      'get_customer_history',
      'escalate_to_human refund_request',
      'send_response',
    ]);
    expect(sent[0]).toMatch(/member of our team/);
  });

  test('two searches that find nothing go to people', async () => {
    const { result, done } = await over({}, { hits: [] });
    expect(result.escalation).toBe('no_documentation_found');
    expect(done.filter((one) => one === 'search_knowledge_base')).toHaveLength(2);
  });
});

const STEPS: readonly Move[] = [
  ['create_ticket', { subject: 's', category: 'general', priority: 'low' }],
  ['get_customer_history', {}],
  ['search_knowledge_base', { query: 'swap a shift' }],
  ['send_response', { text: `You can do that: ${HIT.excerpt}` }],
];

describe('usage and cost', () => {
  test('by operation, from the price table', async () => {
    const usages = [
      { prompt_tokens: 1_000, completion_tokens: 20 },
      { prompt_tokens: 2_000, completion_tokens: 30 },
      { prompt_tokens: 3_000, completion_tokens: 40 },
      { prompt_tokens: 4_000, completion_tokens: 500 },
    ];
    const { families } = await over(
      { script: (n) => ({ does: 'call', moves: [STEPS[n]!], usage: usages[n]! }) },
      {},
      { FTE_MODEL_PRICES: JSON.stringify({ [MODEL_NAME]: { input: 0.15, output: 0.6 } }) },
    );
    expect(read(families, TOKENS, tokens('input'))).toEqual({ value: 4, sum: 10_000 });
    expect(read(families, TOKENS, tokens('output'))).toEqual({ value: 4, sum: 590 });
    const cost = (operation: string) => read(families, COST, { model: MODEL_NAME, operation }).value;
    expect(cost('plan')).toBeCloseTo(0.000954, 12);
    expect(cost('generate')).toBeCloseTo(0.0009, 12);
    expect(read(families, 'fte_agent_thinking_time_seconds', { operation: 'plan' }).value).toBe(3);
    expect(read(families, 'fte_agent_thinking_time_seconds', { operation: 'generate' }).value).toBe(1);
  });

  test.each<[string, null | Record<string, unknown>]>([
    ['no usage', null],
    ['a usage without numbers', { total_tokens: 12 }],
  ])('%s: nothing is counted, and the customer is answered', async (_, usage) => {
    const { families, sent } = await over(
      { script: (n) => ({ does: 'call', moves: [STEPS[n]!], usage: usage as null }) },
      { prices: { [MODEL_NAME]: { input: 1, output: 1 } } },
    );
    expect(sent[0]).toContain(HIT.excerpt);
    expect(families.map(({ name }) => name)).not.toContain(TOKENS);
    expect(families.map(({ name }) => name)).not.toContain(COST);
  });

  test('a call that failed before it was answered is paid for once', async () => {
    const { server, families } = await over({
      script: (n) =>
        n === 1 ? { does: 'answer', status: 500, body: '', headers: { 'retry-after': '0' } } : undefined,
    });
    expect(server.requests).toHaveLength(5);
    expect(read(families, TOKENS, tokens('input'))).toEqual({
      value: 4,
      sum: total(server.usages.map((usage) => usage.prompt_tokens)),
    });
  });
});

test('an answer that comes byte by byte is an answer', async () => {
  const { sent } = await over({
    script: (n) => ({ does: 'call', moves: [STEPS[n]!], slowly: true }),
  });
  expect(sent[0]).toContain(HIT.excerpt);
});

test('two calls in one answer: the one that comes too early is not made', async () => {
  const { done, sent, families } = await over({
    script: (n) => ({ does: 'call', moves: n < 2 ? [STEPS[n]!] : STEPS.slice(2) }),
  });
  expect(done.at(-1)).toBe('send_response');
  expect(sent).toHaveLength(1);
  expect(sumOf(families, 'fte_agent_tool_calls_total', { status: 'blocked' })).toBe(1);
});
