export type Dependency = 'database' | 'queue' | 'gateway' | 'model' | 'mail' | 'whatsapp';

export interface DependencyState {
  readonly dependency: Dependency;
  readonly up: boolean;
}

/** One check each: resolves when the dependency answered, rejects when it did not. Without one it is not there to be asked. */
export type HealthChecks = Readonly<Partial<Record<Dependency, () => Promise<unknown>>>>;

const CHECK_TIMEOUT_MS = 2_000;

function withTimeout(check: () => Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
    const settle = (up: boolean) => {
      clearTimeout(timer);
      resolve(up);
    };
    check().then(
      () => settle(true),
      () => settle(false),
    );
  });
}

/** Asks every dependency, side by side, each for at most two seconds. */
export async function checkHealth(checks: HealthChecks): Promise<readonly DependencyState[]> {
  const entries = Object.entries(checks) as [Dependency, () => Promise<unknown>][];
  return Promise.all(
    entries.map(async ([dependency, check]) => ({ dependency, up: await withTimeout(check) })),
  );
}

/**
 * Without these nobody is served. Without a gateway the numbers are late; without a model, people answer; and what a
 * provider does not take waits in the queue.
 */
const ESSENTIAL: ReadonlySet<Dependency> = new Set(['database', 'queue']);

export function isServing(states: readonly DependencyState[]): boolean {
  return states.every(({ dependency, up }) => up || !ESSENTIAL.has(dependency));
}
