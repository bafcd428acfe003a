import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mutant } from './mutants.ts';

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
