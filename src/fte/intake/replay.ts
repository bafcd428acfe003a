import type { Instant } from '../entities.ts';

const HOUR_MS = 3_600_000;
/**
 * A provider repeats what was not taken for up to seven days, and a message is recognised as a repetition for 90. What
 * claims to be older than this is neither: somebody has kept a signed webhook.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview/
 */
export const OLDEST_MS = 8 * 24 * HOUR_MS;
/** How far a provider's clock may be ahead of ours. */
export const AHEAD_MS = HOUR_MS;

/** Whether a message's own time, which its signature covers, is outside of the replay window. */
export function isStale(toldAt: Instant, now: Instant): boolean {
  return toldAt < now - OLDEST_MS || toldAt > now + AHEAD_MS;
}
