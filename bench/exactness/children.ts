// The storm's own processes: hosts of instances, and fleet handlers.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { FleetConfig, FromFleet, FromHost, HostConfig, ToFleet, ToHost } from './protocol.ts';

interface Child<To> {
  readonly alive: boolean;
  tell(order: To): void;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
}

function start<To, From>(file: string, config: unknown, hear: (message: From) => void): Child<To> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, file), JSON.stringify(config)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  child.on('message', (message) => hear(message as From));
  // One that was killed takes no more orders.
  child.on('error', () => {});
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  void gone.then(() => process.off('exit', killAtExit));
  const alive = () => child.exitCode === null && child.signalCode === null;
  return {
    get alive() {
      return alive();
    },
    tell(order) {
      if (alive() && child.connected) child.send(order as object, () => {});
    },
    signal(name) {
      if (alive()) child.kill(name);
    },
    gone,
  };
}

export interface Host extends Child<ToHost> {
  /** Resolves when it has obeyed, or is gone. */
  obey(order: ToHost): Promise<void>;
}

export function startHost(config: HostConfig): Host {
  const waiting: { readonly what: ToHost['do']; readonly done: () => void }[] = [];
  const child = start<ToHost, FromHost>('host.ts', config, ({ done }) => {
    const index = waiting.findIndex(({ what }) => what === done);
    if (index >= 0) waiting.splice(index, 1)[0]?.done();
  });
  return {
    ...child,
    get alive() {
      return child.alive;
    },
    obey(order) {
      const obeyed = new Promise<void>((done) => waiting.push({ what: order.do, done }));
      child.tell(order);
      return Promise.race([obeyed, child.gone]);
    },
  };
}

export type FleetHandler = Child<ToFleet>;
export const startFleetHandler = (config: FleetConfig, hear: (message: FromFleet) => void): FleetHandler =>
  start<ToFleet, FromFleet>('fleet-process.ts', config, hear);
