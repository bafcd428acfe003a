import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT, type ServerlessYml } from '../running/serverless-yml.ts';
import { until } from '../running/until.ts';
import type { Invocation, Word } from './instance.ts';

/** The process died within an invocation: of a kill, or of its time. */
export class InstanceDied extends Error {
  readonly why: 'killed' | 'timed out' | 'crashed';
  constructor(functionKey: string, why: InstanceDied['why']) {
    super(`an instance of ${functionKey} ${why}`);
    this.why = why;
  }
}
/** The handler threw. */
export class FunctionError extends Error {}

export interface InstancesOptions {
  readonly yml: ServerlessYml;
  /** What an instance of this name finds in its environment. */
  readonly environmentOf: (instance: string, functionKey: string) => Readonly<Record<string, string>>;
  /** Instances of one function at the same time; further invocations wait. */
  readonly most?: number;
}

interface Instance {
  readonly name: string;
  readonly functionKey: string;
  readonly child: ChildProcess;
  readonly dead: Promise<void>;
  /** Resolves with `undefined` when it died before. */
  readonly ready: Promise<boolean>;
  ending: InstanceDied['why'];
  /** Messages since the gateway took its last push. */
  unpushed: number;
}

/** Of a queue's batch, each record; of any other event, the one that it tells of. */
function messagesIn(event: unknown): number {
  const { Records: records } = event as { Records?: readonly unknown[] };
  return Math.max(1, records?.length ?? 1);
}

/** Bundles a function as the deployment does. */
async function bundle({ functions }: ServerlessYml, functionKey: string, folder: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { [functionKey]: functions[functionKey]!.handler.replace(/\.handler$/, '.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: ['@aws-sdk/*'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}

/** Runs functions in processes of their own, which can be killed at any moment, as Lambda does and they can be there. */
export function startInstances({ yml, environmentOf, most = 2 }: InstancesOptions) {
  // Inside the project, where the bundles find the AWS SDK.
  mkdirSync(join(ROOT, '.local'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.local', 'instances-'));
  const bundles = new Map<string, Promise<void>>();
  const alive = new Map<string, Instance>();
  const idle = new Map<string, Instance[]>();
  const waiting = new Map<string, (() => void)[]>();
  const counts = { started: 0, killed: 0, timedOut: 0, invocations: 0 };
  const lost = new Map<string, number>();
  let numbers = 0;

  function spawn(functionKey: string): Instance {
    numbers += 1;
    counts.started += 1;
    const name = `${functionKey}-${numbers}`;
    const child = fork(join(import.meta.dirname, 'instance.ts'), [join(folder, `${functionKey}.mjs`)], {
      env: {
        PATH: process.env.PATH,
        ...environmentOf(name, functionKey),
      },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('error', () => undefined);
    const dead = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const ready = new Promise<boolean>((resolve) => {
      child.once('message', () => resolve(true));
      void dead.then(() => resolve(false));
    });
    const instance: Instance = { name, functionKey, child, dead, ready, ending: 'crashed', unpushed: 0 };
    alive.set(name, instance);
    void dead.then(() => {
      alive.delete(name);
      lost.set(functionKey, (lost.get(functionKey) ?? 0) + instance.unpushed);
    });
    return instance;
  }

  async function end(instance: Instance | undefined, why: InstanceDied['why']): Promise<void> {
    if (instance === undefined) return;
    instance.ending = why;
    instance.child.kill('SIGKILL');
    await instance.dead;
  }

  const count = (functionKey: string) =>
    [...alive.values()].filter((one) => one.functionKey === functionKey).length;

  async function acquire(functionKey: string): Promise<Instance> {
    const bundled = bundles.get(functionKey) ?? bundle(yml, functionKey, folder);
    bundles.set(functionKey, bundled);
    await bundled;
    for (;;) {
      const free = idle.get(functionKey)?.pop();
      if (free !== undefined && alive.has(free.name)) return free;
      if (free !== undefined) continue;
      if (count(functionKey) < most) return spawn(functionKey);
      await new Promise<void>((resolve) => {
        waiting.set(functionKey, [...(waiting.get(functionKey) ?? []), resolve]);
      });
    }
  }

  function release(instance: Instance): void {
    const { functionKey, name } = instance;
    if (alive.has(name)) idle.set(functionKey, [...(idle.get(functionKey) ?? []), instance]);
    const [next, ...rest] = waiting.get(functionKey) ?? [];
    waiting.set(functionKey, rest);
    next?.();
  }

  async function run(instance: Instance, event: unknown, timeoutMs: number): Promise<unknown> {
    const { child, functionKey, dead, ready } = instance;
    if (!(await ready)) throw new InstanceDied(functionKey, instance.ending);
    instance.unpushed += messagesIn(event);
    const timer = setTimeout(() => {
      counts.timedOut += 1;
      void end(instance, 'timed out');
    }, timeoutMs);
    try {
      const word = await new Promise<Word | undefined>((resolve) => {
        child.once('message', (message) => resolve(message as Word));
        void dead.then(() => resolve(undefined));
        // One that has just died says so by itself.
        child.send({ event, timeoutMs } satisfies Invocation, () => undefined);
      });
      if (word === undefined) throw new InstanceDied(functionKey, instance.ending);
      if (word.says === 'error') throw new FunctionError(word.error);
      return word.says === 'result' ? word.result : undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    counts: counts as Readonly<typeof counts>,
    names: () => [...alive.keys()],
    /**
     * Runs one invocation to its end.
     *
     * @throws {InstanceDied} or {FunctionError}
     */
    async invoke(functionKey: string, event: unknown): Promise<unknown> {
      const { timeout = yml.provider.timeout } = yml.functions[functionKey]!;
      counts.invocations += 1;
      const instance = await acquire(functionKey);
      try {
        return await run(instance, event, timeout * 1_000);
      } finally {
        release(instance);
      }
    },
    /** The gateway has taken all that this instance has counted. */
    pushed(name: string): void {
      const instance = alive.get(name);
      if (instance !== undefined) instance.unpushed = 0;
    },
    /** How many messages a function had worked on when it died, and not pushed what it counted of them. */
    lost: (functionKey: string) => lost.get(functionKey) ?? 0,
    /** Invokes each instance that is alive until the gateway has all that it counted, while nothing else is to be done. */
    async pushAll(event: unknown, seconds: number): Promise<void> {
      async function pushOf(instance: Instance): Promise<boolean> {
        await run(instance, event, yml.provider.timeout * 1_000).catch(() => undefined);
        return instance.unpushed === 0;
      }
      // A gateway that has failed is left alone by its instances for a while.
      const all = [...alive.values()].map((one) =>
        until(`a push of ${one.name}`, () => pushOf(one), seconds),
      );
      await Promise.all(all);
    },
    /** Kills an instance; resolves once it is dead. */
    async kill(name: string): Promise<void> {
      const instance = alive.get(name);
      if (instance !== undefined) counts.killed += 1;
      await end(instance, 'killed');
    },
    async close(): Promise<void> {
      await Promise.all([...alive.values()].map((instance) => end(instance, 'killed')));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type Instances = Awaited<ReturnType<typeof startInstances>>;
