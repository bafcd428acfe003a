import type { NetworkCall, Outcome } from './network.ts';

/**
 * Writes that were done and of which nobody was told, whatever was tried: who made them could not count what they did,
 * and who comes again finds it done.
 */
export function createUnknownWrites() {
  const writes = new Map<string, { readonly functionKey: string; done: boolean; told: boolean }>();
  return {
    note({ instance, mark }: NetworkCall, { done, told }: Outcome): void {
      if (mark === undefined) return;
      const write = writes.get(mark) ?? {
        functionKey: instance.replace(/-\d+$/, ''),
        done: false,
        told: false,
      };
      write.done ||= done;
      write.told ||= told;
      writes.set(mark, write);
    },
    /** How many a function has made. */
    of: (functionKey: string) =>
      [...writes.values()].filter((write) => write.functionKey === functionKey && write.done && !write.told)
        .length,
  };
}
