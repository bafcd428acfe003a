import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes what is posted; `status` is what it answers. */
export async function startListener() {
  const posted: { url: string; body: string }[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const state = { status: 200 };
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      headers.push(request.headers);
      posted.push({ url: request.url ?? '', body });
      response.writeHead(state.status, { 'content-type': 'application/json' }).end('{"MessageId":"m-1"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    posted,
    /** Of every request. */
    headers,
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
