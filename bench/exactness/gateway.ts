import { copyFile, rm } from 'node:fs/promises';
import { startPushgateway } from '../../tests/servers/pushgateway.ts';
import type { ServerProcess } from '../../tests/servers/server-process.ts';

/** A real Pushgateway that can be stopped, continued, killed and brought back at the same address. */
export interface Gateway {
  readonly url: string;
  stop(): void;
  go(): void;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Brings it back: empty, or with what it had when `keep` was called. */
  revive(withKept?: boolean): Promise<void>;
  /** Puts what it has aside. */
  keep(): Promise<void>;
  close(): Promise<void>;
}

/** @param persistenceFile undefined, as it should be: the ledger is the persistence */
export async function startGateway(persistenceFile?: string): Promise<Gateway> {
  const options = {
    consistencyCheck: false,
    ...(persistenceFile === undefined ? {} : { persistenceFile }),
  };
  let server: ServerProcess = await startPushgateway(options);
  const { url, port } = server;
  const kept = `${persistenceFile}.kept`;
  const signal = (name: NodeJS.Signals) => {
    process.kill(server.pid, name);
  };
  return {
    url,
    stop: () => signal('SIGSTOP'),
    go: () => signal('SIGCONT'),
    async kill() {
      signal('SIGKILL');
      await server.close();
    },
    async revive(withKept = false) {
      if (persistenceFile !== undefined) {
        if (withKept) await copyFile(kept, persistenceFile);
        else await rm(persistenceFile, { force: true });
      }
      server = await startPushgateway({ ...options, port });
    },
    async keep() {
      if (persistenceFile !== undefined) await copyFile(persistenceFile, kept);
    },
    async close() {
      // One that stands still would not notice that it should end.
      signal('SIGCONT');
      await server.close();
    },
  };
}
