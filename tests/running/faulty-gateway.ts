import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  | 'none'
  | 'hangs'
  | 'drips'
  | 'breaks off'
  | 'refuses with 500'
  | 'refuses with 400'
  | 'redirects';

/** A gateway that takes pushes, or fails in one of the ways in which gateways fail. */
export async function startFaultyGateway(fault: Fault) {
  const bodies: string[] = [];
  let requests = 0;
  const drips = new Set<NodeJS.Timeout>();

  function answer(response: ServerResponse): void {
    switch (fault) {
      case 'none':
        response.writeHead(200).end();
        return;
      case 'hangs':
        return;
      case 'drips':
        // A byte now and then keeps any idle time-out from firing.
        response.writeHead(200, { 'content-length': '100000' });
        drips.add(setInterval(() => response.write('x'), 10));
        return;
      case 'breaks off':
        response.destroy();
        return;
      case 'refuses with 500':
        response.writeHead(500).end('no');
        return;
      case 'refuses with 400':
        response.writeHead(400).end('no');
        return;
      case 'redirects':
        response.writeHead(301, { location: '/elsewhere' }).end();
    }
  }

  const server = createServer((request, response) => {
    requests += 1;
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    requests: () => requests,
    async close(): Promise<void> {
      for (const drip of drips) clearInterval(drip);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
