import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from './faults.ts';

export interface Replacement {
  /** In src/observability. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly rule: string;
  readonly change: readonly Replacement[];
  readonly faults: readonly Fault[];
  readonly inboxes?: 1 | 2;
  /** At least so long a storm: some rules speak of what was long ago. */
  readonly seconds?: number;
  /** What the storm is expected to see; undefined: nothing, for the reason in `because`. */
  readonly symptom?: string;
  /** Why the storm can stay green. */
  readonly because?: string;
}

/** @throws {Error} when a replacement does not apply exactly once: the code has moved on, and the table must follow */
export function applyTo(text: string, find: string, replace: string, where: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${where}: found ${parts.length - 1} times, not once: ${find}`);
  return parts.join(replace);
}

/** Copies the code and switches one rule off in the copy. */
export async function mutate(mutant: Mutant, source: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await cp(source, target, { recursive: true });
  for (const { file, find, replace } of mutant.change) {
    const path = join(target, file);
    await writeFile(path, applyTo(await readFile(path, 'utf8'), find, replace, `${mutant.rule}, ${file}`));
  }
}
