/** When an instance pushes: at every invocation, at most every so many milliseconds, or as often as it is called. */
export type PushPolicy = 'every' | 'adaptive' | { readonly everyMs: number };

/** Invocations that come faster than this don't each need a push of their own. */
const BUSY_GAP_MS = 500;
const BUSY_EVERY_MS = 1_000;
/** The weight of the newest gap in their moving average. */
const NEWEST = 0.2;

/**
 * Decides at the end of each invocation whether its counts go out with it. An instance that is called rarely pushes each
 * time, since it may be frozen until it is killed; a busy one need not, the next invocation takes the counts along.
 */
export function createPolicy(policy: PushPolicy, now: () => number = () => performance.now()) {
  let calledAt: number | undefined;
  let gap = Number.POSITIVE_INFINITY;
  let pushedAt = Number.NEGATIVE_INFINITY;

  function intervalMs(): number {
    if (policy === 'every') return 0;
    if (policy !== 'adaptive') return policy.everyMs;
    return gap < BUSY_GAP_MS ? BUSY_EVERY_MS : 0;
  }

  return {
    /** Milliseconds until a push is due; 0 when it is now. */
    dueInMs(): number {
      const at = now();
      if (calledAt !== undefined) {
        const newest = at - calledAt;
        // The average forgets a pause at once: what was a burst before it says nothing now.
        gap =
          newest >= BUSY_GAP_MS || gap === Number.POSITIVE_INFINITY ? newest : gap + NEWEST * (newest - gap);
      }
      calledAt = at;
      return Math.max(0, pushedAt + intervalMs() - at);
    },
    pushed(): void {
      pushedAt = now();
    },
  };
}
