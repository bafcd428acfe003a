import { isAutomatic, mailIdOf, type ParsedMail, senderOf, threadOf, verdictsOf } from '../channels/email.ts';
import type { Address, InboundMessage, Instant, Place } from '../entities.ts';
import type { StoredObject } from '../erasure/contract.ts';
import { newTicketId } from '../ids.ts';
import { cut } from '../input.ts';
import type { ReplyPort, TicketPort } from '../ports.ts';
import { type IntakePorts, takeInFromProvider } from './intake.ts';

/** As much of a mail as the employee reads. */
const MAX_TEXT = 5000;
const MAX_SUBJECT = 200;

export interface MailRules {
  /** Addresses that are ours: what comes from them has been round already. */
  readonly ownAddresses: readonly string[];
  /** Whose Authentication-Results are believed. */
  readonly authservId: string | undefined;
}

/** Why a mail is not answered; undefined for one that is. */
function whyIgnored(mail: ParsedMail, { ownAddresses, authservId }: MailRules): string | undefined {
  const { spam, virus } = verdictsOf(mail, authservId);
  return virus ? 'virus' : spam ? 'spam' : isAutomatic(mail, ownAddresses);
}

const OWN_MESSAGE_ID = /^<(rep_[0-9a-f]{24})@/;

/** What a mail continues. Anybody can write any id into a mail: it counts only from the address that it was given to. */
async function continuedBy(
  mail: ParsedMail,
  from: Address,
  ports: { readonly replies: Pick<ReplyPort, 'find'>; readonly tickets: Pick<TicketPort, 'get'> },
): Promise<Place | undefined> {
  const { ticketId, messageIds } = threadOf(mail);
  const ticket = ticketId === undefined ? undefined : await ports.tickets.get(ticketId);
  if (ticket !== undefined && ticket.replyTo.value === from.value) {
    return { ticketId: ticket.id, conversationId: ticket.conversationId };
  }
  for (const id of messageIds) {
    const replyId = OWN_MESSAGE_ID.exec(id)?.[1];
    const reply = replyId === undefined ? undefined : await ports.replies.find(replyId);
    if (reply !== undefined && reply.to.value === from.value) {
      return { ticketId: reply.ticketId, conversationId: reply.conversationId };
    }
  }
  return undefined;
}

/** A mail as a message. */
async function mailMessage(
  mail: ParsedMail,
  rules: MailRules,
  delivery: { readonly receivedAt: Instant; readonly correlationId: string },
  ports: Parameters<typeof continuedBy>[2],
): Promise<InboundMessage> {
  const from = senderOf(mail, verdictsOf(mail, rules.authservId));
  return {
    id: `email#${mailIdOf(mail)}`,
    channel: 'email',
    from,
    customerName: mail.from.name,
    subject: mail.subject && cut(mail.subject, MAX_SUBJECT),
    text: cut(mail.text, MAX_TEXT),
    ticketId: newTicketId(),
    followUp: false,
    statedCategory: undefined,
    statedPriority: undefined,
    continues: await continuedBy(mail, from, ports),
    thread: { messageId: mail.messageId, references: mail.references },
    queued: false,
    ...delivery,
  };
}

export interface MailPorts extends IntakePorts {
  readonly replies: Pick<ReplyPort, 'find'>;
  readonly ticketStore: Pick<TicketPort, 'get'>;
}

export interface MailDelivery {
  readonly receivedAt: Instant;
  readonly correlationId: string;
  /** Where the mail itself lies: it must be found when its sender is erased. */
  readonly object?: StoredObject | undefined;
}

/** Takes a mail in, by whichever entrance it came. Returns why not, for one that is not answered. */
export async function takeInMail(
  mail: ParsedMail,
  rules: MailRules,
  { object, ...delivery }: MailDelivery,
  ports: MailPorts,
): Promise<string | undefined> {
  const ignored = whyIgnored(mail, rules);
  if (ignored !== undefined) {
    ports.log.info('a mail that is not answered', { reason: ignored });
    return ignored;
  }
  const message = await mailMessage(mail, rules, delivery, {
    replies: ports.replies,
    tickets: ports.ticketStore,
  });
  if (!(await takeInFromProvider(message, ports))) return 'rate_limited';
  if (object !== undefined) await ports.messages.noteObject(message.id, object, delivery.receivedAt);
  return undefined;
}
