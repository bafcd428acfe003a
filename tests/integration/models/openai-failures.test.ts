/** What endpoints do wrong: the customer gets one answer all the same, and no log line tells a secret. */
import { read, sumOf } from '../../running/counted.ts';
import { type OpenAiServerOptions, type Reply, startOpenAiServer } from '../../running/openai-server.ts';
import { until } from '../../running/until.ts';
import { freePort } from '../../servers/free-port.ts';
import { startAnswering } from './answering.ts';
import { type Circumstances, HIT, MODEL_NAME } from './world.ts';

const KEY = 'sk-very-secret-0123456789';
const CUSTOMERS_WORDS = 'the purple parakeet of my aunt';
const answering = startAnswering();
const servers: Awaited<ReturnType<typeof startOpenAiServer>>[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => answering.stop());

interface More extends Circumstances {
  readonly env?: Readonly<Record<string, string>>;
}

async function over(options: OpenAiServerOptions, { env = {}, ...circumstances }: More = {}) {
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
  const turn = { text: `How can I swap a shift? ${CUSTOMERS_WORDS}` };
  const answer = await answering.answer(environment, { turn, ...circumstances });
  return { server, ...answer };
}

const answers = (status: number, body: unknown = '', headers: Record<string, string> = {}): Reply => ({
  does: 'answer',
  status,
  body,
  headers,
});
/** An error that repeats what it was given, as some endpoints do. */
const telling = { error: { message: `${KEY} said: ${CUSTOMERS_WORDS}`, type: 'some_error', code: null } };
const AT_ONCE = { 'retry-after': '0' };
const message = (content: unknown) => ({ choices: [{ message: content, finish_reason: 'stop' }] });

function expectApology({ sent, done, result, output, families }: Awaited<ReturnType<typeof over>>) {
  expect(result).toMatchObject({ escalation: 'service_unavailable', replyId: 'rep_1' });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatch(/sorry/);
  expect(done.filter((one) => one === 'create_ticket')).toHaveLength(1);
  expect(done.at(-1)).toBe('send_response');
  expect(sumOf(families, 'fte_errors_total')).toBe(1);
  expect(
    read(families, 'fte_errors_total', { error_type: 'llm', component: 'agent', severity: 'medium' }).value,
  ).toBe(1);
  expect(output.match(/the model failed; the matter goes to people/g)).toHaveLength(1);
  expect(output).not.toContain(KEY);
  expect(output).not.toContain(CUSTOMERS_WORDS);
}

test.each<[string, Reply, number, string]>([
  ['400', answers(400, telling), 1, 'answered 400 some_error'],
  ['401 that repeats the request', answers(401, telling), 1, 'answered 401 some_error'],
  ['403 without a body', answers(403), 1, 'answered 403'],
  ['404, as for a model that is not there', answers(404, { error: { message: 'x', code: 'model_not_found' } }), 1, 'answered 404 model_not_found'],
  ['429 again and again', answers(429, telling, AT_ONCE), 2, 'answered 429 some_error'],
  ['429 without a time', answers(429), 2, 'answered 429'],
  ['429 for longer than there is time', answers(429, telling, { 'retry-after': '3600' }), 1, 'answered 429'],
  ['429 until a day that does not come', answers(429, '', { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }), 1, 'answered 429'],
  ['429 until a day gone by', answers(429, '', { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }), 2, 'answered 429'],
  ['429 until nobody knows when', answers(429, '', { 'retry-after': 'soon' }), 2, 'answered 429'],
  ['500', answers(500, 'Internal Server Error', AT_ONCE), 2, 'answered 500'],
  ['503 with a page', answers(503, `<html>${KEY} ${CUSTOMERS_WORDS}</html>`, AT_ONCE), 2, 'answered 503'],
  ['a page instead of JSON', answers(200, `<html>${KEY} ${CUSTOMERS_WORDS}</html>`), 1, 'answered 200 with something'],
  ['nothing at all', answers(200, ''), 1, 'answered 200 with something'],
  ['half of a JSON', answers(200, '{"choices":[{"mess'), 1, 'answered 200 with something'],
  ['JSON of another kind', answers(200, { answer: CUSTOMERS_WORDS }), 1, 'answered 200 with something'],
  ['a list without a choice', answers(200, { choices: [] }), 1, 'did not contain any choices'],
  ['a call without a name', answers(200, message({ tool_calls: [{ id: 'c', function: { arguments: '{}' } }] })), 1, 'answered 200 with something'],
  ['a call whose arguments are no text', answers(200, message({ tool_calls: [{ id: 'c', function: { name: 'create_ticket', arguments: 7 } }] })), 1, 'answered 200 with something'],
  ['an empty message', { does: 'say', text: null }, 1, 'did not contain a tool call'],
  ['words instead of a call', { does: 'say', text: `${KEY} ${CUSTOMERS_WORDS}` }, 1, 'did not contain a tool call'],
  ['a connection that is reset', { does: 'reset' }, 2, 'Cannot connect'],
  ['a body that is cut off', { does: 'cut off' }, 2, 'answered 200 with something'],
  ['tools that do not exist', { does: 'call', moves: [['delete_everything', {}]] }, 3, 'no call that could be read'],
  ['arguments that are no JSON', { does: 'call', moves: [['create_ticket', `{"subject": "${CUSTOMERS_WORDS}`]] }, 3, 'no call that could be read'],
  ['arguments of another kind', { does: 'call', moves: [['create_ticket', { topic: CUSTOMERS_WORDS }]] }, 3, 'no call that could be read'],
])('%s: one apology, a ticket for people', async (_, reply, requests, told) => {
  const answer = await over({ script: () => reply });
  expectApology(answer);
  expect(answer.server.requests).toHaveLength(requests);
  expect(answer.output).toContain(told);
}); // biome-ignore format: a table

