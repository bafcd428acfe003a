import type { Random } from '../../traffic/random.ts';
import { DEPENDENCIES, type Dependency, FAULTS, type Fault } from './dependencies.ts';
import type { NetworkCall, Verdict } from './network.ts';

/** How often a call of the dependency whose turn it is fails. */
const TURN: Readonly<Record<Dependency, number>> = {
  // Asked some twenty times a message: more, and nothing would come through.
  dynamodb: 0.3,
  sqs: 0.5,
  s3: 0.5,
  ses: 0.5,
  twilio: 0.5,
  meta: 0.5,
  model: 0.5,
  team: 0.5,
  gateway: 0.7,
};
/** One of so many calls fails though its dependency has no turn. */
const FAILS_ONCE_IN = 100;
/** One of so many calls is the last that a process makes, one of so many invocations the last that it does. */
const DIES_ONCE_IN = 200;

/** True once in `mean` calls, by chance but never later than twice that: also a short run meets it. */
function onceIn(mean: number, random: Random): () => boolean {
  const next = () => random.between(1, 2 * mean - 1);
  let left = next();
  return () => {
    left -= 1;
    if (left > 0) return false;
    left = next();
    return true;
  };
}

/** Who says 200 to the news of an escalation has it, whatever else it says: nobody could tell that it was somebody else. */
const faultsOf = (dependency: Dependency): readonly Fault[] =>
  dependency === 'team' ? FAULTS.filter((fault) => fault !== 'wrong') : FAULTS;

/** Chance, but the same for the same seed: which dependency has its turn, which call fails how, which process dies when. */
export function createChaos(random: Random, diesOnceIn = DIES_ONCE_IN) {
  const order = random.shuffled(DEPENDENCIES);
  const deaths = new Map<string, number>();
  const fails = onceIn(FAILS_ONCE_IN, random);
  const isKilled = onceIn(diesOnceIn, random);
  const diesAtEnd = onceIn(diesOnceIn, random);
  let turn = order[0];
  let calm = false;

  return {
    order,
    /** Kills by function and moment, as `agent: before dynamodb PutItem`. */
    deaths: deaths as ReadonlyMap<string, number>,
    /** Every dependency has its turn, one after the other: `share` of the whole is over. */
    at(share: number): void {
      turn = order[Math.min(order.length - 1, Math.floor(share * order.length))];
    },
    turn: () => turn,
    /** From now on nothing happens. */
    end(): void {
      calm = true;
    },
    decide({ instance, dependency, operation }: NetworkCall): Verdict {
      if (calm) return 'pass';
      if (isKilled()) {
        const kill = random.chance(0.5) ? 'before' : 'after';
        const moment = `${instance.replace(/-\d+$/, '')}: ${kill} ${operation}`;
        deaths.set(moment, (deaths.get(moment) ?? 0) + 1);
        return { kill };
      }
      if (!(dependency === turn ? random.chance(TURN[dependency]) : fails())) return 'pass';
      const faults = faultsOf(dependency);
      return { fault: faults[random.between(0, faults.length - 1)] ?? 'failing' };
    },
    diesAtEnd: (): boolean => !calm && diesAtEnd(),
  };
}
export type Chaos = ReturnType<typeof createChaos>;
