/** The agent's whole loop over the Converse API of Amazon Bedrock. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { read, sumOf } from '../../running/counted.ts';
import { decentMove, type Situation } from '../../running/openai-server.ts';
import { startAnswering } from './answering.ts';
import { type Circumstances, HIT, MODEL_NAME } from './world.ts';

const SECRET = 'aws-very-secret-0123456789';
const answering = startAnswering();
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => answering.stop());

interface Block {
  readonly text?: string;
  readonly toolUse?: { readonly toolUseId: string; readonly name: string; readonly input: unknown };
  readonly toolResult?: {
    readonly toolUseId: string;
    readonly content: readonly { readonly text?: string }[];
  };
}
interface Converse {
  readonly system: readonly { readonly text: string }[];
  readonly messages: readonly { readonly role: string; readonly content: readonly Block[] }[];
  readonly toolConfig: {
    readonly tools: readonly {
      readonly toolSpec: { readonly name: string; readonly inputSchema: unknown };
    }[];
    readonly toolChoice: unknown;
  };
}
interface Asked {
  readonly path: string;
  readonly authorization: string;
  readonly body: Converse;
}

function situationOf({ messages, toolConfig }: Converse): Situation {
  const blocks = messages.flatMap(({ content }) => content);
  const names = new Map(
    blocks.flatMap(({ toolUse }) => (toolUse ? [[toolUse.toolUseId, toolUse.name]] : [])),
  );
  return {
    turn: JSON.parse(blocks.find(({ text }) => text !== undefined)?.text ?? '{}'),
    tools: toolConfig.tools.map(({ toolSpec }) => toolSpec.name),
    results: blocks.flatMap(({ toolResult }) => {
      if (toolResult === undefined) return [];
      const output = JSON.parse(toolResult.content[0]?.text ?? '{}');
      return [{ tool: names.get(toolResult.toolUseId) ?? '', output }];
    }),
  };
}

type Failure = { readonly status: number; readonly type: string; readonly after?: string };

/** Answers as a decent model does, ten tokens more a call; `fails` says which requests, from 0, it refuses. */
async function startBedrock(fails: (n: number) => Failure | undefined = () => undefined) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const body = JSON.parse(text) as Converse;
      const { authorization = '' } = request.headers;
      const n = asked.push({ path: `${request.method} ${request.url}`, authorization, body }) - 1;
      const failure = fails(n);
      if (failure !== undefined) {
        response.writeHead(failure.status, {
          'content-type': 'application/json',
          'x-amzn-errortype': `${failure.type}:http://internal.amazon.com/coral/`,
          ...(failure.after === undefined ? {} : { 'retry-after': failure.after }),
        });
        response.end(JSON.stringify({ message: `signed with ${SECRET}` }));
        return;
      }
      const [name, input] = decentMove(situationOf(body));
      response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': `r${n}` }).end(
        JSON.stringify({
          output: {
            message: { role: 'assistant', content: [{ toolUse: { toolUseId: `use_${n}`, name, input } }] },
          },
          stopReason: 'tool_use',
          usage: { inputTokens: 100 + 10 * n, outputTokens: 10, totalTokens: 110 + 10 * n },
          metrics: { latencyMs: 1 },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function over(fails?: (n: number) => Failure | undefined, circumstances: Circumstances = {}) {
  const { url, asked } = await startBedrock(fails);
  const environment = {
    FTE_MODEL: 'bedrock',
    FTE_MODEL_NAME: MODEL_NAME,
    FTE_MODEL_PRICES: JSON.stringify({ [MODEL_NAME]: { input: 1, output: 5 } }),
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SESSION_TOKEN: '',
    AWS_BEARER_TOKEN_BEDROCK: '',
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
  };
  return { asked, ...(await answering.answer(environment, circumstances)) };
}

test('a product question: signed Converse requests with the tools of each step', async () => {
  const { asked, done, sent, output, families } = await over();
  expect(done).toEqual(['create_ticket', 'get_customer_history', 'search_knowledge_base', 'send_response']);
  expect(sent[0]).toContain(HIT.excerpt);
  expect(output).toBe('');
  expect(asked).toHaveLength(4);
  for (const { path, authorization, body } of asked) {
    expect(path).toBe(`POST /model/${encodeURIComponent(MODEL_NAME)}/converse`);
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, /,
    );
    expect(body.system[0]?.text).toContain('customer-success employee');
    expect(body.toolConfig.toolChoice).toEqual({ any: {} });
  }
  expect(asked[0]?.body.toolConfig.tools).toEqual([
    {
      toolSpec: {
        name: 'create_ticket',
        description: expect.any(String),
        inputSchema: { json: expect.objectContaining({ required: ['subject', 'category', 'priority'] }) },
      },
    },
  ]);
  expect(asked[1]?.body.messages.slice(1)).toMatchObject([
    { role: 'assistant', content: [{ toolUse: { toolUseId: 'use_0', name: 'create_ticket' } }] },
    { role: 'user', content: [{ toolResult: { toolUseId: 'use_0' } }] },
  ]);
  expect(sumOf(families, 'fte_label_overflow_total')).toBe(0);
});

test('tokens and cost are counted for the provider aws.bedrock', async () => {
  const { families } = await over();
  const tokens = (type: string) =>
    read(families, 'fte_gen_ai_client_token_usage', {
      gen_ai_provider_name: 'aws.bedrock',
      gen_ai_request_model: MODEL_NAME,
      gen_ai_operation_name: 'chat',
      gen_ai_token_type: type,
    });
  expect(tokens('input')).toEqual({ value: 4, sum: 100 + 110 + 120 + 130 });
  expect(tokens('output')).toEqual({ value: 4, sum: 40 });
  const cost = (operation: string) =>
    read(families, 'fte_llm_cost_usd_total', { model: MODEL_NAME, operation }).value;
  expect(cost('plan')).toBeCloseTo((330 + 30 * 5) / 1e6, 12);
  expect(cost('generate')).toBeCloseTo((130 + 10 * 5) / 1e6, 12);
});

test('what must go to people goes there', async () => {
  const { result } = await over(undefined, { turn: { text: 'My lawyer will contact you about this.' } });
  expect(result.escalation).toBe('legal_matter');
});

test('a throttled call is tried once more', async () => {
  const { asked, sent } = await over((n) =>
    n === 1 ? { status: 429, type: 'ThrottlingException', after: '0' } : undefined,
  );
  expect(asked).toHaveLength(5);
  expect(sent[0]).toContain(HIT.excerpt);
});

test.each([
  [403, 'AccessDeniedException', 1],
  [404, 'ResourceNotFoundException', 1],
  [429, 'ThrottlingException', 2],
  [503, 'ServiceUnavailableException', 2],
])('%i %s: one apology, and a log line without the secret', async (status, type, requests) => {
  const { asked, result, sent, output } = await over(() => ({ status, type, after: '0' }));
  expect(asked).toHaveLength(requests);
  expect(result.escalation).toBe('service_unavailable');
  expect(sent).toHaveLength(1);
  expect(output).toContain(`answered ${status} ${type}`);
  expect(output).not.toContain(SECRET);
});