describe('an endpoint that does not answer', () => {
  test.each<[string, Reply]>([
    ['hangs', { does: 'hang' }],
    ['sends a byte now and then', { does: 'drip' }],
  ])('%s: the call ends after its own time', async (_, reply) => {
    const answer = await over({ script: () => reply }, { env: { FTE_MODEL_TIMEOUT_MS: '2000' } });
    expectApology(answer);
    expect(answer.server.requests).toHaveLength(1);
    expect(answer.output).toContain('did not answer within 2000 ms');
  });

  test.each<[string, Reply]>([
    ['hangs', { does: 'hang' }],
    ['sends a byte now and then', { does: 'drip' }],
    ['asks for a pause that does not fit', answers(429, '', { 'retry-after': '4' })],
  ])('%s: the turn ends when its time is up', async (_, reply) => {
    const answer = await over({ script: () => reply }, { timeoutMs: 3_000 });
    expectApology(answer);
    expect(answer.server.requests).toHaveLength(1);
    await until('the connection is given up', () => answer.server.waiting() === 0);
  });

  test('is not there', async () => {
    const answer = await over({}, { env: { FTE_MODEL_URL: `http://127.0.0.1:${await freePort()}/v1` } });
    expectApology(answer);
    expect(answer.server.requests).toHaveLength(0);
    expect(answer.output).toContain('ECONNREFUSED');
  });

  test('takes another key', async () => {
    const answer = await over({}, { env: { FTE_MODEL_API_KEY: 'sk-another-secret' } });
    expectApology(answer);
    expect(answer.output).toContain('answered 401 invalid_api_key');
    expect(answer.output).not.toContain('sk-another-secret');
  });
});

describe('a failure that passes', () => {
  test.each<[string, Reply]>([
    ['429', answers(429, telling, AT_ONCE)],
    ['500', answers(500, '', AT_ONCE)],
    ['a reset connection', { does: 'reset' }],
    ['a body that is cut off', { does: 'cut off' }],
  ])('%s: the second try is answered, at every step', async (_, reply) => {
    const { server, sent, result, output, families } = await over({
      script: (n) => (n % 2 === 0 ? reply : undefined),
    });
    expect(server.requests).toHaveLength(8);
    expect(result.escalation).toBeUndefined();
    expect(sent).toEqual([expect.stringContaining(HIT.excerpt)]);
    expect(output).toBe('');
    expect(sumOf(families, 'fte_errors_total')).toBe(0);
  });

  test('the pause that the endpoint asks for is kept', async () => {
    const { server, sent } = await over({
      script: (n) => (n === 0 ? answers(429, '', { 'retry-after': '1' }) : undefined),
    });
    const [first = 0, second = 0] = server.times;
    // A timer may be early by the millisecond that its clock is rounded by.
    expect(second - first).toBeGreaterThanOrEqual(990);
    expect(sent[0]).toContain(HIT.excerpt);
  });

  test.each<[string, Reply, string]>([
    ['an unknown tool', { does: 'call', moves: [['delete_everything', {}]] }, 'blocked'],
    ['broken arguments', { does: 'call', moves: [['create_ticket', '{"subject":']] }, 'invalid_args'],
  ])('%s is counted and told to the model, which goes on', async (_, reply, status) => {
    const { server, sent, families } = await over({ script: (n) => (n === 0 ? reply : undefined) });
    expect(sent).toEqual([expect.stringContaining(HIT.excerpt)]);
    expect(sumOf(families, 'fte_agent_tool_calls_total', { status })).toBe(1);
    expect(server.requests[1]?.messages.at(-1)).toMatchObject({ role: 'tool' });
  });

  test('two broken steps, a good one, and two more are no reason to give up', async () => {
    const bad: Reply = { does: 'call', moves: [['delete_everything', {}]] };
    const { sent } = await over({ script: (n) => ([0, 1, 3, 4].includes(n) ? bad : undefined) });
    expect(sent).toEqual([expect.stringContaining(HIT.excerpt)]);
  });
});

test('what was done before the endpoint failed is not done again', async () => {
  const answer = await over({ script: (n) => (n < 2 ? undefined : answers(500, '', AT_ONCE)) });
  expectApology(answer);
  expect(answer.done).toEqual([
    'create_ticket',
    'get_customer_history',
    'escalate_to_human service_unavailable',
    'send_response',
  ]);
});

test('a reason that was due before the endpoint failed is kept', async () => {
  const { result, sent } = await over({ script: () => answers(400) }, { turn: { text: 'I will sue you.' } });
  expect(result.escalation).toBe('legal_matter');
  expect(sent).toHaveLength(1);
});
