import { createWriteStream } from 'node:fs';
import { parseLogLine, pretty } from './log-lines.ts';

export type LogFormat = 'pretty' | 'json';

/** What a person asked for, else pretty where one watches and JSON where the output goes on to a program. */
export function logFormat(asked: string | undefined): LogFormat {
  if (asked === 'pretty' || asked === 'json') return asked;
  return process.stdout.isTTY ? 'pretty' : 'json';
}

/**
 * Takes what the functions write to standard output and standard error, each in its worker thread, where there is no
 * terminal to ask: every log line goes to `file` as it is, and to standard output in `format`. What is no log line is
 * the framework talking, and goes to standard error. Returns how to print something else.
 */
export function teeLogs(file: string, format: LogFormat): (text: string) => void {
  const sink = createWriteStream(file, { flags: 'a' });
  const print = process.stdout.write.bind(process.stdout);
  const complain = process.stderr.write.bind(process.stderr);
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

  function tee(stream: NodeJS.WriteStream): void {
    let rest = '';

    function line(text: string): void {
      const parsed = parseLogLine(text);
      if (parsed === undefined) {
        complain(`${text}\n`);
        return;
      }
      sink.write(`${text}\n`);
      print(`${format === 'json' ? text : pretty(parsed, colour)}\n`);
    }

    stream.write = ((chunk: string | Uint8Array, ...others: unknown[]): boolean => {
      const text = rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
      const lines = text.split('\n');
      rest = lines.pop() ?? '';
      for (const each of lines) line(each);
      const done = others.find((argument) => typeof argument === 'function') as (() => void) | undefined;
      if (done !== undefined) process.nextTick(done);
      return true;
    }) as typeof stream.write;
  }

  tee(process.stdout);
  tee(process.stderr);
  return print;
}
