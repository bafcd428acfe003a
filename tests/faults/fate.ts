import { partsOf } from '../../src/fte/channels/whatsapp.ts';
import type { Reply } from '../../src/fte/entities.ts';
import { derivedId } from '../../src/fte/ids.ts';
import type { Sent } from './sending.ts';
import type { DeadLetter, News, Sends, Stored } from './witness.ts';

/** What may become of a message. The last one may not. */
export const FATES = [
  'answered',
  'escalated, a person told, the customer told so',
  'in doubt, a person told',
  'not deliverable, a person told',
  'in a dead-letter queue',
  'refused, its sender knows',
  'VANISHED',
] as const;
export type Fate = (typeof FATES)[number];

export interface Evidence {
  readonly stored: Stored;
  readonly deadLetters: readonly DeadLetter[];
  readonly news: readonly News[];
  readonly sends: Sends;
}

export interface Verdict {
  readonly fate: Fate;
  /** What speaks against it; nothing, as a rule. */
  readonly wrong?: string;
}

const vanished = (wrong: string): Verdict => ({ fate: 'VANISHED', wrong });

/** Whether the providers have it as the database says. */
function contradiction({ id, status, channel, text }: Reply, sends: Sends): string | undefined {
  const taken = sends.filter((reference) => reference.startsWith(`${id}.`));
  if (new Set(taken).size < taken.length) return `${id} was sent more than once: ${taken.join(', ')}`;
  const parts = channel === 'web_form' ? 0 : channel === 'email' ? 1 : partsOf({ id, text }).length;
  if (status === 'sent' && taken.length !== parts)
    return `${id} is said to be sent, and the provider has ${taken.length} of its ${parts} parts`;
  return undefined;
}

/** What became of one message, by what is left of it everywhere. */
export function fateOf({ letter, accepted }: Sent, evidence: Evidence): Verdict {
  const { stored, deadLetters, news, sends } = evidence;
  const { message, reply, ticket } = stored;
  const isDead = (name: string) => deadLetters.some(({ body }) => body.includes(JSON.stringify(name)));
  /** Told, or the news itself lies where somebody is called for. */
  const isTold = (kind: string, ticketId: string) =>
    news.some((one) => one.kind === kind && one.ticketId === ticketId) ||
    deadLetters.some(({ body }) => body.includes(`"kind":"${kind}"`) && body.includes(ticketId));

  if (message === undefined) {
    if (letter.sent.by === 'object') {
      return isDead(letter.sent.key)
        ? { fate: 'in a dead-letter queue' }
        : vanished('a mail is in the bucket, and nobody knows of it');
    }
    return accepted ? vanished('accepted and not stored') : { fate: 'refused, its sender knows' };
  }
  if (reply === undefined) {
    return isDead(letter.messageId)
      ? { fate: 'in a dead-letter queue' }
      : vanished(`stored (queued: ${message.queued}), and there is neither a reply nor a dead letter`);
  }
  const wrong = contradiction(reply, sends);
  if (wrong !== undefined) return vanished(wrong);
  switch (reply.status) {
    case 'sent': {
      if (ticket?.escalation === undefined) return { fate: 'answered' };
      return isTold('escalated', ticket.id)
        ? { fate: 'escalated, a person told, the customer told so' }
        : vanished('escalated, and nobody was told');
    }
    case 'in_doubt':
      return isTold('delivery_in_doubt', reply.ticketId)
        ? { fate: 'in doubt, a person told' }
        : vanished('in doubt, and nobody was told');
    case 'failed':
      return isTold('delivery_failed', reply.ticketId)
        ? { fate: 'not deliverable, a person told' }
        : vanished('not deliverable, and nobody was told');
    default:
      return isDead(derivedId('rep', letter.messageId)) || isDead(letter.messageId)
        ? { fate: 'in a dead-letter queue' }
        : vanished(`its reply is ${reply.status}, and nobody will take it further`);
  }
}
