export interface PassesOptions {
  /** From the beginning of one pass to that of the next, in milliseconds. */
  readonly everyMs: number;
  /** No pass begins later than this after the first one, in milliseconds. */
  readonly lastByMs: number;
  /** What is left of the invocation, in milliseconds. */
  readonly remainingMs: () => number;
}

/** Kept free for one pass when what is left of an invocation gets short. */
const ONE_PASS_MS = 4_000;

/**
 * Runs a pass again and again within one invocation, since a schedule comes once a minute at most. One that fails does
 * not keep the next from being tried.
 *
 * @throws the error of the last pass that failed, when all are done
 */
export async function runPasses(pass: () => Promise<unknown>, options: PassesOptions): Promise<number> {
  const { everyMs, lastByMs, remainingMs } = options;
  const startedAt = performance.now();
  let failure: { readonly error: unknown } | undefined;
  let passes = 0;
  for (let dueMs = 0; dueMs <= lastByMs; dueMs += everyMs) {
    const waitMs = dueMs - (performance.now() - startedAt);
    if (remainingMs() - Math.max(0, waitMs) < ONE_PASS_MS && passes > 0) break;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    passes += 1;
    await pass().catch((error: unknown) => {
      failure = { error };
    });
  }
  if (failure !== undefined) throw failure.error;
  return passes;
}
