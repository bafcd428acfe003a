import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

type Line = Readonly<Record<string, unknown>>;

/** Reads the lines that a file of JSON lines grows by, from the moment that this is made. */
export function follow(file: string): () => readonly Line[] {
  let offset = 0;
  let rest = Buffer.alloc(0);
  const read = (): Buffer => {
    if (!existsSync(file)) return Buffer.alloc(0);
    const handle = openSync(file, 'r');
    try {
      const grown = Buffer.alloc(Math.max(0, fstatSync(handle).size - offset));
      const length = readSync(handle, grown, 0, grown.length, offset);
      offset += length;
      return grown.subarray(0, length);
    } finally {
      closeSync(handle);
    }
  };
  read();
  return () => {
    const all = Buffer.concat([rest, read()]);
    // The last line may be half written.
    const end = all.lastIndexOf(0x0a) + 1;
    rest = all.subarray(end);
    const lines = all.subarray(0, end).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
  };
}
