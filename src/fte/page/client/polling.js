const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
const GROWTH = 1.5;

/**
 * Asks now, and then again and again, each time after a longer while, as long as the page can be seen.
 *
 * @param {() => Promise<boolean>} ask Whether there is more to wait for.
 */
export function startPolling(ask) {
  let delay = FIRST_MS;
  let timer = 0;
  let asking = false;
  let askAgain = false;
  let stopped = false;

  async function round() {
    clearTimeout(timer);
    if (stopped || document.hidden) return;
    if (asking) {
      askAgain = true;
      return;
    }
    asking = true;
    const more = await ask();
    asking = false;
    if (askAgain) {
      askAgain = false;
      await round();
    } else if (more && !stopped) {
      timer = window.setTimeout(round, delay);
      delay = Math.min(delay * GROWTH, LONGEST_MS);
    }
  }

  async function now() {
    delay = FIRST_MS;
    await round();
  }

  document.addEventListener('visibilitychange', now);
  window.addEventListener('online', now);
  void round();
  return {
    now,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', now);
      window.removeEventListener('online', now);
    },
  };
}
