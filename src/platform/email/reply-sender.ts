import { replySubject, taggedAddress } from '../../fte/channels/email.ts';
import type { ReplySender } from '../../fte/ports.ts';
import type { MailConfig } from '../channels/config.ts';
import { type MailSender, sesSender } from './sender.ts';

/** Sends a reply as a mail that stands in its thread, and whose answer names its ticket. */
export function mailReplySender(
  { from }: MailConfig,
  mail: MailSender = sesSender({ from, domain: from.slice(from.lastIndexOf('@') + 1) }),
): ReplySender {
  return {
    async send(reply) {
      await mail.send({
        to: reply.to.value,
        subject: replySubject(reply.subject),
        text: reply.text,
        inReplyTo: reply.thread?.messageId,
        references: reply.thread?.references ?? [],
        replyId: reply.id,
        correlationId: reply.correlationId,
        replyTo: taggedAddress(from, reply.ticketId),
        automatic: reply.author === 'employee',
      });
    },
  };
}
