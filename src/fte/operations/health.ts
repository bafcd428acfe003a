import type { Log } from '../../observability/logger.ts';

export type Dependency = 'database' | 'queue' | 'gateway' | 'model' | 'mail' | 'whatsapp';

export interface DependencyState {
  readonly dependency: Dependency;
  readonly up: boolean;
  /** Why it is not. */
  readonly error?: unknown;
}

/** One check each: resolves when the dependency answered, rejects when it did not. Without one it is not there to be asked. */
export type HealthChecks = Readonly<Partial<Record<Dependency, () => Promise<unknown>>>>;

const CHECK_TIMEOUT_MS = 2_000;

type Outcome = Pick<DependencyState, 'up' | 'error'>;

function withTimeout(check: () => Promise<unknown>): Promise<Outcome> {
  return new Promise((resolve) => {
    const late = () => resolve({ up: false, error: new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`) });
    const timer = setTimeout(late, CHECK_TIMEOUT_MS);
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    check().then(
      () => settle({ up: true }),
      (error: unknown) => settle({ up: false, error }),
    );
  });
}

/** Asks every dependency, side by side, each for at most two seconds. */
export async function checkHealth(checks: HealthChecks): Promise<readonly DependencyState[]> {
  const entries = Object.entries(checks) as [Dependency, () => Promise<unknown>][];
  return Promise.all(
    entries.map(async ([dependency, check]) => ({ dependency, ...(await withTimeout(check)) })),
  );
}

/** Tells why a dependency is down when it goes down, and that it is back: once each, however often it is asked. */
export function changesLogged(): (
  states: readonly DependencyState[],
  log: Pick<Log, 'error' | 'info'>,
) => void {
  const down = new Set<Dependency>();
  return (states, log) => {
    for (const { dependency, up, error } of states) {
      if (!up && !down.has(dependency)) log.error('a dependency does not answer', { dependency, error });
      if (up && down.has(dependency)) log.info('a dependency answers again', { dependency });
      if (up) down.delete(dependency);
      else down.add(dependency);
    }
  };
}

/**
 * Without these nobody is served. Without a gateway the numbers are late; without a model, people answer; and what a
 * provider does not take waits in the queue.
 */
const ESSENTIAL: ReadonlySet<Dependency> = new Set(['database', 'queue']);

export function isServing(states: readonly DependencyState[]): boolean {
  return states.every(({ dependency, up }) => up || !ESSENTIAL.has(dependency));
}
