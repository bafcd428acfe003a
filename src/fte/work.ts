import * as z from 'zod/mini';
import { brokenMessage } from './errors.ts';

/** After this many receives SQS moves the message to the dead-letter queue (`maxReceiveCount` in `serverless.yml`). */
export const MAX_RECEIVES = 5;

/** What the queues carry: ids, and for the team a sentence; who receives ids reads the rest from the database. */
const schemas = {
  turn: z.object({ messageId: z.string() }),
  delivery: z.object({ conversationId: z.string(), replyId: z.string() }),
  news: z.object({ kind: z.string(), ticketId: z.string(), text: z.string() }),
};

type Work = { readonly [K in keyof typeof schemas]: z.infer<(typeof schemas)[K]> };

/**
 * A queue message's body as the work that it asks for.
 *
 * @throws `FTE_MESSAGE_BROKEN` when it is not of that kind.
 */
export function readWork<K extends keyof Work>(kind: K, body: unknown): Work[K] {
  const result = schemas[kind].safeParse(body);
  if (result.success) return result.data as Work[K];
  throw brokenMessage(
    `not a ${kind}: ${result.error.issues.map((issue) => issue.path.join('.') || 'body').join(', ')}`,
  );
}
