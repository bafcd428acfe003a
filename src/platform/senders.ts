import type { ReplySender, TeamNotifier } from '../fte/ports.ts';
import type { Config } from './config.ts';
import { outboxNotifier, outboxSender, ticketPageSender } from './outbox.ts';
import { mailNotifier } from './team-mail.ts';
import { webhookNotifier } from './webhook.ts';

/** Who takes a reply to its customer, as the configuration says. */
export function replySender({ outboxFile }: Config): ReplySender {
  return outboxFile === undefined ? ticketPageSender : outboxSender(outboxFile);
}

/** Everything that tells the team: the webhook, the address, locally the outbox. With none, nobody hears, but the list of escalated tickets has it. */
export function teamNotifier({ notifyWebhookUrl, notifyMail, outboxFile }: Config): TeamNotifier {
  const notifiers = [
    ...(outboxFile === undefined ? [] : [outboxNotifier(outboxFile)]),
    ...(notifyWebhookUrl === undefined ? [] : [webhookNotifier(notifyWebhookUrl)]),
    ...(notifyMail === undefined ? [] : [mailNotifier(notifyMail)]),
  ];
  return {
    // One after the other: a retry after a failure tells the first again, which is better than telling nobody.
    async notify(news) {
      for (const notifier of notifiers) await notifier.notify(news);
    },
  };
}
