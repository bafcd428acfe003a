import { appendFile } from 'node:fs/promises';
import { DeliveryRefused } from '../fte/errors.ts';
import type { ReplySender, TeamNotifier } from '../fte/ports.ts';

async function append(file: string, line: Readonly<Record<string, unknown>>): Promise<void> {
  await appendFile(file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}

/** What would leave the house, as lines of a file: a laptop has no mail server. */
export function outboxSender(file: string): ReplySender {
  return {
    async send(reply) {
      const { id, ticketId, channel, to, subject, text, author, correlationId } = reply;
      try {
        await append(file, {
          kind: 'reply',
          reply_id: id,
          ticket_id: ticketId,
          channel,
          to: to.value,
          subject,
          text,
          author,
          correlation_id: correlationId,
        });
      } catch (cause) {
        throw new DeliveryRefused('The outbox could not be written.', cause);
      }
    },
  };
}

export function outboxNotifier(file: string): TeamNotifier {
  return {
    notify: ({ kind, ticketId, text, correlationId }) =>
      append(file, { kind: 'team', news: kind, ticket_id: ticketId, text, correlation_id: correlationId }),
  };
}

/** The web form's customer reads the answer on the ticket: once it is stored as sent, it is delivered. */
export const ticketPageSender: ReplySender = {
  send: async () => undefined,
};
