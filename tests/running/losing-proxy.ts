import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes requests on; `lose()` says of which the answer is lost on the way back, after the work was done. */
export async function startLosingProxy(target: string, lose: (body: string) => boolean) {
  let lost = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const forward = httpRequest(
        `${target}${incoming.url}`,
        { method: incoming.method, headers: incoming.headers },
        (answer) => {
          if (lose(body.toString('utf8'))) {
            lost += 1;
            answer.resume().on('end', () => outgoing.destroy());
            return;
          }
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lost: () => lost,
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
