import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerStore } from './ledger.ts';
import { ledgerConflict } from './ledger.ts';

/** So many older versions stay, to be looked at. */
const KEPT = 3;
const LEDGER = /^ledger-(\d+)\.json\.gz$/;
const fileOf = (version: number) => `ledger-${version}.json.gz`;
const answeredMark = (version: number) => `answered-${version}`;

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const isCode = (error: unknown, code: string) => (error as NodeJS.ErrnoException).code === code;

/** A ledger in a folder: a file a version, made whole and under its own name at once, or not at all. */
export function fileLedger(folder: string): LedgerStore {
  async function versions(): Promise<readonly number[]> {
    try {
      const names = await readdir(folder);
      return names
        .flatMap((name) => LEDGER.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => b - a);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  async function mark(version: number): Promise<void> {
    const handle = await open(join(folder, answeredMark(version)), 'w');
    await handle.close();
  }

  async function prune(all: readonly number[]): Promise<void> {
    for (const old of all.slice(KEPT)) {
      await rm(join(folder, fileOf(old)), { force: true });
      await rm(join(folder, answeredMark(old)), { force: true });
    }
  }

  return {
    async head() {
      const [version] = await versions();
      if (version === undefined) return undefined;
      const names = await readdir(folder);
      return { version, publishing: !names.includes(answeredMark(version)) };
    },
    read: (version) => readFile(join(folder, fileOf(version))),
    async write({ after, version, bytes, publishing }) {
      await mkdir(folder, { recursive: true });
      if ((await versions())[0] !== after) throw ledgerConflict(after);
      const temporary = join(folder, `writing-${process.pid}-${version}-${performance.now()}`);
      try {
        await writeSynced(temporary, bytes);
        // What is left from a version that was lost speaks of that one.
        if (publishing) await rm(join(folder, answeredMark(version)), { force: true });
        // Fails when the name is taken, so that of two writers one gets it; never half a file under it.
        await link(temporary, join(folder, fileOf(version)));
      } catch (error) {
        throw isCode(error, 'EEXIST') ? ledgerConflict(after) : error;
      } finally {
        await rm(temporary, { force: true });
      }
      if (!publishing) await mark(version);
      await sync(folder);
      const all = await versions();
      if (all[0] !== version) throw ledgerConflict(after);
      await prune(all);
    },
    answered: mark,
    async quarantine(name, bytes) {
      await mkdir(join(folder, 'quarantine'), { recursive: true });
      const handle = await open(join(folder, 'quarantine', name), 'w');
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
    },
  };
}
