import { deck, seeded } from '../../traffic/random.ts';
import { createChaos } from './chaos.ts';
import { type CounterRow, compareCounters } from './counters.ts';
import { deploy } from './deployment.ts';
import { type Fate, fateOf } from './fate.ts';
import { followUpOf, type Letter, letterOf, ROADS, type Road } from './letters.ts';
import { type Sent, send } from './sending.ts';
import { deadLetters, newsOf, openWitness, sendsOf } from './witness.ts';

export interface StormOptions {
  readonly messages: number;
  readonly seed: number;
  readonly progress?: (done: {
    readonly phase: string;
    readonly sent: number;
    readonly queued: number;
    readonly killed: number;
  }) => void;
}

/** One row of the ledger: what became of how many messages, by their road. */
export interface LedgerRow {
  readonly fate: Fate;
  readonly byRoad: Readonly<Record<Road, number>>;
}
export interface StormReport {
  readonly messages: number;
  readonly seed: number;
  readonly ledger: readonly LedgerRow[];
  /** Each message that has no end, or one that contradicts itself. */
  readonly wrong: readonly string[];
  /** Messages whose sender had to ask more than once. */
  readonly askedAgain: number;
  /** What happened, and how often. */
  readonly met: ReadonlyMap<string, number>;
  readonly deaths: ReadonlyMap<string, number>;
  readonly processes: { readonly started: number; readonly killed: number; readonly timedOut: number };
  readonly calls: number;
  /** Replies that a provider has taken more than once. */
  readonly sentTwice: number;
  readonly sends: number;
  readonly counters: readonly CounterRow[];
  readonly seconds: number;
}

/** Sent at the same time. */
const SENDERS = 10;
/** No more than this is left for the agent at any time: what fails shall fail in the middle of the work. */
const MOST_QUEUED = 24;
const SCHEDULE_EVERY_MS = 1_500;
const DRAIN_SECONDS = 600;
const PERSISTENCE = { tries: 12, pauseMs: 100 };
const ESCALATED = 0.12;
const FOLLOW_UP = 0.08;

function lettersOf(messages: number, seed: number) {
  const random = seeded(seed);
  const road = deck(ROADS, random);
  const run = 100_000_000 + (seed % 900_000_000);
  const tickets: string[] = [];
  let n = 0;
  return {
    tickets,
    next(): Letter | undefined {
      if (n === messages) return undefined;
      n += 1;
      const ticketId = random.chance(FOLLOW_UP) ? tickets.pop() : undefined;
      if (ticketId !== undefined) return followUpOf(ticketId, n, run);
      return letterOf(road(), n, run, random.chance(ESCALATED));
    },
  };
}

/** Runs a function again and again, as its schedule does; what fails is tried at the next minute. */
function schedule(invoke: (functionKey: string, event: unknown) => Promise<unknown>) {
  let stopped = false;
  const running = ['upkeep', 'fleet'].map(async (functionKey) => {
    while (!stopped) {
      await invoke(functionKey, { source: 'aws.events' }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, SCHEDULE_EVERY_MS));
    }
  });
  return async (): Promise<void> => {
    stopped = true;
    await Promise.all(running);
  };
}

/**
 * Sends messages on every road while each dependency fails in its turn and processes die at any step; then everything is
 * well again, all work is done, and each message is accounted for.
 */
export async function storm({
  messages,
  seed,
  progress = () => undefined,
}: StormOptions): Promise<StormReport> {
  const started = performance.now();
  const chaos = createChaos(seeded(seed + 1));
  const { decide, diesAtEnd } = chaos;
  const deployment = await deploy({ decide, diesAtEnd, retrySeconds: 1, patienceMs: 500, most: 4 });
  try {
    const { instances, network, triggers, upstreams, created, sqs } = deployment;
    const witness = await openWitness(deployment.environment);
    triggers.work();
    const stopSchedule = schedule(instances.invoke);
    const letters = lettersOf(messages, seed);
    const sent: Sent[] = [];
    const tell = async (phase: string) => {
      const queued = await deployment.queued();
      progress({ phase, sent: sent.length, queued, killed: instances.counts.killed });
      return queued;
    };

    async function sender(): Promise<void> {
      for (let letter = letters.next(); letter !== undefined; letter = letters.next()) {
        while ((await tell(chaos.turn() ?? '')) > MOST_QUEUED)
          await new Promise((resolve) => setTimeout(resolve, 100));
        const one = await send(letter, deployment, PERSISTENCE);
        sent.push(one);
        chaos.at(sent.length / messages);
        if (one.ticketId !== undefined && letter.road === 'form') letters.tickets.push(one.ticketId);
      }
    }
    await Promise.all(Array.from({ length: SENDERS }, sender));
    chaos.end();
    await network.settled();
    await deployment.drained(DRAIN_SECONDS, async () => {
      await tell('calm');
      return (await witness.unqueued()) === 0;
    });
    await stopSchedule();

    const evidence = {
      deadLetters: await deadLetters(created, sqs),
      news: newsOf(upstreams),
      sends: sendsOf(upstreams),
    };
    const count = new Map<string, number>();
    const wrong: string[] = [];
    const stored = new Map<string, Awaited<ReturnType<typeof witness.look>>>();
    for (const one of sent) {
      const { messageId, road } = one.letter;
      const found = await witness.look(messageId);
      stored.set(messageId, found);
      const verdict = fateOf(one, { ...evidence, stored: found });
      const key = `${verdict.fate} ${road}`;
      count.set(key, (count.get(key) ?? 0) + 1);
      if (verdict.wrong !== undefined) wrong.push(`${messageId}: ${verdict.wrong}`);
    }
    const { FATES } = await import('./fate.ts');
    const ledger = FATES.map((fate) => ({
      fate,
      byRoad: Object.fromEntries(ROADS.map((road) => [road, count.get(`${fate} ${road}`) ?? 0])) as Record<
        Road,
        number
      >,
    }));
    for (const error of triggers.broken) wrong.push(`the triggers themselves: ${String(error)}`);
    return {
      messages,
      seed,
      ledger,
      wrong,
      askedAgain: sent.filter(({ tries }) => tries > 1).length,
      met: network.met(),
      deaths: chaos.deaths,
      processes: { ...instances.counts },
      calls: network.calls(),
      sends: evidence.sends.length,
      sentTwice: evidence.sends.length - new Set(evidence.sends).size,
      counters: await compareCounters(deployment, [...stored.values()]),
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await deployment.close();
  }
}
