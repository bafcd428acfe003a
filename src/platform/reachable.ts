import type { SecretSource } from './secrets.ts';

const DEADLINE_MS = 1_500;
/** Anybody may ask `/health`, and a provider counts our requests. */
const REMEMBER_MS = 30_000;

/**
 * A check that asks at most every 30 seconds and tells its last outcome in between.
 *
 * @example const check = remembered(() => reach(url, {}, () => true));
 */
export function remembered<T>(check: () => Promise<T>, ms = REMEMBER_MS): () => Promise<T> {
  let last: { readonly at: number; readonly outcome: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at >= ms) last = { at: now, outcome: check() };
    return last.outcome;
  };
}

/**
 * Asks a URL with a GET.
 *
 * @throws when nobody answers in time, or the answer's status is none that says that all is well.
 */
export async function reach(
  url: string,
  headers: Readonly<Record<string, string>>,
  isWell: (status: number) => boolean,
): Promise<void> {
  const response = await fetch(url, {
    headers: { connection: 'close', ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  await response.body?.cancel();
  if (!isWell(response.status)) throw new Error(`it answered ${response.status}`);
}

/** The same with a secret; one that is refused is fetched anew the next time. */
export async function reachWith(
  secret: SecretSource,
  url: string,
  authorization: (key: string) => string,
  isWell: (status: number) => boolean,
): Promise<void> {
  const headers = { authorization: authorization(await secret.get()) };
  await reach(url, headers, (status) => {
    if (status === 401 || status === 403) secret.forget();
    return isWell(status);
  });
}
