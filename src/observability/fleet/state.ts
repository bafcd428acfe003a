import { gunzipSync, gzipSync } from 'node:zlib';
import type { Labels } from '../families.ts';
import { type EntrySeries, SeriesTable, type Values } from './series-table.ts';

/** What the fleet knows of one instance. */
export interface Held {
  /** The newest lane that was seen; older ones hold nothing that is not in it. */
  lane: number;
  sequence: number;
  /** When `sequence` was first seen, by the fleet's own clock, in milliseconds since 1970. */
  changedAt: number;
  /** When its group was given up; its values stay, so that what comes late is not counted twice. */
  retiredAt: number | undefined;
  readonly values: Map<number, Values>;
}

/** The fleet's own counters: they live in the ledger, so that they are exact as well. */
export interface FleetCounts {
  late: number;
  refused: number;
  quarantined: number;
  retired: number;
  regressions: number;
}

/** Everything that the fleet must remember from one fold to the next. */
export interface FleetState {
  readonly table: SeriesTable;
  /** Milliseconds since 1970. An unknown instance that was born before it was forgotten, or never one of ours. */
  horizon: number;
  readonly instances: Map<string, Held>;
  /** The sum over all instances that were forgotten, by series. */
  readonly forgotten: Map<number, Values>;
  /** When each published series was first seen in the publishing gateway; 0: long ago. */
  readonly debuts: Map<string, number>;
  readonly counts: FleetCounts;
  /** When the last fold that read every inbox began to read, in milliseconds since 1970. */
  completeAt: number;
  /**
   * Set while an unanswered publication may still arrive: since when the publishing gateway has answered reads without
   * a break, in milliseconds since 1970; null while it does not.
   */
  grace: { since: number | null } | undefined;
}

export function newState(table: SeriesTable = new SeriesTable()): FleetState {
  return {
    table,
    horizon: 0,
    instances: new Map(),
    forgotten: new Map(),
    debuts: new Map(),
    counts: { late: 0, refused: 0, quarantined: 0, retired: 0, regressions: 0 },
    completeAt: 0,
    grace: undefined,
  };
}

const FORMAT = 1;
/** Speed counts, not the last tenth of size. */
const GZIP = { level: 1 };

type Numbers = readonly (readonly [index: number, ...values: number[]])[];
interface Stored {
  readonly format: number;
  readonly horizon: number;
  readonly completeAt: number;
  readonly grace?: { since: number | null };
  readonly counts: FleetCounts;
  readonly series: readonly (readonly [name: string, labels: Labels, edges: readonly number[]])[];
  readonly forgotten: Numbers;
  readonly debuts: readonly (readonly [string, number])[];
  readonly instances: readonly (readonly [
    id: string,
    lane: number,
    sequence: number,
    changedAt: number,
    retiredAt: number | null,
    values: Numbers,
  ])[];
}

const numbers = (values: ReadonlyMap<number, Values>): Numbers =>
  [...values].map(([index, held]) => [index, ...held] as const);

/** The ledger as bytes: JSON, gzipped. `gunzip` shows it to a person. */
export function encodeState(state: FleetState): Uint8Array {
  const series = Array.from({ length: state.table.size }, (_, i) => {
    const { name, labels, edges }: EntrySeries = state.table.at(i);
    return [name, labels, edges] as const;
  });
  const stored: Stored = {
    format: FORMAT,
    horizon: state.horizon,
    completeAt: state.completeAt,
    ...(state.grace === undefined ? {} : { grace: state.grace }),
    counts: state.counts,
    series,
    forgotten: numbers(state.forgotten),
    debuts: [...state.debuts],
    instances: [...state.instances].map(
      ([id, { lane, sequence, changedAt, retiredAt, values }]) =>
        [id, lane, sequence, changedAt, retiredAt ?? null, numbers(values)] as const,
    ),
  };
  return gzipSync(JSON.stringify(stored), GZIP);
}

/**
 * Reads a ledger. Its series get their places in `table`, beside those that are known there already.
 *
 * @throws {Error} for what is no ledger, or one of a format that this version does not know.
 */
export function decodeState(bytes: Uint8Array, table: SeriesTable = new SeriesTable()): FleetState {
  const stored = JSON.parse(gunzipSync(bytes).toString('utf8')) as Stored;
  if (stored.format !== FORMAT)
    throw new Error(`the ledger's format is ${stored.format}; this version reads ${FORMAT}`);
  const places = stored.series.map(([name, labels, edges]) => table.indexOf(name, labels, edges));
  const placed = (all: Numbers) =>
    new Map<number, Values>(
      all.map(([index, ...values]) => {
        const place = places[index];
        if (place === undefined) throw new Error(`the ledger names a series ${index} that it does not have`);
        return [place, values];
      }),
    );
  const state = newState(table);
  for (const [id, lane, sequence, changedAt, retiredAt, values] of stored.instances) {
    state.instances.set(id, {
      lane,
      sequence,
      changedAt,
      retiredAt: retiredAt ?? undefined,
      values: placed(values),
    });
  }
  for (const [index, values] of placed(stored.forgotten)) state.forgotten.set(index, values);
  for (const [key, at] of stored.debuts) state.debuts.set(key, at);
  Object.assign(state.counts, stored.counts);
  state.horizon = stored.horizon;
  state.completeAt = stored.completeAt;
  state.grace = stored.grace;
  return state;
}
