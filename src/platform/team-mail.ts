import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { notifyFailed } from '../fte/errors.ts';
import type { TeamNotifier } from '../fte/ports.ts';
import { CORRELATION_HEADER } from '../observability/correlation.ts';
import { NOTIFY_TIMEOUT_MS } from './send-config.ts';

const client = new SESv2Client({
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: NOTIFY_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  },
});

/** Mails news to the team through SES. */
export function mailNotifier({ to, from }: { readonly to: string; readonly from: string }): TeamNotifier {
  return {
    async notify({ kind, ticketId, text, correlationId }) {
      const body = `${text}\n\nTicket: ${ticketId}\nCorrelation id: ${correlationId}\n`;
      try {
        await client.send(
          new SendEmailCommand({
            FromEmailAddress: from,
            Destination: { ToAddresses: [to] },
            Content: {
              Simple: {
                Subject: { Data: `[${kind}] ticket ${ticketId}` },
                Body: { Text: { Data: body } },
                Headers: [{ Name: CORRELATION_HEADER, Value: correlationId }],
              },
            },
          }),
        );
      } catch (cause) {
        throw notifyFailed(cause);
      }
    },
  };
}
