/** One execution environment of a function: a process that holds one handler and does one invocation at a time. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** What the environment is asked to do, and what it says of it. */
export interface Invocation {
  readonly event: unknown;
  readonly timeoutMs: number;
}
export type Word =
  | { readonly says: 'ready' }
  | { readonly says: 'result'; readonly result: unknown }
  | { readonly says: 'error'; readonly error: string };

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** Whoever listens may be gone; then there is nobody to tell. */
const say = (word: Word) => process.send?.(word, undefined, undefined, () => undefined);
const [bundle = ''] = process.argv.slice(2);
const { handler } = (await import(bundle)) as { handler: Handler };

process.on('message', ({ event, timeoutMs }: Invocation) => {
  const end = Date.now() + timeoutMs;
  const context = {
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  } as Context;
  handler(event, context).then(
    (result) => say({ says: 'result', result }),
    (error: unknown) => say({ says: 'error', error: String(error) }),
  );
});
// Nobody is left who would end it.
process.on('disconnect', () => process.exit());
say({ says: 'ready' });
