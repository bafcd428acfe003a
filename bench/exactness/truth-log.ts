import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine } from './protocol.ts';

export type WriteLine = (line: LogLine) => void;

/** Writes each line at once, in one call: the process may be killed at any moment, and the truth must not die with it. */
export function openTruthLog(file: string): { readonly write: WriteLine; close(): void } {
  const handle = openSync(file, 'a');
  return {
    write: (line) => {
      writeSync(handle, `${JSON.stringify(line)}\n`);
    },
    close: () => closeSync(handle),
  };
}

export function readTruthLogs(folder: string): readonly LogLine[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('truth-'))
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogLine),
    );
}
