import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request of the chat-completions protocol, as far as a model reads it. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly { readonly function: { readonly name: string; readonly parameters: unknown } }[];
  readonly tool_choice?: unknown;
}
interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string } }[];
}

/** A tool's name, and its arguments: an object, or a text as it goes over the wire. */
export type Move = readonly [tool: string, input: unknown];

/** Tokens of one answer; `null` for an endpoint that reports none. */
export type Usage = { readonly prompt_tokens: number; readonly completion_tokens: number } | null;

/** What the server does with one request. */
export type Reply =
  | {
      readonly does: 'call';
      readonly moves: readonly Move[];
      readonly usage?: Usage;
      readonly slowly?: boolean;
    }
  | { readonly does: 'say'; readonly text: string | null; readonly usage?: Usage }
  /** Any status and body; a string goes out as it is. */
  | {
      readonly does: 'answer';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Takes the request and never answers; `drip` sends a byte now and then, so that no idle time-out fires. */
  | { readonly does: 'hang' | 'drip' }
  /** Breaks the connection off, before the head or in the middle of the body. */
  | { readonly does: 'reset' | 'cut off' };

/** What was said so far, as a model with tools sees it. */
export interface Situation {
  /** The customer's message with its facts: the user's message of the prompt. */
  readonly turn: Readonly<Record<string, unknown>>;
  /** The tools that may be used now. */
  readonly tools: readonly string[];
  readonly results: readonly { readonly tool: string; readonly output: Readonly<Record<string, unknown>> }[];
}

/** What a decent model does: it keeps to the tools on offer, hands over what it must, and answers from what it found. */
export function decentMove({ turn, tools, results }: Situation): Move {
  const may = (tool: string) => tools.includes(tool);
  const say = (text: string): Move => ['send_response', { text }];
  const subject = String(turn.subject ?? 'A question').slice(0, 300);
  if (may('create_ticket')) {
    return ['create_ticket', { subject, category: turn.category, priority: turn.priority }];
  }
  if (may('get_customer_history')) return ['get_customer_history', {}];
  const due = turn.must_escalate ?? results.map(({ output }) => output.must_escalate).findLast(Boolean);
  if (due && may('escalate_to_human')) {
    return ['escalate_to_human', { reason: due, summary: `The customer wrote about: ${subject}` }];
  }
  const searches = results.filter(({ tool }) => tool === 'search_knowledge_base');
  const [best] = searches.flatMap(
    ({ output }) => (output.results ?? []) as Record<'title' | 'excerpt', string>[],
  );
  if (may('send_response')) {
    if (due) return say('A member of our team will read your message and answer you here.');
    if (best) return say(`${best.excerpt}\n\nThis is from our article “${best.title}”.`);
    if (turn.empty) return say('Please tell us what you were trying to do.');
    if (turn.gratitude) return say('You are welcome.');
    if (turn.category === 'feedback') return say('Thank you for telling us.');
  }
  const query = searches.length === 0 ? `${subject} ${turn.message}`.slice(0, 6_000) : subject;
  return ['search_knowledge_base', { query }];
}

/** What a request says of the work so far. */
export function situationOf({ messages, tools }: ChatRequest): Situation {
  const names = new Map(
    messages.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => [call.id, call.function.name])),
  );
  return {
    turn: JSON.parse(messages.find(({ role }) => role === 'user')?.content ?? '{}'),
    tools: tools.map((tool) => tool.function.name),
    results: messages
      .filter(({ role }) => role === 'tool')
      .map(({ tool_call_id = '', content }) => ({
        tool: names.get(tool_call_id) ?? '',
        // An error comes back as plain text.
        output: content?.startsWith('{') ? JSON.parse(content) : {},
      })),
  };
}

/** What a real endpoint refuses: a call without its result, or a result without its call. */
function disorder({ messages, tools }: ChatRequest): string | undefined {
  if (!Array.isArray(tools) || tools.length === 0) return 'tools: expected at least one';
  const open = new Set<string>();
  for (const { role, tool_call_id = '', tool_calls = [] } of messages) {
    if (role === 'tool' && !open.delete(tool_call_id)) return `unexpected result of "${tool_call_id}"`;
    if (role !== 'tool' && open.size > 0)
      return 'an assistant message with tool_calls must be followed by their results';
    for (const { id } of tool_calls) open.add(id);
  }
  return open.size > 0 ? 'a tool call has no result' : undefined;
}

export interface OpenAiServerOptions {
  /** The key that requests must carry; without one any request is served. */
  readonly key?: string;
  /** What to do with request `n` (from 0); `undefined` is what a decent model does. */
  readonly script?: (n: number, request: ChatRequest) => Reply | undefined;
}

