import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes this process the only one that writes to a folder: two would take each other's files away. Returns the id of
 * the process that has it already.
 */
export function claimHome(home: string): number | undefined {
  const file = join(home, 'pid');
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid !== process.pid && isAlive(pid)) return pid;
  } catch {
    // Nobody has it.
  }
  writeFileSync(file, String(process.pid));
  process.once('exit', () => rmSync(file, { force: true }));
  return undefined;
}
