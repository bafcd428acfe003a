// Lets things go wrong, in the plan's order. At most one inbox is impaired at a time, and before one loses what it has
// all pushes get through to both for a while: an entry that stands in one inbox only is lost with it, and that is no
// fault of the rules but the meaning of "one".
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoldStep } from '../../src/observability/fleet/fleet.ts';
import { deck, seeded } from '../../traffic/random.ts';
import type { Fault } from './faults.ts';
import type { FleetSide } from './fleet-side.ts';
import type { Gateway } from './gateway.ts';
import type { HostSide } from './host-side.ts';
import type { Loss } from './oracle.ts';
import type { Tempo } from './tempo.ts';

export interface DirectorOptions {
  readonly seed: number;
  readonly faults: ReadonlySet<Fault>;
  readonly tempo: Tempo;
  readonly inboxes: readonly Gateway[];
  /** The inbox that has a memory of its own. */
  readonly remembering: Gateway | undefined;
  readonly hosts: HostSide;
  readonly fleet: FleetSide;
  readonly ledger: string;
  readonly endsAt: number;
}

const STEPS: readonly FoldStep[] = ['read', 'merged', 'ledger written', 'published', 'noted', 'cleaned'];
/** Where it matters most that a handler does not know what has happened meanwhile comes up more often. */
const HELD: readonly FoldStep[] = [
  'merged',
  'ledger written',
  'merged',
  'ledger written',
  'read',
  'published',
];
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** One at a time. */
function createLock() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };
}

type Act = () => Promise<void>;
type Acts = Partial<Record<Fault, Act>>;

/** @returns what was lost on the way, and how often each fault happened */
export async function direct(options: DirectorOptions) {
  const { seed, faults, tempo, inboxes, hosts, fleet, endsAt, remembering } = options;
  const losses: Loss[] = [];
  const happened = new Map<Fault, number>();
  const alone = createLock();
  const oneInbox = createLock();
  const random = seeded(seed + 7);
  const nextInbox = deck(inboxes, seeded(seed + 8));
  const nextStep = deck(STEPS, seeded(seed + 9));
  const nextHeld = deck(HELD, seeded(seed + 11));
  const nextHost = deck([...Array(hosts.count).keys()], seeded(seed + 10));
  const startedAt = Date.now();

  /** A gateway loses what it has, and comes back with nothing, or with what it had long ago. */
  async function crash(gateway: Gateway, withKept: boolean): Promise<void> {
    const spare = inboxes.length > 1;
    if (spare) {
      await hosts.calm();
      // Breakers that were open let pushes through again.
      await after(tempo.breakerOpen);
      await fleet.complete(2);
    }
    const from = fleet.folds.findLast(({ complete }) => complete)?.began ?? startedAt;
    await gateway.kill();
    const until = Date.now();
    await after(random.between(100, tempo.stall / 2));
    await gateway.revive(withKept);
    if (spare) {
      await fleet.complete(2);
      await hosts.storm();
    } else losses.push({ from, until });
  }

  async function loseLedger(): Promise<void> {
    const from = fleet.folds.filter(({ published }) => published).at(-2)?.began ?? startedAt;
    const names = (await readdir(options.ledger)).filter((name) => name.startsWith('ledger-'));
    const newestFirst = names.toSorted((a, b) => Number(/\d+/.exec(b)) - Number(/\d+/.exec(a)));
    const gone = random.chance(0.4) ? newestFirst : newestFirst.slice(0, random.between(1, 2));
    for (const name of gone) await rm(join(options.ledger, name), { force: true });
    await fleet.complete(2, { published: true });
    losses.push({ from, until: Date.now(), silentSince: from - tempo.retire + 3 * tempo.fold });
  }

  const onGateways: Acts = {
    stop: async () => {
      const gateway = nextInbox();
      gateway.stop();
      await after(random.between(tempo.stall / 3, tempo.stall));
      gateway.go();
    },
    kill: () => alone(() => crash(nextInbox(), false)),
    'cut-fleet': async () => {
      fleet.cut([nextInbox().url]);
      await after(random.between(tempo.fold, tempo.stall * 2));
      fleet.cut([]);
    },
    'cut-instances': async () => {
      await hosts.cut([nextInbox().url]);
      await after(random.between(tempo.fold, tempo.stall));
      await hosts.cut([]);
    },
  };
  const onFleet: Acts = {
    fleet: () => fleet.killAt(nextStep()),
    // Longer than it may, and mostly for so long that the other one publishes again.
    held: () =>
      fleet.holdAt(
        nextHeld(),
        random.chance(0.3)
          ? random.between(tempo.publishWithin, tempo.grace)
          : random.between(Math.round(tempo.grace * 1.6), tempo.grace * 3),
        { alone: random.chance(0.7) },
      ),
    two: () => fleet.two(random.between(tempo.fold * 2, tempo.fold * 5)),
    publish: async () => fleet.tell({ do: 'publication', as: random.chance(0.3) ? 'unanswered' : 'late' }),
    ledger: () => alone(loseLedger),
  };
  const onHosts: Acts = {
    hosts: () => alone(() => hosts.kill(nextHost())),
    freeze: () => alone(() => hosts.freeze(nextHost(), random.between(tempo.lease, tempo.retire * 1.2))),
  };

  async function play(acts: Acts, gapMs: number): Promise<void> {
    const chosen = (Object.entries(acts) as [Fault, Act][]).filter(([fault]) => faults.has(fault));
    if (chosen.length === 0) return;
    const next = deck(chosen, random);
    for (;;) {
      await after(random.between(gapMs / 3, gapMs));
      if (Date.now() >= endsAt) return;
      const [fault, act] = next();
      await (acts === onGateways ? oneInbox(act) : act());
      happened.set(fault, (happened.get(fault) ?? 0) + 1);
    }
  }

  async function restore(): Promise<void> {
    if (remembering === undefined) return;
    const lasts = endsAt - startedAt;
    await after(lasts * 0.15);
    await remembering.keep();
    await after(lasts * 0.65);
    await oneInbox(() => alone(() => crash(remembering, true)));
    happened.set('restore', 1);
  }

  await Promise.all([
    play(onGateways, 2_000),
    play(onFleet, tempo.fold * 5),
    play(onHosts, tempo.retire),
    restore(),
  ]);
  return { losses, happened };
}
