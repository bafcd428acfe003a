import type { Catalogue } from '../catalogue.ts';
import type { Family } from '../families.ts';
import type { Log } from '../logger.ts';
import { type Breaker, type BreakerOptions, createBreaker } from './breaker.ts';
import {
  type AskGateway,
  askGateway,
  type GatewayAnswer,
  type GatewayOutcome,
  groupPath,
} from './gateway.ts';
import { createIdentity, type IdentityOptions, type Place } from './identity.ts';
import { inboxesOf } from './inboxes.ts';
import { createPolicy, type PushPolicy } from './policy.ts';
import { encodeDelimited, PROTOBUF_FORMAT } from './protobuf.ts';
import { since } from './since.ts';
import { createEntryFormat, INSTANCE_JOB } from './wire.ts';

export type PushOutcome = GatewayOutcome | 'skipped';

export interface PushReport {
  readonly outcome: PushOutcome;
  readonly seconds: number;
}

export type Snapshot = () => Promise<readonly Family[]>;

/** Brings an instance's entry to the gateways. */
export interface Pusher {
  /**
   * At the end of an invocation: pushes all that the instance has counted so far, in at most `remainingMs` and
   * `budgetMs`, by default the pusher's own. Undefined when no push is due. Never throws.
   */
  push(snapshot: Snapshot, remainingMs: number, budgetMs?: number): Promise<PushReport | undefined>;
  /** The last push of an instance that ends: whatever was counted and not yet pushed, to a gateway that has failed as well. */
  flush(snapshot: Snapshot, withinMs: number): Promise<PushReport | undefined>;
}

export interface PusherOptions extends BreakerOptions, IdentityOptions {
  readonly catalogue: Catalogue;
  readonly gateways: readonly string[];
  /** The most that a push may add to an invocation, in milliseconds. */
  readonly budgetMs: number;
  readonly log: Log;
  /** Default: at every invocation. */
  readonly policy?: PushPolicy | undefined;
  /** Default: a client that brings no credentials. */
  readonly ask?: AskGateway | undefined;
}

/** Less than this is not enough for a round trip. */
const MIN_USEFUL_MS = 5;
/** Kept for what follows the answers, so that a gateway that took all of the time is known by name. */
const SETTLE_MS = 3;
const SKIPPED: PushReport = Object.freeze({ outcome: 'skipped', seconds: 0 });

const groupOf = ({ id, lane }: Place) => groupPath(INSTANCE_JOB, { instance: id, lane: String(lane) });

/**
 * One entry an instance, in a group of its own that only it writes, cumulative and whole at every push: a lost or a
 * repeated push changes no total. One push is under way at a time: of two that overlap, the older could arrive last and
 * hide what the newer brought.
 */
export function createPusher(options: PusherOptions): Pusher {
  const { catalogue, gateways, budgetMs, log, ask = askGateway } = options;
  const identity = createIdentity(options);
  const policy = createPolicy(options.policy ?? 'every');
  const toEntry = createEntryFormat(catalogue);
  const breakers = new Map<string, Breaker>(gateways.map((url) => [url, createBreaker(options)]));
  let inboxes: readonly string[] = [];
  /** What earlier ids of this process have pushed. */
  let baseline: readonly Family[] = [];
  /** The newest of what may have arrived: what certainly did not is pushed under the next id as well. */
  let arrived: readonly Family[] = [];
  let unpushed = false;
  let running: Promise<PushReport> | undefined;
  let queued: Promise<PushReport> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function send(
    snapshot: Snapshot,
    deadlineMs: number,
    stamp: number,
    last: boolean,
  ): Promise<PushReport> {
    const started = performance.now();
    const deadlineAt = started + deadlineMs - SETTLE_MS;
    const place = identity.next(stamp);
    if (place.fresh) {
      inboxes = inboxesOf(place.id, gateways);
      baseline = arrived;
    }
    // For the last push there is no later one to be spared for.
    const open = inboxes.filter((url) => last || !breakers.get(url)?.isOpen());
    if (open.length === 0) return SKIPPED;
    unpushed = false;
    const counts = await snapshot();
    const counted = baseline.length === 0 ? counts : since(baseline, counts);
    const body = encodeDelimited(toEntry(counted, place.sequence));
    policy.pushed();
    const answers = await Promise.all(
      open.map(async (url) => {
        const answer = await ask({
          method: 'PUT',
          url: `${url}${groupOf(place)}`,
          contentType: PROTOBUF_FORMAT,
          body,
          deadlineMs: Math.max(1, deadlineAt - performance.now()),
        });
        note(url, answer);
        return answer;
      }),
    );
    const taken = answers.find(({ outcome }) => outcome === 'success');
    const unanswered = answers.some((answer) => answer.unanswered);
    identity.settle({ acknowledged: taken !== undefined, unanswered });
    if (taken !== undefined || unanswered) arrived = counts;
    if (taken === undefined) unpushed = true;
    const { outcome } = taken ?? answers[0] ?? { outcome: 'refused' as const };
    return { outcome, seconds: (performance.now() - started) / 1000 };
  }

  function note(url: string, { outcome, status }: GatewayAnswer): void {
    const opened = breakers.get(url)?.settle(outcome === 'success') ?? false;
    if (outcome === 'success') return;
    // The host alone: a URL may carry credentials.
    const gateway = new URL(url).host;
    log.warn('metrics push failed', { outcome, status, gateway });
    if (opened) log.warn('metrics pushes to a gateway are skipped for a while', { gateway });
  }

  /** Whoever comes while a push is under way shares the one after it, which has everybody's counts. */
  function serial(snapshot: Snapshot, deadlineMs: number, stamp: number, last: boolean): Promise<PushReport> {
    const start = () => {
      running = send(snapshot, deadlineMs, stamp, last)
        .catch((error: unknown): PushReport => {
          log.error('the metrics of this instance could not be put together', { error });
          return { outcome: 'refused', seconds: 0 };
        })
        .finally(() => {
          running = undefined;
        });
      return running;
    };
    if (running === undefined) return start();
    queued ??= running.then(() => {
      queued = undefined;
      return start();
    });
    return queued;
  }

  async function pushWithin(
    snapshot: Snapshot,
    withinMs: number,
    stamp: number,
    last = false,
  ): Promise<PushReport> {
    if (withinMs < MIN_USEFUL_MS) return SKIPPED;
    let late: NodeJS.Timeout | undefined;
    const giveUp = new Promise<PushReport>((resolve) => {
      late = setTimeout(() => resolve({ outcome: 'timeout', seconds: withinMs / 1000 }), withinMs);
    });
    return Promise.race([serial(snapshot, withinMs, stamp, last), giveUp]).finally(() => clearTimeout(late));
  }

  /** A process that is not frozen between invocations pushes what was left over without being called again. */
  function later(snapshot: Snapshot, ms: number): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (unpushed) void serial(snapshot, budgetMs, Date.now(), false);
    }, ms);
    timer.unref();
  }

  return {
    async push(snapshot, remainingMs, withinMs = budgetMs) {
      if (gateways.length === 0) return undefined;
      unpushed = true;
      const dueInMs = policy.dueInMs();
      if (dueInMs > 0) {
        later(snapshot, dueInMs);
        return undefined;
      }
      return pushWithin(snapshot, Math.min(withinMs, remainingMs), Date.now() + remainingMs);
    },
    async flush(snapshot, withinMs) {
      if (gateways.length === 0 || !unpushed) return undefined;
      return pushWithin(snapshot, withinMs, Date.now(), true);
    },
  };
}
