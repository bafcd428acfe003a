import { setTimeout as pause } from 'node:timers/promises';
import { deck, seeded } from '../../traffic/random.ts';
import { createChaos } from './chaos.ts';
import { type CounterRow, compareCounters } from './counters.ts';
import { deploy } from './deployment.ts';
import { accountFor, type LedgerRow } from './ledger.ts';
import { followUpOf, type Letter, letterOf, ROADS } from './letters.ts';
import { type Sent, send } from './sending.ts';
import { deadLetters, newsOf, openWitness, sendsOf } from './witness.ts';

export interface StormOptions {
  readonly messages: number;
  readonly seed: number;
  /** One of so many calls is the last that a process makes: a short run wants more of them to meet any. */
  readonly diesOnceIn?: number;
  readonly progress?: (done: {
    readonly phase: string;
    readonly sent: number;
    readonly queued: number;
    readonly killed: number;
  }) => void;
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
const SCHEDULE_EVERY_MS = 3_000;
const LOOK_EVERY_MS = 250;
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
      await pause(SCHEDULE_EVERY_MS);
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
  diesOnceIn,
  progress = () => undefined,
}: StormOptions): Promise<StormReport> {
  const started = performance.now();
  const chaos = createChaos(seeded(seed + 1), diesOnceIn);
  const { decide, diesAtEnd } = chaos;
  const ways = { retrySeconds: 1, patienceMs: 2_000, most: 5, pollEveryMs: 250 };
  const deployment = await deploy({ decide, diesAtEnd, ...ways });
  const { instances, network, triggers, upstreams, created, sqs } = deployment;
  let queued = 0;
  const watch = setInterval(() => {
    deployment.queued().then(
      (length) => {
        queued = length;
      },
      () => undefined,
    );
  }, LOOK_EVERY_MS);
  try {
    const witness = await openWitness(deployment.environment);
    triggers.work();
    const stopSchedule = schedule(instances.invoke);
    const letters = lettersOf(messages, seed);
    const sent: Sent[] = [];
    const tell = (phase: string) =>
      progress({ phase, sent: sent.length, queued, killed: instances.counts.killed });

    async function sender(): Promise<void> {
      for (let letter = letters.next(); letter !== undefined; letter = letters.next()) {
        while (queued > MOST_QUEUED) await pause(LOOK_EVERY_MS);
        const one = await send(letter, deployment, PERSISTENCE);
        sent.push(one);
        chaos.at(sent.length / messages);
        tell(`${chaos.turn()} fails`);
        if (one.ticketId !== undefined && letter.road === 'form') letters.tickets.push(one.ticketId);
      }
    }
    await Promise.all(Array.from({ length: SENDERS }, sender));
    chaos.end();
    await network.settled();
    await deployment.drained(DRAIN_SECONDS, async () => {
      tell('all is well again');
      await pause(LOOK_EVERY_MS);
      return queued === 0 && (await witness.unqueued()) === 0;
    });
    await stopSchedule();

    const [letterBox, news, sends] = [await deadLetters(created, sqs), newsOf(upstreams), sendsOf(upstreams)];
    const ledger = await accountFor(sent, witness.look, { deadLetters: letterBox, news, sends });
    const broken: unknown[] = [...triggers.broken];
    const counters = await compareCounters(deployment, ledger.stored).catch((error: unknown) => {
      broken.push(error);
      return [];
    });
    return {
      messages,
      seed,
      ledger: ledger.rows,
      wrong: [...ledger.wrong, ...broken.map((error) => `the run itself: ${String(error)}`)],
      askedAgain: sent.filter(({ tries }) => tries > 1).length,
      met: network.met(),
      deaths: chaos.deaths,
      processes: { ...instances.counts },
      calls: network.calls(),
      sends: sends.length,
      sentTwice: sends.length - new Set(sends).size,
      counters,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    clearInterval(watch);
    await deployment.close();
  }
}
