import { spawn } from 'node:child_process';
import { freePort } from './free-port.ts';

export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it and waits until it is gone. */
  close(): Promise<void>;
}

export interface ServerProcessOptions {
  readonly file: string;
  readonly args: (port: number) => readonly string[];
  /** Answers 200 once the server can be used. */
  readonly readyPath: string;
  /** Seconds until a server that is not ready is given up. */
  readonly readyWithin?: number;
  /** Default: any that is free. */
  readonly port?: number;
  /** Default: this process' own. */
  readonly env?: NodeJS.ProcessEnv;
  /** How to ask whether it is ready, where a plain request would not be let in. */
  readonly ask?: (port: number) => Promise<boolean>;
}

const TRIES = 5;
/** A port that was in use a moment ago may be taken by somebody for as long. */
const PORT_FREE_WITHIN_MS = 30_000;
const KILL_AFTER_MS = 5_000;
const POLL_MS = 20;

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

async function startOnce(options: ServerProcessOptions, port: number): Promise<ServerProcess | string> {
  const { file, args, readyPath, readyWithin = 60 } = options;
  const ask = options.ask ?? ((at: number) => isReady(`http://127.0.0.1:${at}${readyPath}`));
  const child = spawn(file, args(port), {
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let ended: string | undefined;
  const keep = (chunk: Buffer) => {
    output = `${output}${chunk}`.slice(-4_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      ended ??= `ended with ${code ?? signal}`;
      resolve();
    });
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);

  async function close(): Promise<void> {
    process.off('exit', killAtExit);
    if (ended !== undefined) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await gone;
    clearTimeout(timer);
  }

  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + readyWithin * 1000;
  while (ended === undefined && Date.now() < deadline) {
    // A stranger may have taken the port and answer in the child's place: then the child has ended by now.
    if ((await ask(port)) && ended === undefined) return { url, port, pid: child.pid ?? 0, close };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await close();
  return `${file} on port ${port}: ${ended ?? `not ready within ${readyWithin} s`}\n${output}`;
}

/**
 * Starts a server on a free port and waits until it is ready. Tries again when another program took the port first.
 *
 * @throws {Error} with the end of the server's output when it ends, or is not ready in time.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  let failure = '';
  const deadline = Date.now() + PORT_FREE_WITHIN_MS;
  const mayTry = (tries: number) => (options.port === undefined ? tries < TRIES : Date.now() < deadline);
  for (let i = 0; i === 0 || mayTry(i); i += 1) {
    const started = await startOnce(options, options.port ?? (await freePort()));
    if (typeof started !== 'string') return started;
    failure = started;
    if (!failure.includes('address already in use')) break;
    if (options.port !== undefined) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(failure);
}
