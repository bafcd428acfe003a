import { createWriteStream, type WriteStream } from 'node:fs';
import { parseLogLine, pretty } from './log-lines.ts';

export type LogFormat = 'pretty' | 'json';

/** What a person asked for, else pretty where one watches and JSON where the output goes on to a program. */
export function logFormat(asked: string | undefined): LogFormat {
  if (asked === 'pretty' || asked === 'json') return asked;
  return process.stdout.isTTY ? 'pretty' : 'json';
}

/**
 * Takes what the functions write to standard output, each in its worker thread, where there is no terminal to ask:
 * every log line goes to `file` as it is, and to the terminal in `format`. What is no log line goes through.
 */
export function teeLogs(file: string, format: LogFormat): WriteStream {
  const sink = createWriteStream(file, { flags: 'a' });
  const write = process.stdout.write.bind(process.stdout);
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  let rest = '';

  function line(text: string): void {
    const parsed = parseLogLine(text);
    if (parsed === undefined) {
      write(`${text}\n`);
      return;
    }
    sink.write(`${text}\n`);
    write(`${format === 'json' ? text : pretty(parsed, colour)}\n`);
  }

  process.stdout.write = ((chunk: string | Uint8Array, ...others: unknown[]): boolean => {
    const lines = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))).split(
      '\n',
    );
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
    const done = others.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
    return true;
  }) as typeof process.stdout.write;
  return sink;
}
