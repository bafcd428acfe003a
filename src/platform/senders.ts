import { DeliveryRefused } from '../fte/errors.ts';
import type { ReplySender, TeamNotifier } from '../fte/ports.ts';
import type { Channel } from '../fte/vocabulary.ts';
import type { ChannelConfig } from './channels/config.ts';
import type { Config } from './config.ts';
import { mailReplySender } from './email/reply-sender.ts';
import { outboxNotifier, outboxSender, ticketPageSender } from './outbox.ts';
import { secretSource } from './secrets.ts';
import { mailNotifier } from './team-mail.ts';
import { webhookNotifier } from './webhook.ts';
import { whatsappReplySender } from './whatsapp/reply-sender.ts';

const off = (channel: Channel): ReplySender => ({
  async send() {
    throw new DeliveryRefused(`Nobody is configured who sends ${channel} replies.`, undefined, true);
  },
});

/** Who takes a reply to its customer, by its channel. On a laptop everything goes into the outbox. */
export function replySender({ outboxFile }: Config, { mail, whatsapp }: ChannelConfig): ReplySender {
  if (outboxFile !== undefined) return outboxSender(outboxFile);
  const senders: Readonly<Record<Channel, ReplySender>> = {
    web_form: ticketPageSender,
    email: mail === undefined ? off('email') : mailReplySender(mail),
    whatsapp: whatsapp === undefined ? off('whatsapp') : whatsappReplySender(whatsapp),
  };
  return { send: (reply, progress) => senders[reply.channel].send(reply, progress) };
}

/** Everything that tells the team: the webhook, the address, locally the outbox. With none, nobody hears, but the list of escalated tickets has it. */
export function teamNotifier({ notifyWebhook, notifyMail, outboxFile }: Config): TeamNotifier {
  const notifiers = [
    ...(outboxFile === undefined ? [] : [outboxNotifier(outboxFile)]),
    ...(notifyWebhook === undefined ? [] : [webhookNotifier(secretSource(notifyWebhook))]),
    ...(notifyMail === undefined ? [] : [mailNotifier(notifyMail)]),
  ];
  return {
    // One after the other: a retry after a failure tells the first again, which is better than telling nobody.
    async notify(news) {
      for (const notifier of notifiers) await notifier.notify(news);
    },
  };
}
