import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Created } from '../../local/resources.ts';
import { kebab } from '../../local/resources.ts';
import { readReference } from '../../src/fte/channels/whatsapp.ts';
import type { InboundMessage, Reply, Ticket } from '../../src/fte/entities.ts';
import { derivedId } from '../../src/fte/ids.ts';
import type { Deployment } from './deployment.ts';

/** What the database knows of one message. */
export interface Stored {
  readonly message: InboundMessage | undefined;
  readonly reply: Reply | undefined;
  readonly ticket: Ticket | undefined;
}
/** A message that was given up, and where it lies. */
export interface DeadLetter {
  /** As `incoming-dead-letter-queue`. */
  readonly queue: string;
  readonly body: string;
}
/** What the providers took: `<reply id>.<part>`, once for every time. */
export type Sends = readonly string[];
/** What the team was told. */
export interface News {
  readonly kind: string;
  readonly ticketId: string;
}

/** What was found in earlier looks, by whoever asked. */
const found = new WeakMap<SQSClient, DeadLetter[]>();

/**
 * Takes what lies in a queue. It is deleted at once: of a FIFO queue's group nothing is given out while an earlier message of
 * it is out of sight, and whatever lies behind it would look as if it had vanished.
 */
async function drain(queue: string, QueueUrl: string, sqs: SQSClient): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return letters;
    letters.push(...Messages.map(({ Body = '' }) => ({ queue, body: Body })));
    for (const { ReceiptHandle } of Messages)
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
}

/** Every dead letter so far, whatever its queue. */
export async function deadLetters(
  created: ReadonlyMap<string, Created>,
  sqs: SQSClient,
): Promise<readonly DeadLetter[]> {
  const queues = [...created].filter(([id]) => id.endsWith('DeadLetterQueue'));
  const fresh = await Promise.all(queues.map(([id, { ref }]) => drain(kebab(id), ref, sqs)));
  const all = [...(found.get(sqs) ?? []), ...fresh.flat()];
  found.set(sqs, all);
  return all;
}

/** What left the house, as the providers know it. */
export function sendsOf({ ses, whatsapp }: Deployment['upstreams']): Sends {
  const mails = ses.taken.flatMap(({ Content }) =>
    (Content.Simple.Headers ?? [])
      .filter(({ Name }) => Name === 'X-FTE-Reply-Id')
      .map(({ Value }) => `${Value}.0`),
  );
  const messages = whatsapp.taken.map(({ provider, reference = '' }) =>
    provider === 'meta' ? reference : (new URL(reference).searchParams.get('reference') ?? ''),
  );
  return [...mails, ...messages.filter((reference) => readReference(reference) !== undefined)];
}

export function newsOf({ team }: Deployment['upstreams']): readonly News[] {
  return team.posted.map(({ body }) => {
    const { kind, ticket_id } = JSON.parse(body) as Record<string, string>;
    return { kind: kind ?? '', ticketId: ticket_id ?? '' };
  });
}

/** Looks into the database past the network, with the service's own ports. One a process: they read the environment once. */
export async function openWitness(environment: Readonly<Record<string, string>>) {
  Object.assign(process.env, environment, { PUSHGATEWAY_URL: '' });
  const { connect } = await import('../../src/platform/service.ts');
  const { messages, replies, ticketStore } = connect();
  async function look(messageId: string): Promise<Stored> {
    const message = await messages.get(messageId);
    if (message === undefined) return { message, reply: undefined, ticket: undefined };
    const reply = await replies.find(derivedId('rep', messageId));
    const ticket = await ticketStore.get(reply?.ticketId ?? message.ticketId);
    return { message, reply, ticket };
  }
  return {
    look,
    /** How many messages are stored and in no queue yet. */
    unqueued: async () => (await messages.unqueued(Date.now(), 100)).length,
  };
}
