import { createServer } from 'node:net';

/** Local mode listens here and nowhere else: it has no password. */
export const HOST = '127.0.0.1';

function tryListen(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}

/** Whether something listens on a port already. */
export function isTaken(port: number): Promise<boolean> {
  return tryListen(port).then(
    () => false,
    () => true,
  );
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return tryListen(0);
}
