export interface BreakerOptions {
  /** Consecutive failures after which nothing is sent for a while. Default 3. */
  readonly failuresToOpen?: number | undefined;
  /** For how long, in milliseconds. Default 10 s. */
  readonly openForMs?: number | undefined;
}

/** Keeps one gateway that fails from costing every invocation the budget. */
export function createBreaker({ failuresToOpen = 3, openForMs = 10_000 }: BreakerOptions = {}) {
  let failures = 0;
  let openUntil = 0;
  return {
    isOpen: () => performance.now() < openUntil,
    /** True when this failure opened it. */
    settle(succeeded: boolean): boolean {
      failures = succeeded ? 0 : failures + 1;
      if (failures < failuresToOpen) return false;
      openUntil = performance.now() + openForMs;
      failures = 0;
      return true;
    },
  };
}
export type Breaker = ReturnType<typeof createBreaker>;
