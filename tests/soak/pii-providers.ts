import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../traffic/random.ts';
import type { ChatRequest, Reply } from '../running/openai-server.ts';

/** What goes wrong, and how often it did. */
export type Faults = Map<string, number>;

export function count(faults: Faults, fault: string): void {
  faults.set(fault, (faults.get(fault) ?? 0) + 1);
}

/** The share of requests that fail; a turn asks the model five times. */
const FAILS = { model: 0.06, provider: 0.25 };

/** A model's endpoint that fails in all ways, and repeats in its errors what it was told. */
export function troubledModel(random: Random, faults: Faults) {
  return (_: number, request: ChatRequest): Reply | undefined => {
    if (!random.chance(FAILS.model)) return undefined;
    const told = request.messages.map(({ content }) => content).join('\n');
    const ways: readonly (readonly [string, Reply])[] = [
      ['model: 400 that repeats the prompt', { does: 'answer', status: 400, body: { error: { message: `can't read: ${told}`, type: 'invalid_request_error', code: told.slice(0, 200) } } }],
      ['model: 500 that repeats the prompt', { does: 'answer', status: 500, body: { error: { message: told } } }],
      ['model: 200 that is no JSON', { does: 'answer', status: 200, body: `<html>${told}</html>` }],
      ['model: 200 of another shape', { does: 'answer', status: 200, body: { choices: told } }],
      ['model: arguments that are no JSON', { does: 'call', moves: [['create_ticket', `{"subject": ${told}`]] }],
      ['model: arguments that are refused', { does: 'call', moves: [['search_knowledge_base', { query: { told } }]] }],
      ['model: a tool that there is not', { does: 'call', moves: [[told.slice(0, 60), { told }]] }],
      ['model: the connection breaks', { does: 'reset' }],
      ['model: a broken answer', { does: 'cut off' }],
      ['model: no answer', { does: 'hang' }],
    ]; // biome-ignore format: a table
    const [fault, reply] = ways[random.between(0, ways.length - 1)] ?? ways[0] ?? ['', { does: 'reset' }];
    count(faults, fault);
    return reply;
  };
}

/** Twilio, SES and the team's webhook in one: it takes what it is given, or fails and repeats it. */
export async function startTroubledProviders(random: Random, faults: Faults) {
  let taken = 0;
  const met = new Set<string>();

  /** By chance, and the first request of each kind: a short run meets each, too. */
  function fails(kind: string): boolean {
    const first = !met.has(kind);
    met.add(kind);
    return random.chance(FAILS.provider) || first;
  }

  function refuse(response: ServerResponse, kind: string, told: string): void {
    const ways: readonly (readonly [string, () => void])[] = [
      ['400 that repeats', () => response.writeHead(400, { 'content-type': 'application/json', 'x-amzn-errortype': 'MessageRejected' }).end(JSON.stringify({ code: 21211, message: told }))],
      ['500 that repeats', () => response.writeHead(500, { 'content-type': 'text/html' }).end(told)],
      ['an answer that is no JSON', () => response.writeHead(201, { 'content-type': 'application/json' }).end(told)],
      ['the connection breaks', () => response.destroy()],
      ['429', () => response.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 20429, message: told }))],
    ]; // biome-ignore format: a table
    const [fault, act] = ways[random.between(0, ways.length - 1)] ?? ways[0] ?? ['', () => undefined];
    count(faults, `${kind}: ${fault}`);
    act();
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const path = request.url ?? '';
      const told = `${JSON.stringify(request.headers)} ${body} ${[...new URLSearchParams(body).values()].join(' ')}`;
      const kind = path.startsWith('/v2/email') ? 'SES' : path.startsWith('/2010') ? 'Twilio' : 'the team';
      if (request.method === 'POST' && fails(kind)) return refuse(response, kind, told);
      taken += 1;
      response.writeHead(path.startsWith('/2010') ? 201 : 200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          MessageId: `m-${taken}`,
          sid: `SM${String(taken).padStart(32, '0')}`,
          status: 'queued',
          SendingEnabled: true,
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => taken,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
