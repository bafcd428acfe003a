import { randomBytes } from 'node:crypto';

/** Three clocks, in milliseconds; each can stand still or jump while an instance is frozen. */
export interface Clocks {
  wall(): number;
  monotonic(): number;
}
export const CLOCKS: Clocks = { wall: () => Date.now(), monotonic: () => performance.now() };

export interface IdentityOptions {
  readonly clocks?: Clocks;
  /** From the beginning of the last acknowledged push on; afterwards the lane may have been retired. Default 10 min. */
  readonly leaseMs?: number;
  /** After so long a silence the fleet may have forgotten the instance. Default 12 h. */
  readonly forgottenMs?: number;
}

/** Where one push goes. */
export interface Place {
  readonly id: string;
  readonly lane: number;
  readonly sequence: number;
  /** The first push under this id. */
  readonly fresh: boolean;
}

/** How a push ended, over all inboxes. */
export interface Settled {
  /** At least one inbox has it. */
  readonly acknowledged: boolean;
  /** At least one copy was sent and not answered: it may still arrive, after anything that is sent later. */
  readonly unanswered: boolean;
}

const LEASE_MS = 10 * 60_000;
const FORGOTTEN_MS = 12 * 3_600_000;
const BIRTH_DIGITS = 9;

/** An instance's id: when it was born, to the millisecond, and eighty bits of chance. */
export function newInstanceId(bornAt: number): string {
  return `${Math.floor(bornAt).toString(36).padStart(BIRTH_DIGITS, '0')}-${randomBytes(10).toString('hex')}`;
}

/** When an instance was born, in milliseconds since 1970; undefined for what is no id of ours. */
export function bornAt(id: string): number | undefined {
  const [, digits] = /^([0-9a-z]{9})-[0-9a-f]{20}$/.exec(id) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 36);
}

/**
 * An instance's id, lane and sequence number. The id is drawn at the first push, not at load: instances that were
 * restored from one snapshot must not share it. A push goes to a lane of its own once an earlier one may still
 * arrive, or may find its group deleted: what comes late then lands where it can't hide what came before it.
 *
 * @param stamp the deadline of the running invocation by the service's own clock, in milliseconds since 1970
 */
export function createIdentity(options: IdentityOptions = {}) {
  const { clocks = CLOCKS, leaseMs = LEASE_MS, forgottenMs = FORGOTTEN_MS } = options;
  let id: string | undefined;
  let lane = 0;
  let sequence = 0;
  let stray = false;
  const now = (stamp: number) => ({ wall: clocks.wall(), monotonic: clocks.monotonic(), stamp });
  let begun = { wall: 0, monotonic: 0, stamp: 0 };
  /** Since when the fleet may not have heard of the id. */
  let heard = begun;
  /** Since when it may not have heard of the lane. */
  let leased = begun;

  /** By whichever clock has gone furthest: the others may have stood still. */
  const silentMs = (since: typeof begun) =>
    Math.max(begun.wall - since.wall, begun.monotonic - since.monotonic, begun.stamp - since.stamp);

  return {
    next(stamp: number): Place {
      begun = now(stamp);
      const fresh = id === undefined || silentMs(heard) > forgottenMs;
      if (fresh) {
        id = newInstanceId(clocks.wall());
        lane = 0;
        sequence = 0;
        stray = false;
        heard = begun;
        leased = begun;
      } else if (stray || silentMs(leased) > leaseMs) {
        lane += 1;
        stray = false;
        // The new lane's lease begins with it; the id is no better known for it.
        leased = begun;
      }
      sequence += 1;
      return { id: id as string, lane, sequence, fresh };
    },
    settle({ acknowledged, unanswered }: Settled): void {
      // From its beginning: an instance may have been frozen between that and the answer.
      if (acknowledged) {
        heard = begun;
        leased = begun;
      }
      if (unanswered) stray = true;
    },
  };
}
export type Identity = ReturnType<typeof createIdentity>;
