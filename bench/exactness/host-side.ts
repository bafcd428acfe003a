// The side that counts: processes of instances, which are killed, stand still and are told what to expect.
import { join } from 'node:path';
import { type Host, startHost } from './children.ts';
import type { Plan } from './plan.ts';
import type { HostConfig, ToHost } from './protocol.ts';

export interface HostSideOptions extends Omit<HostConfig, 'log' | 'instances'> {
  readonly plan: Plan;
  readonly folder: string;
}

export function createHostSide({ plan, folder, ...config }: HostSideOptions) {
  let incarnations = 0;
  const hosts: Host[] = [];
  let standing: ToHost[] = [];

  function start(number: number, from: number): void {
    incarnations += 1;
    const host = startHost({
      ...config,
      log: join(folder, `truth-${number}-${incarnations}.jsonl`),
      instances: plan.instances.filter(({ host: own, bornAt }) => own === number && bornAt >= from),
    });
    for (const order of standing) host.tell(order);
    hosts[number] = host;
  }
  for (let number = 0; number < plan.hosts; number += 1) start(number, 0);

  const everyone = (order: ToHost) => Promise.all(hosts.map((host) => host.obey(order))).then(() => {});
  return {
    count: plan.hosts,
    /** With all instances that live in it; another process takes those that are yet to be born. */
    async kill(number: number): Promise<void> {
      const host = hosts[number];
      host?.signal('SIGKILL');
      await host?.gone;
      start(number, Date.now() - config.startedAt);
    },
    async freeze(number: number, ms: number): Promise<void> {
      const host = hosts[number];
      host?.signal('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, ms));
      host?.signal('SIGCONT');
    },
    async cut(urls: readonly string[]): Promise<void> {
      standing = urls.length === 0 ? [] : [{ do: 'cut', urls }];
      await everyone({ do: 'cut', urls });
    },
    async calm(): Promise<void> {
      standing = [{ do: 'calm' }];
      await everyone({ do: 'calm' });
    },
    async storm(): Promise<void> {
      standing = [];
      await everyone({ do: 'storm' });
    },
    finish: () => everyone({ do: 'finish' }),
    async end(): Promise<void> {
      for (const host of hosts) {
        host.signal('SIGCONT');
        host.signal('SIGKILL');
      }
      await Promise.all(hosts.map(({ gone }) => gone));
    },
  };
}
export type HostSide = ReturnType<typeof createHostSide>;
