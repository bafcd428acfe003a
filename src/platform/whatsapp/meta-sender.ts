import * as z from 'zod/mini';
import { isUserId, type WhatsAppProvider } from '../../fte/channels/whatsapp.ts';
import { deliveryInDoubt } from './errors.ts';
import { exchange, type RefusalCodes, refusalOf } from './exchange.ts';

export interface MetaSenderConfig {
  readonly accessToken: string;
  readonly phoneNumberId: string;
  /** As `v26.0`. */
  readonly apiVersion?: string | undefined;
  /** Meta's own, unless told otherwise. */
  readonly baseUrl?: string | undefined;
  readonly deadlineMs?: number | undefined;
}

export const META_BASE_URL = 'https://graph.facebook.com';
export const META_API_VERSION = 'v26.0';

/**
 * 131047: outside the window. Passing: 0, 3, 10, 190 and 131005 are the token's and its permissions; 1, 2, 131016
 * and 131057 Meta's own trouble; 4, 80007, 130429 and 131056 rates.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
 */
const CODES: RefusalCodes = {
  outsideWindow: new Set([131047]),
  passing: new Set([0, 1, 2, 3, 4, 10, 190, 80007, 130429, 131005, 131016, 131056, 131057]),
};

const acceptedSchema = z.object({
  messages: z.array(z.object({ id: z.string().check(z.minLength(1)) })).check(z.minLength(1)),
});

const errorSchema = z.object({ error: z.object({ code: z.number() }) });

/**
 * Sends through Meta's Cloud API.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages
 */
export function metaSender(config: MetaSenderConfig): WhatsAppProvider {
  const { accessToken, phoneNumberId, deadlineMs } = config;
  const { apiVersion = META_API_VERSION, baseUrl = META_BASE_URL } = config;
  const url = `${baseUrl}/${apiVersion}/${encodeURIComponent(phoneNumberId)}/messages`;
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  return {
    name: 'meta',
    async send({ to, text, clientReference }) {
      const message = {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        ...(isUserId(to) ? { recipient: to } : { to }),
        type: 'text',
        text: { preview_url: false, body: text },
        biz_opaque_callback_data: clientReference,
      };
      const { status, body } = await exchange(url, headers, JSON.stringify(message), deadlineMs);
      if (status < 200 || status >= 300) {
        throw refusalOf(status, errorSchema.safeParse(body).data?.error.code, CODES);
      }
      const [accepted] = acceptedSchema.safeParse(body).data?.messages ?? [];
      if (accepted === undefined) throw deliveryInDoubt('its answer names no message');
      return { providerMessageId: accepted.id };
    },
  };
}
