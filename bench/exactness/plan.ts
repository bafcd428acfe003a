// Who is born when, how each lives and dies, and when something goes wrong: the same for the same seed.
import { type Random, seeded } from '../../traffic/random.ts';
import type { Schema } from './catalogue.ts';
import type { Fault } from './faults.ts';
import type { Tempo } from './tempo.ts';

/** One instance. Times are milliseconds from the storm's beginning. */
export interface InstancePlan {
  readonly key: string;
  readonly host: number;
  readonly seed: number;
  readonly schema: Schema;
  readonly bornAt: number;
  /** Undefined: it lives to the end. */
  readonly diesAt: number | undefined;
  /** It pushes what it has when it dies. */
  readonly flushes: boolean;
  readonly tickMs: number;
  /** Ticks from one push to the next. */
  readonly pushEvery: number;
  readonly freezes: readonly { readonly at: number; readonly forMs: number }[];
}

export interface Plan {
  readonly seed: number;
  readonly seconds: number;
  readonly hosts: number;
  readonly instances: readonly InstancePlan[];
}

export interface PlanOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly instances: number;
  readonly hosts: number;
  readonly faults: ReadonlySet<Fault>;
  readonly tempo: Tempo;
}

const LIVES_ON = 0.2;
const SHORTEST_MS = 800;
const LONGEST_MS = 20_000;
const FREEZES = 0.35;

/** How long an instance stands still: past the lease, past the retirement, or past the end of its id. */
function freezeOf(random: Random, { tempo, faults }: PlanOptions): number {
  if (!faults.has('freeze') || !random.chance(FREEZES)) return 0;
  const spans = [
    [tempo.lease, tempo.retire],
    [tempo.retire * 1.1, tempo.forgotten],
    [tempo.forgotten * 1.1, tempo.forgotten * 1.3],
  ] as const;
  const [from, to] = spans[random.between(0, spans.length - 1)] ?? [0, 0];
  return random.between(Math.round(from), Math.round(to));
}

export function planOf(options: PlanOptions): Plan {
  const { seed, seconds, hosts, faults } = options;
  const random = seeded(seed);
  const endMs = seconds * 1000;
  const instances = Array.from({ length: options.instances }, (_, i): InstancePlan => {
    const bornAt = Math.floor((i / options.instances) * endMs * 0.95);
    const forMs = freezeOf(random, options);
    // Before and after it the instance lives.
    const awake = random.between(SHORTEST_MS, Math.min(LONGEST_MS, endMs / 2));
    const life = awake + forMs;
    const freeze = { at: bornAt + random.between(SHORTEST_MS / 2, awake), forMs };
    const diesAt = random.chance(LIVES_ON) || bornAt + life > endMs ? undefined : bornAt + life;
    return {
      key: `i${i}`,
      host: random.between(0, hosts - 1),
      seed: random.between(1, 2 ** 31),
      schema: faults.has('schemas') && random.chance(0.5) ? 'old' : 'current',
      bornAt,
      diesAt,
      flushes: random.chance(0.3),
      tickMs: random.between(150, 500),
      pushEvery: random.between(1, 3),
      freezes: forMs === 0 ? [] : [freeze],
    };
  });
  return { seed, seconds, hosts, instances };
}
