import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Stored = { readonly value: string } | { readonly error: string } | 'hangs';

/**
 * An SSM that knows one call; `stored` says what it answers to request `n`, from 0, for the parameter `name`. Its errors
 * repeat what it was asked and `leak`, which nobody may pass on.
 */
export async function startParameters(stored: (n: number, name: string) => Stored, leak = '') {
  const asked: [unknown, { readonly Name: string }][] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const call = JSON.parse(body) as { readonly Name: string };
      const n = asked.push([request.headers['x-amz-target'], call]) - 1;
      const held = stored(n, call.Name);
      if (held === 'hangs') return;
      const [status, answer] =
        'value' in held
          ? [200, { Parameter: { Name: call.Name, Type: 'SecureString', Value: held.value } }]
          : [400, { __type: held.error, message: `${call.Name} and ${leak}` }];
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: asked as readonly (typeof asked)[number][],
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
