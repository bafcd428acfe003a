import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is asked of a sender: the keys that this provider knows. */
export const KEYS = {
  accountSid: `AC${'0123456789abcdef'.repeat(2)}`,
  authToken: 'a-token-of-twilio',
  accessToken: 'a-token-of-meta',
  phoneNumberId: '106540352242922',
  apiVersion: 'v26.0',
} as const;

/** A message that was taken. */
export interface TakenMessage {
  readonly provider: 'twilio' | 'meta';
  readonly id: string;
  readonly to: string;
  readonly text: string;
  /** Twilio's status callback, or the reference that Meta hands back. */
  readonly reference: string | undefined;
}

/** How the next request is answered. What is refused is not taken; what breaks off may be. */
export type Behaviour =
  | 'accepts'
  | 'hangs before taking'
  | 'hangs after taking'
  | 'breaks off before taking'
  | 'breaks off after taking'
  | 'breaks off within the answer'
  | 'drips the answer'
  | 'answers with rubbish'
  | 'answers without an id'
  | 'redirects'
  | { readonly status: number; readonly code?: number; readonly rubbish?: boolean }
  | { readonly gaveUp: number };

interface Asked {
  readonly message: Omit<TakenMessage, 'id'>;
  readonly headers: IncomingMessage['headers'];
}

class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number) {
    super('refused');
    this.status = status;
    this.code = code;
  }
}

function readTwilio(url: string, headers: IncomingMessage['headers'], body: string): Asked['message'] {
  const basic = Buffer.from(`${KEYS.accountSid}:${KEYS.authToken}`).toString('base64');
  if (headers.authorization !== `Basic ${basic}`) throw new Refusal(401, 20003);
  if (url !== `/2010-04-01/Accounts/${KEYS.accountSid}/Messages.json`) throw new Refusal(404, 20404);
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') throw new Refusal(415, 20415);
  const form = new URLSearchParams(body);
  const to = form.get('To') ?? '';
  if (!/^whatsapp:(\+\d{7,15}|[A-Z]{2}\.\w+)$/.test(to)) throw new Refusal(400, 21211);
  if (!/^whatsapp:\+\d{7,15}$/.test(form.get('From') ?? '')) throw new Refusal(400, 21212);
  const text = form.get('Body') ?? '';
  if (text === '') throw new Refusal(400, 21602);
  if (text.length > 1600) throw new Refusal(400, 21617);
  return {
    provider: 'twilio',
    to: to.slice('whatsapp:'.length),
    text,
    reference: form.get('StatusCallback') ?? undefined,
  };
}

function readMeta(url: string, headers: IncomingMessage['headers'], body: string): Asked['message'] {
  if (headers.authorization !== `Bearer ${KEYS.accessToken}`) throw new Refusal(401, 190);
  if (url !== `/${KEYS.apiVersion}/${KEYS.phoneNumberId}/messages`) throw new Refusal(404, 100);
  if (headers['content-type'] !== 'application/json') throw new Refusal(400, 100);
  const asked = JSON.parse(body) as Record<string, unknown>;
  const to = asked.to ?? asked.recipient;
  const { body: text } = (asked.text ?? {}) as { body?: unknown };
  if (asked.messaging_product !== 'whatsapp' || asked.type !== 'text') throw new Refusal(400, 100);
  if (typeof asked.to === 'string' && !/^\+?\d{7,15}$/.test(asked.to)) throw new Refusal(400, 131009);
  if (typeof to !== 'string' || typeof text !== 'string' || text === '') throw new Refusal(400, 131008);
  if (text.length > 4096) throw new Refusal(400, 131009);
  const reference = asked.biz_opaque_callback_data;
  return { provider: 'meta', to, text, reference: typeof reference === 'string' ? reference : undefined };
}

/** Who we are, as the provider knows us. */
function readAccount(url: string, headers: IncomingMessage['headers']): unknown {
  const basic = Buffer.from(`${KEYS.accountSid}:${KEYS.authToken}`).toString('base64');
  const known = [`Basic ${basic}`, `Bearer ${KEYS.accessToken}`];
  if (!known.includes(headers.authorization ?? '')) throw new Refusal(401, 20003);
  if (url === `/2010-04-01/Accounts/${KEYS.accountSid}.json`) return { sid: KEYS.accountSid };
  if (url === `/${KEYS.apiVersion}/${KEYS.phoneNumberId}?fields=id`) return { id: KEYS.phoneNumberId };
  throw new Refusal(404, 20404);
}

