import { randomUUID } from 'node:crypto';
import { renderText, TEXT_FORMAT } from '../exposition.ts';
import type { Family } from '../families.ts';
import type { Log } from '../logger.ts';
import { askGateway, type GatewayOutcome, groupPath } from './gateway.ts';

/** The job under which instances keep their entries. Prometheus never stores it; the fleet's totals are job "fte". */
export const INSTANCE_JOB = 'fte-instance';

export type PushOutcome = GatewayOutcome | 'skipped';

export interface PushReport {
  readonly outcome: PushOutcome;
  readonly seconds: number;
}

/** Brings an instance's entry to the gateway. */
export interface Pusher {
  /** Pushes all that the instance has counted so far, in at most `remainingMs` and the budget. Never throws. */
  push(snapshot: () => Promise<readonly Family[]>, remainingMs: number): Promise<PushReport | undefined>;
}

export interface PusherOptions {
  readonly gateways: readonly string[];
  /** The most that a push may add to an invocation, in milliseconds. */
  readonly budgetMs: number;
  readonly log: Log;
  /** Consecutive failures after which pushes are skipped for a while. */
  readonly failuresToOpen?: number;
  /** For how long, in milliseconds. */
  readonly openForMs?: number;
}

/** Less than this is not enough for a round trip. */
const MIN_USEFUL_MS = 5;

/**
 * One entry an instance, in a group of its own that only it writes, cumulative and whole at every push: a lost or a
 * repeated push changes no total. The id is drawn at the first push, not at load: instances that were restored
 * from one snapshot must not share it.
 */
export function createPusher(options: PusherOptions): Pusher {
  const { gateways, budgetMs, log, failuresToOpen = 3, openForMs = 10_000 } = options;
  let path: string | undefined;
  let failures = 0;
  let openUntil = 0;

  async function push(snapshot: () => Promise<readonly Family[]>, remainingMs: number) {
    if (gateways.length === 0) return undefined;
    const started = performance.now();
    const deadlineMs = Math.min(budgetMs, remainingMs);
    if (started < openUntil || deadlineMs < MIN_USEFUL_MS) return { outcome: 'skipped', seconds: 0 } as const;

    path ??= groupPath(INSTANCE_JOB, { instance: randomUUID() });
    const body = renderText(await snapshot());
    const answers = await Promise.all(
      gateways.map((url) =>
        askGateway({ method: 'PUT', url: `${url}${path}`, contentType: TEXT_FORMAT, body, deadlineMs }),
      ),
    );
    const answer = answers.find((a) => a.outcome === 'success') ?? answers[0];
    const outcome = answer?.outcome ?? 'refused';
    settle(outcome, answer?.status ?? 0);
    return { outcome, seconds: (performance.now() - started) / 1000 };
  }

  function settle(outcome: GatewayOutcome, status: number): void {
    if (outcome === 'success') {
      failures = 0;
      return;
    }
    failures += 1;
    log.warn('metrics push failed', { outcome, status, consecutive_failures: failures });
    if (failures >= failuresToOpen) {
      openUntil = performance.now() + openForMs;
      failures = 0;
      log.warn('metrics pushes are skipped for a while', { seconds: openForMs / 1000 });
    }
  }

  return { push };
}
