// What the storm's processes tell each other, and what a host writes down before it happens.
import type { FoldStep } from '../../src/observability/fleet/fleet.ts';
import type { Fault } from './faults.ts';
import type { InstancePlan } from './plan.ts';
import type { Tempo } from './tempo.ts';

/** One line of a host's log. `at` is milliseconds since 1970. */
export type LogLine =
  /** Is about to be counted: places and how much. */
  | readonly ['counted', at: number, key: string, deltas: readonly (readonly [place: number, n: number])[]]
  /** Is about to be pushed: what the entry holds. */
  | readonly ['pushed', at: number, key: string, id: string, sequence: number, content: readonly number[]]
  /** An instance was told that at least one inbox has it. */
  | readonly ['acknowledged', at: number, id: string, sequence: number]
  /** A gateway took it, whether or not the instance was told. */
  | readonly ['taken', at: number, id: string, sequence: number]
  /** An entry does not say what its instance had counted. */
  | readonly ['mismatch', at: number, key: string, what: string];

export interface HostConfig {
  /** The folder of the code under test. */
  readonly source: string;
  readonly log: string;
  readonly gateways: readonly string[];
  /** Where the usual layouts are pushed to, without faults. */
  readonly plain: string;
  readonly faults: readonly Fault[];
  readonly tempo: Tempo;
  readonly startedAt: number;
  readonly instances: readonly InstancePlan[];
}

export type ToHost =
  /** No more client-side faults, and patience with gateways: one of them is about to lose what it has. */
  | { readonly do: 'calm' | 'storm' }
  /** Inboxes that can not be reached. */
  | { readonly do: 'cut'; readonly urls: readonly string[] }
  /** Stop counting, deliver what is late, and push once more until every inbox has it. */
  | { readonly do: 'finish' };
export type FromHost = { readonly done: ToHost['do'] };

export interface FleetConfig {
  readonly source: string;
  readonly gateways: readonly string[];
  readonly publishUrl: string;
  readonly ledger: string;
  readonly tempo: Tempo;
  readonly seed: number;
  readonly slowDeletions: boolean;
}

export type ToFleet =
  | { readonly do: 'cut'; readonly urls: readonly string[] }
  /** At the next time that this step is done: be killed, or stand still until continued. */
  | { readonly do: 'kill' | 'hold'; readonly at: FoldStep }
  /** What happens to the next publication. */
  | { readonly do: 'publication'; readonly as: 'unanswered' | 'late' };
export type FromFleet =
  | { readonly folded: { readonly began: number; readonly complete: boolean; readonly published: boolean } }
  | { readonly failed: string }
  | { readonly held: FoldStep };
