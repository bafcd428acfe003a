import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Stands before a server; requests can be held there, as in a network that is slow for some of them. */
export async function startHoldingProxy(target: string) {
  let holding = false;
  let held: { incoming: IncomingMessage; body: Buffer; response: ServerResponse }[] = [];

  function forward(incoming: IncomingMessage, body: Buffer, response?: ServerResponse): Promise<void> {
    return new Promise((resolve, reject) => {
      const { method, headers, url = '/' } = incoming;
      const onward = httpRequest(new URL(url, target), { method, headers, agent: false }, async (answer) => {
        const text = await buffer(answer);
        response?.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
        resolve();
      });
      onward.on('error', reject);
      onward.end(body);
    });
  }

  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming);
    if (holding) held.push({ incoming, body, response });
    else
      await forward(incoming, body, response).catch(() => {
        response.destroy();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(): void {
      holding = true;
    },
    /** How many requests are held. */
    held: () => held.length,
    /** Takes new requests again; those that were held reach the server only when the function that is returned is called. */
    goOnWithout(): () => Promise<void> {
      const late = held;
      held = [];
      holding = false;
      return async () => {
        for (const { incoming, body } of late) await forward(incoming, body);
      };
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
