import * as z from 'zod/mini';
import { statusOf, type WhatsAppProvider } from '../../fte/channels/whatsapp.ts';
import { deliveryInDoubt } from './errors.ts';
import { exchange, type RefusalCodes, refusalOf } from './exchange.ts';
import { statusCallbackUrl } from './twilio-webhook.ts';

export interface TwilioSenderConfig {
  readonly accountSid: string;
  readonly authToken: string;
  /** Our WhatsApp number, in E.164. */
  readonly from: string;
  /** Where Twilio reports statuses: the public URL of the webhook. Without it, it reports none. */
  readonly statusUrl?: string | undefined;
  /** Twilio's own, unless told otherwise. */
  readonly baseUrl?: string | undefined;
  readonly deadlineMs?: number | undefined;
}

export const TWILIO_BASE_URL = 'https://api.twilio.com';

/**
 * 63016: outside the window. 14107, 20429, 21611 and 63018 are rates and full queues.
 * https://www.twilio.com/docs/api/errors
 */
const CODES: RefusalCodes = {
  outsideWindow: new Set([63016]),
  passing: new Set([14107, 20429, 21611, 63018]),
};

const acceptedSchema = z.object({
  sid: z.string().check(z.minLength(1)),
  status: z.optional(z.nullable(z.string())),
  error_code: z.optional(z.nullable(z.number())),
});

const errorSchema = z.object({ code: z.number() });

/**
 * Sends through Twilio's Messages API.
 * https://www.twilio.com/docs/messaging/api/message-resource
 */
export function twilioSender(config: TwilioSenderConfig): WhatsAppProvider {
  const { accountSid, authToken, from, statusUrl, baseUrl = TWILIO_BASE_URL, deadlineMs } = config;
  const url = `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  return {
    name: 'twilio',
    async send({ to, text, clientReference }) {
      const form = new URLSearchParams({ To: `whatsapp:${to}`, From: `whatsapp:${from}`, Body: text });
      if (statusUrl !== undefined) form.set('StatusCallback', statusCallbackUrl(statusUrl, clientReference));
      const { status, body } = await exchange(url, headers, form.toString(), deadlineMs);
      if (status < 200 || status >= 300) {
        throw refusalOf(status, errorSchema.safeParse(body).data?.code, CODES);
      }
      const { data } = acceptedSchema.safeParse(body);
      if (data === undefined) throw deliveryInDoubt('its answer names no message');
      // Twilio made the message and gave it up in the same breath.
      if (statusOf('twilio', data.status ?? '') === 'failed') {
        throw refusalOf(status, data.error_code ?? undefined, CODES, true);
      }
      return { providerMessageId: data.sid };
    },
  };
}
