import { Worker } from 'node:worker_threads';
import type { answerWith, Circumstances } from './world.ts';

/** Messages to answer one after the other with one model, and the environment that names it. */
export interface Job {
  readonly environment: Readonly<Record<string, string>>;
  readonly turns: readonly Circumstances[];
}
export type Answer = Awaited<ReturnType<typeof answerWith>>;
type Outcome = { readonly id: number; readonly answers?: readonly Answer[]; readonly failed?: string };

/**
 * Runs the agent's loop in a thread of its own, outside of Jest: in Jest's context `fetch` throws errors of another
 * realm, which no provider recognises, so that every broken connection would look like something else.
 */
export function startAnswering() {
  const worker = new Worker(new URL('./answering-worker.ts', import.meta.url));
  const waiting = new Map<number, (outcome: Outcome) => void>();
  let jobs = 0;
  worker.on('message', (outcome: Outcome) => waiting.get(outcome.id)?.(outcome));
  worker.on('error', (error) => {
    for (const [id, tell] of waiting) tell({ id, failed: String(error) });
  });

  async function answers(job: Job): Promise<readonly Answer[]> {
    const id = jobs++;
    const outcome = await new Promise<Outcome>((resolve) => {
      waiting.set(id, resolve);
      worker.postMessage({ id, ...job });
    });
    if (outcome.answers === undefined) throw new Error(outcome.failed);
    return outcome.answers;
  }

  return {
    /** All answers of one job. */
    answers,
    /** One message with a model of its own. */
    async answer(environment: Job['environment'], turn: Circumstances = {}): Promise<Answer> {
      const [answer] = await answers({ environment, turns: [turn] });
      return answer!;
    },
    stop: () => worker.terminate(),
  };
}
