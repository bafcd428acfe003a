import { bornAt } from '../push/identity.ts';
import type { Entry } from './entries.ts';
import { addTo, keepLarger, type Values } from './series-table.ts';
import type { FleetState, Held } from './state.ts';

/** One string for the group of an entry. */
export const laneKey = (id: string, lane: number) => `${id}/${lane}`;

function merge(held: Held, { values }: Entry): void {
  for (const [index, newer] of values) {
    const before = held.values.get(index);
    if (before === undefined) held.values.set(index, [...newer]);
    else keepLarger(before, newer);
  }
}

/** The entry of a lane that was given up, or superseded, before it arrived. */
function absorbLate(state: FleetState, held: Held, entry: Entry, now: number): void {
  if (entry.sequence <= held.sequence) return;
  merge(held, entry);
  held.sequence = entry.sequence;
  held.retiredAt = now;
  state.counts.late += 1;
}

/**
 * Merges what the gateways hold into the state: `max`, number by number, since an entry only grows. Idempotent,
 * commutative and associative: a repetition, a reordering, or two gateways that disagree, count nothing twice.
 *
 * @param now milliseconds since 1970, by the fleet's own clock
 * @returns the groups, by `laneKey`, that can go once the state is durable: the ledger has all that may ever be in them
 */
export function absorb(state: FleetState, entries: readonly Entry[], now: number): Set<string> {
  const done = new Set<string>();
  const refused = new Set<string>();
  for (const entry of entries) {
    const { id, lane, sequence } = entry;
    const held = state.instances.get(id);
    if (held === undefined) {
      if ((bornAt(id) ?? 0) < state.horizon) {
        refused.add(id);
        done.add(laneKey(id, lane));
        continue;
      }
      const values = new Map<number, Values>();
      const fresh: Held = { lane, sequence, changedAt: now, retiredAt: undefined, values };
      merge(fresh, entry);
      state.instances.set(id, fresh);
      continue;
    }
    if (held.retiredAt !== undefined && lane <= held.lane) {
      absorbLate(state, held, entry, now);
      done.add(laneKey(id, lane));
      continue;
    }
    if (sequence <= held.sequence) continue;
    merge(held, entry);
    held.sequence = sequence;
    held.changedAt = now;
    held.retiredAt = undefined;
    held.lane = Math.max(held.lane, lane);
  }
  for (const { id, lane } of entries) {
    const held = state.instances.get(id);
    // What is newer is in the newer lane; what still comes to the older one is not.
    if (held !== undefined && held.retiredAt === undefined && lane < held.lane) done.add(laneKey(id, lane));
  }
  state.counts.refused += refused.size;
  return done;
}

export interface RetirementOptions {
  /** After an entry was seen unchanged for so long, by the fleet's clock, its instance pushes to another lane. */
  readonly retireAfterMs: number;
  /** For so long a retired instance is remembered. */
  readonly forgetAfterMs: number;
}

/**
 * Gives up the groups of instances that are silent, and forgets those that have been for long: their values stay in
 * the sum. Only after a pass in which every inbox answered: what is in one that did not may be newer.
 *
 * @returns the groups, by `laneKey`, that can go once the state is durable
 */
export function retire(
  state: FleetState,
  now: number,
  { retireAfterMs, forgetAfterMs }: RetirementOptions,
): ReadonlySet<string> {
  const done = new Set<string>();
  for (const [id, held] of state.instances) {
    if (held.retiredAt === undefined) {
      if (now - held.changedAt <= retireAfterMs) continue;
      held.retiredAt = now;
      state.counts.retired += 1;
      done.add(laneKey(id, held.lane));
    } else if (now - held.retiredAt > forgetAfterMs) forget(state, id, held);
  }
  return done;
}

/** From now on an entry of this instance would be counted twice, and is refused. */
export function forget(state: FleetState, id: string, held: Held): void {
  for (const [index, values] of held.values) {
    const sum = state.forgotten.get(index);
    if (sum === undefined) state.forgotten.set(index, [...values]);
    else addTo(sum, values);
  }
  state.instances.delete(id);
  state.horizon = Math.max(state.horizon, (bornAt(id) ?? 0) + 1);
}
