import type { Invoke } from './invoke.ts';

/** On a laptop nobody wants to wait a minute for the first numbers. In milliseconds. */
const EVERY_MS: Readonly<Record<string, number>> = { fleet: 5_000, upkeep: 10_000 };
const DEFAULT_EVERY_MS = 60_000;

/** Runs the functions with a `schedule` at start and then again and again, never one twice at a time. */
export function runSchedules(
  functionKeys: readonly string[],
  invoke: Invoke,
  failed: (functionKey: string, error: unknown) => void,
) {
  let stopped = false;
  const running = new Map<string, Promise<void>>();
  const timers = functionKeys.map((key) => {
    function tick(): void {
      if (stopped || running.has(key)) return;
      const run = invoke(key, { source: 'aws.events', 'detail-type': 'Scheduled Event' })
        .then(() => undefined)
        .catch((error: unknown) => failed(key, error))
        .finally(() => running.delete(key));
      running.set(key, run);
    }
    tick();
    return setInterval(tick, EVERY_MS[key] ?? DEFAULT_EVERY_MS);
  });
  return {
    /** Resolves once no run is under way. */
    async stop(): Promise<void> {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}
