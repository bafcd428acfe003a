import type { Deployment } from './deployment.ts';
import { type Fate, fateOf, type Verdict as Judged } from './fate.ts';
import { type Letter, letterOf, type Road } from './letters.ts';
import type { NetworkCall, Verdict } from './network.ts';
import { send } from './sending.ts';
import { deadLetters, newsOf, type openWitness, sendsOf } from './witness.ts';

type Witness = Awaited<ReturnType<typeof openWitness>>;

/** A sender that asks again at once, and that does not give up before the service does. */
const PERSISTENT = { tries: 8, pauseMs: 1 };
const DRAIN_SECONDS = 120;
/** Nine digits of a telephone number. */
const RUN = 234_567_890;

/** Reads change nothing: a process that dies after one has done as much as one that died after the change before it. */
const changes = ({ operation }: NetworkCall) => !/ (GetItem|Query|GET)$/.test(operation);

/** Follows messages one by one, each from its sending to its end. */
export function createFollower(deployment: Deployment, witness: Witness) {
  let letters = 0;

  /** One message, with whatever `decide` lets happen to it. */
  async function follow(
    letter: Letter,
    decide: (call: NetworkCall) => Verdict,
    diesAtEnd: (functionKey: string) => boolean = () => false,
  ): Promise<Judged> {
    const { created, sqs, upstreams, state, instances } = deployment;
    Object.assign(state, { decide, diesAtEnd });
    const sent = await send(letter, deployment, PERSISTENT);
    await deployment.drained(DRAIN_SECONDS, async () => {
      // On AWS upkeep looks every minute.
      if ((await witness.unqueued()) > 0) await instances.invoke('upkeep', {}).catch(() => undefined);
      return (await witness.unqueued()) === 0;
    });
    Object.assign(state, { decide: () => 'pass', diesAtEnd: () => false });
    return fateOf(sent, {
      stored: await witness.look(letter.messageId),
      deadLetters: await deadLetters(created, sqs),
      news: newsOf(upstreams),
      sends: sendsOf(upstreams),
    });
  }

  const next = (road: Road, escalates = false): Letter => {
    letters += 1;
    return letterOf(road, letters, RUN, escalates);
  };

  return {
    follow,
    next,

    /**
     * Sends one message after the other; each time the process is killed at the next step, which is a change that the
     * message makes or, with `every`, any call at all, before it is carried out and after. Ends with a message that has no
     * such step any more: some take a call more than others, as when upkeep looks at them in between.
     *
     * @param stride 1: every step. More: every so manieth of them.
     */
    async killAtEveryStep(
      { road, escalates = false }: { readonly road: Road; readonly escalates?: boolean },
      { every = false, stride = 1 }: { readonly every?: boolean; readonly stride?: number } = {},
      progress: (step: number) => void = () => undefined,
    ): Promise<{
      readonly fates: ReadonlyMap<Fate, number>;
      readonly wrong: readonly string[];
      /** The last one at which a process was killed. */
      readonly steps: number;
    }> {
      const isStep = (call: NetworkCall) => every || changes(call);
      const fates = new Map<Fate, number>();
      const wrong: string[] = [];
      const moments = every ? (['before', 'after'] as const) : (['after'] as const);
      for (let at = 1; ; at += stride) {
        let met = false;
        for (const kill of moments) {
          const { killed } = deployment.instances.counts;
          let passed = 0;
          const judged = await follow(next(road, escalates), (call) => {
            if (isStep(call)) passed += 1;
            return passed === at && isStep(call) ? { kill } : 'pass';
          });
          fates.set(judged.fate, (fates.get(judged.fate) ?? 0) + 1);
          const died = deployment.instances.counts.killed - killed;
          const step = `${road}, killed ${kill} step ${at}`;
          if (judged.wrong !== undefined) wrong.push(`${step}: ${judged.wrong}`);
          if (died !== (passed < at ? 0 : 1)) wrong.push(`${step}: ${died} processes were killed`);
          met ||= died > 0;
        }
        if (!met) return { fates, wrong, steps: at - stride };
        progress(at);
      }
    },
  };
}
export type Follower = ReturnType<typeof createFollower>;