/** An error in the provider's own form; the text of a real one quotes the customer's number and the token. */
function refuse(response: ServerResponse, twilio: boolean, status: number, code: number | undefined): void {
  const message = `Refused +16505551234 with ${KEYS.authToken} ${KEYS.accessToken}`;
  const body = twilio ? { code, message, more_info: '', status } : { error: { message, type: 'x', code } };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function accepted({ provider, to, id }: TakenMessage, gaveUp?: number): [number, unknown] {
  if (provider === 'meta') {
    return [200, { messaging_product: 'whatsapp', contacts: [{ input: to }], messages: [{ id }] }];
  }
  const status = gaveUp === undefined ? 'queued' : 'failed';
  return [201, { sid: id, status, error_code: gaveUp ?? null, error_message: null, to: `whatsapp:${to}` }];
}

/** Both providers' send APIs on one port. It remembers what it took, and fails in the ways that it is told to. */
export async function startWhatsAppProvider() {
  const taken: TakenMessage[] = [];
  const behaviours: Behaviour[] = [];
  const connections: IncomingMessage['headers'][] = [];
  const drips = new Set<NodeJS.Timeout>();
  let sockets = 0;

  function take(message: Asked['message']): TakenMessage {
    const number = String(taken.length + 1).padStart(32, '0');
    const one = { ...message, id: message.provider === 'twilio' ? `SM${number}` : `wamid.${number}` };
    taken.push(one);
    return one;
  }

  function answer(message: Asked['message'], behaviour: Behaviour, response: ServerResponse): void {
    if (typeof behaviour === 'object' && 'status' in behaviour) {
      if (behaviour.rubbish) response.writeHead(behaviour.status).end('<html>');
      else refuse(response, message.provider === 'twilio', behaviour.status, behaviour.code);
      return;
    }
    if (behaviour === 'redirects') {
      response.writeHead(307, { location: '/elsewhere' }).end();
      return;
    }
    const [status, body] = accepted(
      take(message),
      typeof behaviour === 'object' ? behaviour.gaveUp : undefined,
    );
    if (behaviour === 'hangs after taking') return;
    if (behaviour === 'breaks off after taking') {
      response.destroy();
      return;
    }
    const text = behaviour === 'answers with rubbish' ? 'OK' : JSON.stringify(body);
    const json = behaviour === 'answers without an id' ? '{}' : text;
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': json.length });
    if (behaviour === 'breaks off within the answer') {
      response.write(json.slice(0, 10), () => response.destroy());
    } else if (behaviour === 'drips the answer') {
      drips.add(setInterval(() => response.write(' '), 10));
    } else response.end(json);
  }

  const server = createServer((request, response) => {
    const behaviour = behaviours.shift() ?? 'accepts';
    connections.push(request.headers);
    if (behaviour === 'hangs before taking') return;
    if (behaviour === 'breaks off before taking') {
      request.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = request.url ?? '';
      const twilio = url.startsWith('/2010-04-01/');
      const body = Buffer.concat(chunks).toString('utf8');
      try {
        if (request.method === 'GET') {
          if (typeof behaviour === 'object' && 'status' in behaviour) throw new Refusal(behaviour.status, 0);
          const account = JSON.stringify(readAccount(url, request.headers));
          response.writeHead(200, { 'content-type': 'application/json' }).end(account);
          return;
        }
        const read = twilio ? readTwilio : readMeta;
        answer(read(url, request.headers, body), behaviour, response);
      } catch (error) {
        if (error instanceof Refusal) refuse(response, twilio, error.status, error.code);
        else response.writeHead(400).end();
      }
    });
  });
  server.on('connection', () => {
    sockets += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    /** The headers of every request. */
    connections,
    sockets: () => sockets,
    /** What to do with the next requests, one each; then it accepts again. */
    next(...told: readonly Behaviour[]): void {
      behaviours.push(...told);
    },
    async close(): Promise<void> {
      for (const drip of drips) clearInterval(drip);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