/** One token is four characters, as a rule of thumb has it: every answer has a usage that can be checked. */
const tokens = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4);

/** A server that speaks the OpenAI chat-completions protocol; it behaves like a decent model, or as its script says. */
export async function startOpenAiServer({ key, script = () => undefined }: OpenAiServerOptions = {}) {
  const requests: ChatRequest[] = [];
  const headers: IncomingMessage['headers'][] = [];
  let listed = 0;
  const times: number[] = [];
  const usages: NonNullable<Usage>[] = [];
  const drips = new Set<NodeJS.Timeout>();
  const waiting = new Set<ServerResponse>();

  function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  function completion(request: ChatRequest, reply: Extract<Reply, { does: 'call' | 'say' }>): string {
    const n = requests.length;
    const message =
      reply.does === 'say'
        ? { role: 'assistant', content: reply.text }
        : {
            role: 'assistant',
            content: null,
            tool_calls: reply.moves.map(([name, input], i) => ({
              id: `call_${n}_${i}`,
              type: 'function',
              function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input) },
            })),
          };
    const counted = { prompt_tokens: tokens(request.messages), completion_tokens: tokens(message) };
    const usage = reply.usage === undefined ? counted : reply.usage;
    if (usage !== null) usages.push(usage);
    return JSON.stringify({
      id: `chatcmpl-${n}`,
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model: request.model,
      choices: [{ index: 0, message, finish_reason: reply.does === 'say' ? 'stop' : 'tool_calls' }],
      ...(usage === null
        ? {}
        : { usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } }),
    });
  }

  /** One byte a packet: an answer that comes, but only just. */
  async function trickle(response: ServerResponse, body: string): Promise<void> {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const character of body) {
      await new Promise((resolve) => response.write(character, resolve));
    }
    response.end();
  }

  function act(reply: Reply, request: ChatRequest, response: ServerResponse): void {
    switch (reply.does) {
      case 'call':
      case 'say': {
        const body = completion(request, reply);
        if (reply.does === 'call' && reply.slowly) void trickle(response, body);
        else json(response, 200, body);
        return;
      }
      case 'answer':
        json(response, reply.status, reply.body, reply.headers);
        return;
      case 'hang':
        waiting.add(response);
        response.on('close', () => waiting.delete(response));
        return;
      case 'drip':
        response.writeHead(200, { 'content-type': 'application/json' });
        drips.add(setInterval(() => response.write(' '), 10));
        return;
      case 'reset':
        response.destroy();
        return;
      case 'cut off':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '10000' });
        response.write('{"choices":[{"message":', () => response.destroy());
    }
  }

  function refusal({ method, url, headers }: IncomingMessage, request: ChatRequest): Reply | undefined {
    const refuse = (status: number, message: string, code: string): Reply => {
      return { does: 'answer', status, body: { error: { message, type: 'invalid_request_error', code } } };
    };
    const given = headers.authorization ?? '';
    if (`${method} ${url}` !== 'POST /v1/chat/completions') return refuse(404, `No ${url}`, 'not_found');
    // Some endpoints repeat what they were given.
    if (key !== undefined && given !== `Bearer ${key}`) {
      return refuse(401, `Incorrect API key provided: ${given}`, 'invalid_api_key');
    }
    const wrong = disorder(request);
    return wrong === undefined ? undefined : refuse(400, wrong, 'invalid_messages');
  }

  function serve(incoming: IncomingMessage, text: string, response: ServerResponse): void {
    if (`${incoming.method} ${incoming.url}` === 'GET /v1/models') {
      const known = key === undefined || incoming.headers.authorization === `Bearer ${key}`;
      listed += 1;
      json(response, known ? 200 : 401, { object: 'list', data: [] });
      return;
    }
    const request = JSON.parse(text || '{}') as ChatRequest;
    const n = requests.push(request) - 1;
    headers.push(incoming.headers);
    times.push(performance.now());
    const reply = refusal(incoming, request) ?? script(n, request);
    act(reply ?? { does: 'call', moves: [decentMove(situationOf(request))] }, request, response);
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => serve(incoming, Buffer.concat(chunks).toString('utf8'), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    /** The base URL, as FTE_MODEL_URL takes it. */
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    /** Every request that came, refused ones too. */
    requests,
    /** The headers of each. */
    headers,
    /** How often it was asked for its list of models. */
    listed: () => listed,
    /** When each came, in milliseconds of a monotonic clock. */
    times,
    /** How many clients still wait for an answer that does not come. */
    waiting: () => waiting.size,
    /** What was reported, answer by answer. */
    usages,
    async close(): Promise<void> {
      for (const drip of drips) clearInterval(drip);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
