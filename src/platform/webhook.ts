import { notifyFailed } from '../fte/errors.ts';
import type { TeamNotifier } from '../fte/ports.ts';
import { isHttpUrl } from '../observability/config.ts';
import { CORRELATION_HEADER } from '../observability/correlation.ts';
import type { SecretSource } from './secrets.ts';
import { NOTIFY_TIMEOUT_MS } from './send-config.ts';

/** Answers of an address that was replaced, as when a leaked one is revoked. */
const GONE = [401, 403, 404, 410];

/** Posts news to the team's webhook (Slack and its like read `text`), whose URL `address` holds. */
export function webhookNotifier(address: SecretSource): TeamNotifier {
  return {
    async notify({ kind, ticketId, text, correlationId }) {
      const url = await address.get();
      if (!isHttpUrl(url)) {
        address.forget();
        throw notifyFailed('the webhook is no http(s) URL');
      }
      let response: Response;
      try {
        response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', [CORRELATION_HEADER]: correlationId },
          body: JSON.stringify({
            text: `[${kind}] ticket ${ticketId}: ${text}`,
            kind,
            ticket_id: ticketId,
            correlation_id: correlationId,
          }),
          signal: AbortSignal.timeout(NOTIFY_TIMEOUT_MS),
          redirect: 'error',
        });
      } catch (cause) {
        throw notifyFailed(cause);
      }
      if (GONE.includes(response.status)) address.forget();
      if (!response.ok) throw notifyFailed(`HTTP ${response.status}`);
    },
  };
}
