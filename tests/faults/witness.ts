import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
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

async function drain(queue: string, QueueUrl: string, sqs: SQSClient): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (;;) {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3_600 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    if (Messages.length === 0) return letters;
    letters.push(...Messages.map(({ Body = '' }) => ({ queue, body: Body })));
  }
}

/** Every dead letter, whatever its queue. They stay where they are, out of sight. */
export async function deadLetters(
  created: ReadonlyMap<string, Created>,
  sqs: SQSClient,
): Promise<readonly DeadLetter[]> {
  const queues = [...created].filter(([id]) => id.endsWith('DeadLetterQueue'));
  const found = await Promise.all(queues.map(([id, { ref }]) => drain(kebab(id), ref, sqs)));
  return found.flat();
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
