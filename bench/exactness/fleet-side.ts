// The side that folds: one handler that is always brought back, and a second one at times.
import type { FoldStep } from '../../src/observability/fleet/fleet.ts';
import { until } from '../../tests/running/until.ts';
import { type FleetHandler, startFleetHandler } from './children.ts';
import type { FleetConfig, FromFleet, ToFleet } from './protocol.ts';

export interface Fold {
  readonly began: number;
  readonly endedAt: number;
  readonly complete: boolean;
  readonly published: boolean;
}

const PATIENCE_S = 60;

export function createFleetSide(config: FleetConfig) {
  const folds: Fold[] = [];
  const failures: string[] = [];
  const handlers = new Set<FleetHandler>();
  let held: FoldStep | undefined;
  let ended = false;
  let cut: readonly string[] = [];

  function hear(message: FromFleet): void {
    if ('folded' in message) folds.push({ ...message.folded, endedAt: Date.now() });
    else if ('held' in message) held = message.held;
    else failures.push(message.failed);
  }

  function start(revived: boolean): FleetHandler {
    const handler = startFleetHandler(config, hear);
    handlers.add(handler);
    if (cut.length > 0) handler.tell({ do: 'cut', urls: cut });
    void handler.gone.then(() => {
      handlers.delete(handler);
      if (revived && !ended) main = start(true);
    });
    return handler;
  }
  let main = start(true);

  return {
    folds,
    failures,
    tell: (order: ToFleet) => main.tell(order),
    cut(urls: readonly string[]): void {
      cut = urls;
      for (const handler of handlers) handler.tell({ do: 'cut', urls });
    },
    /** Killed at that step, and brought back; resolves when it was, or when it never came to it. */
    async killAt(step: FoldStep): Promise<void> {
      const before = main;
      before.tell({ do: 'kill', at: step });
      await Promise.race([before.gone, new Promise((resolve) => setTimeout(resolve, 5_000))]);
    },
    /**
     * Stands still at that step for so long, while another one takes its place. It is left alone with what it does then,
     * or goes on beside the other one.
     */
    async holdAt(step: FoldStep, ms: number, { alone }: { readonly alone: boolean }): Promise<void> {
      const before = main;
      held = undefined;
      before.tell({ do: 'hold', at: step });
      const stands = await until(`a fold gets to "${step}"`, () => held === step, 8).catch(() => false);
      if (!stands) return;
      const second = start(false);
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (alone) second.signal('SIGKILL');
      before.signal('SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, config.tempo.fold * 3));
      second.signal('SIGKILL');
      await second.gone;
    },
    async two(ms: number): Promise<void> {
      const second = start(false);
      await new Promise((resolve) => setTimeout(resolve, ms));
      second.signal('SIGKILL');
      await second.gone;
    },
    /** Waits for so many folds that read every inbox and began after now. */
    async complete(count: number, { published = false } = {}): Promise<readonly Fold[]> {
      const from = Date.now();
      const since = () =>
        folds.filter((fold) => fold.began >= from && fold.complete && (fold.published || !published));
      await until(`${count} complete folds`, () => since().length >= count, PATIENCE_S);
      return since();
    },
    async end(): Promise<void> {
      ended = true;
      for (const handler of handlers) {
        handler.signal('SIGCONT');
        handler.signal('SIGKILL');
      }
      await Promise.all([...handlers].map(({ gone }) => gone));
    },
  };
}
export type FleetSide = ReturnType<typeof createFleetSide>;
