import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type RuntimeApiOptions, startRuntimeApi } from '../running/runtime-api.ts';
import { ROOT } from '../running/serverless-yml.ts';

const CLIENT = join(ROOT, 'tests', 'artifact', 'node_modules', 'aws-lambda-ric', 'index.mjs');
/** With an internal extension alone. Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const SHUTDOWN_MS = 500;

export interface EnvironmentOptions extends RuntimeApiOptions {
  /** The unpacked function. */
  readonly folder: string;
  /** As in `serverless.yml`. */
  readonly handler: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One execution environment: AWS's own runtime interface client, with a packaged function. */
export async function startEnvironment({ folder, handler, env, ...options }: EnvironmentOptions) {
  const api = await startRuntimeApi(options);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [CLIENT, handler], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      ...env,
      AWS_LAMBDA_RUNTIME_API: api.address,
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: handler,
      AWS_LAMBDA_FUNCTION_NAME: 'tested',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/tested',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  const exited = once(child, 'exit');
  const gone = exited.then(() => {
    throw new Error(`the runtime ended\n${output}`);
  });
  gone.catch(() => undefined);
  await Promise.race([api.ready, gone]);

  return {
    ...api,
    initMs: performance.now() - startedAt,
    output: () => output,
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
