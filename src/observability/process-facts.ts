import { isMainThread } from 'node:worker_threads';

/** Reading it costs a fifth of all that a busy instance's metrics cost; it does not change faster than this. */
const RSS_HOLDS_MS = 100;

/** A worker thread's clock begins with its process; its own life begins later. */
export function environmentStartMs(): number {
  return isMainThread ? 0 : performance.nodeTiming.environment;
}

/** The resident set size in bytes, as read in the last tenth of a second. */
export function createRss(): () => number {
  let bytes = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - readAt > RSS_HOLDS_MS) {
      bytes = process.memoryUsage.rss();
      readAt = now;
    }
    return bytes;
  };
}
