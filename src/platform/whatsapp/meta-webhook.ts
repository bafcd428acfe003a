import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import type { HttpRequest } from '../../observability/http.ts';
import { sameText } from './constant-time.ts';
import { badSignature, malformedWebhook, wrongVerifyToken } from './errors.ts';
import { type MetaMessage, type MetaStatus, readMetaMessages, readMetaStatuses } from './meta-payload.ts';

export interface MetaWebhook {
  /** Unordered, and any of them may have come before. */
  readonly messages: readonly MetaMessage[];
  readonly statuses: readonly MetaStatus[];
  /** Why parts of the webhook were passed over. */
  readonly ignored: readonly string[];
}

export interface MetaWebhookConfig {
  readonly appSecret: string;
  /** With it, what came for another phone number of the account is passed over. */
  readonly phoneNumberId?: string | undefined;
}

/**
 * Confirms the subscription: returns the challenge, to be answered as plain text.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
 *
 * @throws a 403 (`FTE_VERIFY_TOKEN`) unless the caller knows the token.
 */
export function confirmMetaWebhook(query: HttpRequest['query'], verifyToken: string): string {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
  const known = sameText(token ?? '', verifyToken) && verifyToken !== '';
  if (!known || mode !== 'subscribe' || challenge === undefined) throw wrongVerifyToken();
  return challenge;
}

/** Meta's signature of a body's bytes, as it stands in `X-Hub-Signature-256`. */
export function metaSignature(appSecret: string, rawBody: Buffer): string {
  return `sha256=${createHmac('sha256', appSecret).update(rawBody).digest('hex')}`;
}

/** Whether a body was signed with this app's secret; never true for an empty secret. */
export function isSignedByMeta(appSecret: string, rawBody: Buffer, signature: string | undefined): boolean {
  const same = sameText(signature ?? '', metaSignature(appSecret, rawBody));
  return same && appSecret !== '' && signature !== undefined;
}

const envelopeSchema = z.object({
  object: z.string(),
  entry: z.array(z.object({ changes: z.array(z.object({ field: z.string(), value: z.unknown() })) })),
});

const valueSchema = z.object({
  metadata: z.optional(z.object({ phone_number_id: z.optional(z.string()) })),
  contacts: z.optional(z.array(z.unknown())),
  messages: z.optional(z.array(z.unknown())),
  statuses: z.optional(z.array(z.unknown())),
});

function parseEnvelope(rawBody: Buffer) {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch (cause) {
    throw malformedWebhook('it is not JSON', cause);
  }
  const parsed = envelopeSchema.safeParse(body);
  if (!parsed.success) throw malformedWebhook('it has no entries with changes', parsed.error);
  return parsed.data;
}

/**
 * Reads a webhook of Meta. One holds many entries, and each of them messages, statuses or both; a part that can't
 * be read is passed over, so that it does not take the others with it.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
 *
 * @throws a 403 (`FTE_SIGNATURE`) unless Meta signed it, a 400 (`FTE_WEBHOOK_MALFORMED`).
 */
export function readMetaWebhook(
  { rawBody, headers }: Pick<HttpRequest, 'rawBody' | 'headers'>,
  { appSecret, phoneNumberId }: MetaWebhookConfig,
): MetaWebhook {
  if (!isSignedByMeta(appSecret, rawBody, headers['x-hub-signature-256'])) throw badSignature();
  const { object, entry } = parseEnvelope(rawBody);
  const messages: MetaMessage[] = [];
  const statuses: MetaStatus[] = [];
  const ignored: string[] = [];
  if (object !== 'whatsapp_business_account') ignored.push('it is not about WhatsApp');
  const changes = ignored.length > 0 ? [] : entry.flatMap((one) => one.changes);
  for (const { field, value } of changes) {
    const parsed = valueSchema.safeParse(value);
    if (field !== 'messages') ignored.push(`the field ${JSON.stringify(field.slice(0, 40))} is not messages`);
    else if (!parsed.success) ignored.push('a change whose value is not as documented');
    else if (phoneNumberId !== undefined && parsed.data.metadata?.phone_number_id !== phoneNumberId) {
      ignored.push('a change of another phone number');
    } else {
      messages.push(...readMetaMessages(parsed.data.messages ?? [], parsed.data.contacts ?? [], ignored));
      statuses.push(...readMetaStatuses(parsed.data.statuses ?? [], ignored));
    }
  }
  return { messages, statuses, ignored };
}
