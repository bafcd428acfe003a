import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../local/ports.ts';
import { ROOT } from './serverless-yml.ts';
import { until } from './until.ts';

/** How long a start may take before it counts as broken; a slow machine is no failure. */
const START_SECONDS = 90;

export interface LocalMode {
  readonly url: string;
  readonly gatewayUrl: string;
  /** Of direct invocations. */
  readonly lambdaUrl: string;
  /** From the spawn to the start screen. */
  readonly startSeconds: number;
  /** All that it has written to its terminal so far. */
  output(): string;
  /** The lines of a file under its home. */
  lines(file: 'logs.jsonl' | 'outbox.jsonl'): Record<string, unknown>[];
  /** What `npm start` hears at Ctrl-C; resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Ends it and everything that it started, without asking. */
  kill(): Promise<void>;
}

export interface LocalModeOptions {
  /** Under `.local/`; two that run at the same time need two. */
  readonly name: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

const TRIES = 3;

/** `npm start` on free ports, until its start screen says that it is ready; on others when somebody else takes one first. */
export async function startLocalMode(options: LocalModeOptions): Promise<LocalMode> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (tries === TRIES || !String(error).includes('in use')) throw error;
    }
  }
}

async function startOnce(options: LocalModeOptions): Promise<LocalMode> {
  const [port, gatewayPort, lambdaPort] = [await freePort(), await freePort(), await freePort()];
  const home = `.local/${options.name}`;
  const started = performance.now();
  let text = '';
  const child = spawn(
    process.execPath,
    [
      'local/start.ts',
      ...['--port', `${port}`, '--gateway-port', `${gatewayPort}`, '--lambda-port', `${lambdaPort}`],
      ...(options.arguments ?? []),
    ],
    {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '', FTE_LOCAL_HOME: home, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that a test can end all of it.
      detached: true,
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const kill = async () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
    await ended(child);
  };
  try {
    const ready = until('the start screen', () => text.includes('The employee is at work.'), START_SECONDS);
    const gone = ended(child).then((code) => {
      throw new Error(`it ended with exit code ${code}`);
    });
    await Promise.race([ready, gone]);
    // From now on its end is what somebody asks for.
    gone.catch(() => undefined);
  } catch (error) {
    await kill();
    throw new Error(`npm start did not get ready: ${String(error)}\n${text.slice(-4000)}`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
    lambdaUrl: `http://127.0.0.1:${lambdaPort}`,
    startSeconds: (performance.now() - started) / 1000,
    output: () => text,
    lines(file) {
      const path = join(ROOT, home, file);
      if (!existsSync(path)) return [];
      const lines = readFileSync(path, 'utf8')
        .split('\n')
        // What follows the last end of a line is still being written.
        .slice(0, -1);
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async stop(signal = 'SIGINT') {
      child.kill(signal);
      const code = await Promise.race([
        ended(child),
        new Promise<'late'>((resolve) => setTimeout(resolve, 60_000, 'late').unref()),
      ]);
      if (code !== 'late') return code;
      await kill();
      throw new Error(`npm start did not end after ${signal}\n${text.slice(-2000)}`);
    },
    kill,
  };
}

/** Removes what a name left behind. */
export function forgetLocalMode(name: string): void {
  rmSync(join(ROOT, '.local', name), { recursive: true, force: true });
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly json: any;
}

/** One HTTP request; a body that is no text is sent as JSON. */
export async function http(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const sent =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array
      ? body
      : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(sent === undefined ? {} : { body: sent as string }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}
