import { type RuntimeApiOptions, startRuntimeApi } from '../running/runtime-api.ts';
import { type RuntimeClientOptions, startRuntimeClient } from './runtime-client.ts';

/** With an internal extension alone. Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const SHUTDOWN_MS = 500;

export type EnvironmentOptions = RuntimeApiOptions & Omit<RuntimeClientOptions, 'address'>;

/** One execution environment: AWS's own runtime interface client, with a packaged function. */
export async function startEnvironment({ folder, handler, env, ...options }: EnvironmentOptions) {
  const api = await startRuntimeApi(options);
  const startedAt = performance.now();
  const { child, exited, gone, output } = startRuntimeClient({ folder, handler, env, address: api.address });
  await Promise.race([api.ready, gone]).catch(async (error: unknown) => {
    await api.close();
    throw error;
  });

  return {
    ...api,
    pid: child.pid ?? 0,
    initMs: performance.now() - startedAt,
    output,
    invoke: (event: unknown, timeoutMs?: number) => Promise.race([api.invoke(event, timeoutMs), gone]),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    /** As Lambda ends an environment with a registered extension; without one there is no warning. */
    async shutDown(): Promise<void> {
      if (api.registered().length > 0) {
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), SHUTDOWN_MS);
        await exited;
        clearTimeout(late);
      } else child.kill('SIGKILL');
      await exited;
    },
    async close(): Promise<void> {
      child.kill('SIGKILL');
      await exited;
      await api.close();
    },
  };
}
export type Environment = Awaited<ReturnType<typeof startEnvironment>>;
