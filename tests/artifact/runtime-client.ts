import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../running/serverless-yml.ts';

const CLIENT = join(ROOT, 'tests', 'artifact', 'node_modules', 'aws-lambda-ric', 'index.mjs');

export interface RuntimeClientOptions {
  /** The unpacked function. */
  readonly folder: string;
  /** As in `serverless.yml`. */
  readonly handler: string;
  readonly env: Readonly<Record<string, string>>;
  /** Of the Runtime API, host and port. */
  readonly address: string;
}

/** AWS's own runtime interface client with a packaged function, as a process. */
export function startRuntimeClient({ folder, handler, env, address }: RuntimeClientOptions) {
  const child = spawn(process.execPath, [CLIENT, handler], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      ...env,
      AWS_LAMBDA_RUNTIME_API: address,
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
  return {
    child,
    exited,
    /** Rejects, with all that it wrote, when the process has ended. */
    gone,
    output: () => output,
  };
}
