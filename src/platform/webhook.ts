import { notifyFailed } from '../fte/errors.ts';
import type { TeamNotifier } from '../fte/ports.ts';
import { CORRELATION_HEADER } from '../observability/correlation.ts';

const DEADLINE_MS = 5_000;

/** Posts news to the team's webhook (Slack and its like read `text`). */
export function webhookNotifier(url: string): TeamNotifier {
  return {
    async notify({ kind, ticketId, text, correlationId }) {
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
          signal: AbortSignal.timeout(DEADLINE_MS),
          redirect: 'error',
        });
      } catch (cause) {
        throw notifyFailed(cause);
      }
      if (!response.ok) throw notifyFailed(`HTTP ${response.status}`);
    },
  };
}
