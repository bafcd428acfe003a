import type { Random } from '../../traffic/random.ts';
import { DEPENDENCIES, type Dependency, FAULTS, type Fault } from './dependencies.ts';
import type { NetworkCall, Verdict } from './network.ts';

/** How often a call fails: of the dependency whose turn it is, and of all others. */
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
const BACKGROUND = 0.01;
/** How often a call is the last that a process makes, and an invocation the last that it does. */
const KILLED = 0.005;
const DIES_AT_END = 0.005;

/** Who says 200 to the news of an escalation has it, whatever else it says: nobody could tell that it was somebody else. */
const faultsOf = (dependency: Dependency): readonly Fault[] =>
  dependency === 'team' ? FAULTS.filter((fault) => fault !== 'wrong') : FAULTS;

/** Chance, but the same for the same seed: which dependency has its turn, which call fails how, which process dies when. */
export function createChaos(random: Random) {
  const order = random.shuffled(DEPENDENCIES);
  const deaths = new Map<string, number>();
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
      if (random.chance(KILLED)) {
        const kill = random.chance(0.5) ? 'before' : 'after';
        const moment = `${instance.replace(/-\d+$/, '')}: ${kill} ${operation}`;
        deaths.set(moment, (deaths.get(moment) ?? 0) + 1);
        return { kill };
      }
      if (!random.chance(dependency === turn ? TURN[dependency] : BACKGROUND)) return 'pass';
      const faults = faultsOf(dependency);
      return { fault: faults[random.between(0, faults.length - 1)] ?? 'failing' };
    },
    diesAtEnd: (): boolean => !calm && random.chance(DIES_AT_END),
  };
}
export type Chaos = ReturnType<typeof createChaos>;
