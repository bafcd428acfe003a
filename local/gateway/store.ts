import { type Labels, seriesKey } from '../../src/observability/families.ts';
import { faultText, type KeyedFamily, Page, withKeys } from './consistency.ts';
import { type PushedFamily, type PushedMetrics, relabel } from './pushed.ts';

export interface StoredFamily extends KeyedFamily {
  /** When it was pushed, in milliseconds since 1970. */
  readonly at: number;
}

/** All that was pushed under one grouping key. */
export interface Group {
  readonly labels: Labels;
  readonly families: ReadonlyMap<string, StoredFamily>;
}

export interface WriteRequest {
  /** The grouping key, `job` included. */
  readonly labels: Labels;
  readonly metrics: PushedMetrics;
  /** PUT replaces the group; POST only the families of the same names. */
  readonly replace: boolean;
}

export interface Store {
  /** Applies a push, or says why it was not applied. */
  push(request: WriteRequest): string | undefined;
  delete(labels: Labels): void;
  /** In the order in which they were first pushed. */
  groups(): readonly Group[];
  wipe(): void;
}

export interface StoreOptions {
  /** Whether a push is compared with all that is held, as gateways do unless told not to. */
  readonly consistencyCheck: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export const PUSH_TIME = 'push_time_seconds';
export const PUSH_FAILURE_TIME = 'push_failure_time_seconds';

function timeGauge(name: string, outcome: string, value: number): PushedFamily {
  const help = `Last Unix time when changing this group in the Pushgateway ${outcome}.`;
  return { name, help, type: 'gauge', series: [{ labels: {}, value }] };
}
const pushTime = (seconds: number) => timeGauge(PUSH_TIME, 'succeeded', seconds);
const failureTime = (seconds: number) => timeGauge(PUSH_FAILURE_TIME, 'failed', seconds);

/** Every series carries its group's labels, whatever it said itself, and an `instance`, if only an empty one. */
function inGroup(family: PushedFamily, group: Labels, at: number): StoredFamily {
  const own = (labels: Labels) =>
    Object.fromEntries(
      Object.entries({ instance: '', ...labels, ...group }).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return { ...withKeys(relabel(family, own)), at };
}

export function createStore({ consistencyCheck, now }: StoreOptions): Store {
  const held = new Map<string, Group>();
  let last = 0;

  /** No two writes share a time: the later of a success and a failure is what a group is judged by. */
  function tick(): number {
    last = Math.max(now(), last + 0.001);
    return last;
  }

  /** What is wrong with `families` beside everything that they don't replace. */
  function faults(
    families: readonly StoredFamily[],
    replaced: (key: string, name: string) => boolean,
  ): readonly string[] {
    if (!consistencyCheck) return [];
    const page = new Page();
    for (const [key, group] of held) {
      for (const [name, family] of group.families) if (!replaced(key, name)) page.add(family);
    }
    return families.flatMap((family) => page.add(family));
  }

  function put(key: string, labels: Labels, families: readonly StoredFamily[]): void {
    held.set(key, { labels, families: new Map(families.map((stored) => [stored.family.name, stored])) });
  }

  function recordFailure(key: string, labels: Labels, at: number): void {
    const before = held.get(key)?.families ?? new Map<string, StoredFamily>();
    const marks = [inGroup(failureTime(at / 1000), labels, at)];
    if (!before.has(PUSH_TIME)) marks.push(inGroup(pushTime(0), labels, at));
    const marked = new Set(marks.map(({ family }) => family.name));
    // The real one takes in even a group that makes it refuse every later push, whoever sends it.
    if (faults(marks, (other, name) => other === key && marked.has(name)).length > 0) return;
    put(key, labels, [...before.values(), ...marks]);
  }

  return {
    push({ labels, metrics, replace }) {
      const at = tick();
      const key = seriesKey(labels);
      if (metrics.timestamped) {
        recordFailure(key, labels, at);
        return 'pushed metrics must not have timestamps';
      }
      const before = held.get(key)?.families ?? new Map<string, StoredFamily>();
      const pushed = new Map(metrics.families).set(PUSH_TIME, pushTime(at / 1000));
      // A failure that was noted before stays noted, whatever succeeds later.
      if (!before.has(PUSH_FAILURE_TIME)) pushed.set(PUSH_FAILURE_TIME, failureTime(0));
      const stored = [...pushed.values()].map((family) => inGroup(family, labels, at));
      const stays = (name: string) => !pushed.has(name) && (!replace || name === PUSH_FAILURE_TIME);
      const found = faults(stored, (other, name) => other === key && !stays(name));
      if (found.length > 0) {
        recordFailure(key, labels, at);
        return faultText(found);
      }
      const kept = [...before.values()].filter(({ family }) => stays(family.name));
      put(key, labels, [...kept, ...stored]);
      return undefined;
    },
    delete(labels) {
      held.delete(seriesKey(labels));
    },
    groups: () => [...held.values()],
    wipe: () => held.clear(),
  };
}
