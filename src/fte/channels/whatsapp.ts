import { splitForWhatsApp } from '../agent/format.ts';
import type { Instant } from '../entities.ts';
import { digest } from '../ids.ts';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../vocabulary.ts';

export const WHATSAPP_PROVIDERS = ['twilio', 'meta'] as const;
export type WhatsAppProviderName = (typeof WHATSAPP_PROVIDERS)[number];

/** Hands one WhatsApp message to whoever delivers it. */
export interface WhatsAppProvider {
  readonly name: WhatsAppProviderName;
  /**
   * Sends one message, once. `to` is an address as `normaliseAddress` gives it; `clientReference` comes back with
   * the delivery statuses.
   *
   * @throws {DeliveryRefused} when the provider surely did not take it; anything else means that nobody knows.
   */
  send(input: {
    readonly to: string;
    readonly text: string;
    readonly clientReference: string;
  }): Promise<{ readonly providerMessageId: string }>;
}

/** Milliseconds after a customer's message in which a business may write what it likes. */
export const REPLY_WINDOW_MS = 24 * 60 * 60 * 1000;

/**
 * Whether a free-form reply is still allowed. Outside the window WhatsApp refuses it.
 * https://www.twilio.com/docs/api/errors/63016
 */
export function mayReplyFreely(lastInboundAt: Instant | undefined, now: Instant): boolean {
  return lastInboundAt !== undefined && now - lastInboundAt < REPLY_WINDOW_MS;
}

/** In their order; `failed` is final. */

/**
 * What a delivery's status becomes, or undefined when it stays as it is. Statuses arrive late, twice and in any
 * order: whatever the order, the last status is the same.
 */
export function nextStatus(
  current: DeliveryStatus | undefined,
  incoming: DeliveryStatus,
): DeliveryStatus | undefined {
  if (current === undefined) return incoming;
  return DELIVERY_STATUSES.indexOf(incoming) > DELIVERY_STATUSES.indexOf(current) ? incoming : undefined;
}

const STATUS_WORDS: Readonly<Record<WhatsAppProviderName, ReadonlyMap<string, DeliveryStatus>>> = {
  twilio: new Map([
    ['accepted', 'queued'],
    ['scheduled', 'queued'],
    ['queued', 'queued'],
    ['sending', 'queued'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['undelivered', 'failed'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
  ]),
  meta: new Map([
    ['accepted', 'queued'],
    ['held_for_quality_assessment', 'queued'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['played', 'read'],
    ['failed', 'failed'],
  ]),
};

/**
 * A provider's word for a delivery, in ours; undefined for a word that says nothing about it.
 * https://www.twilio.com/docs/messaging/api/message-resource
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status/
 */
export function statusOf(provider: WhatsAppProviderName, word: string): DeliveryStatus | undefined {
  return STATUS_WORDS[provider].get(word.toLowerCase());
}

const withoutScheme = (text: string) => text.trim().replace(/^whatsapp:/i, '');

/**
 * A phone number in E.164 (`+16505551234`), or undefined when the text is none. Takes `whatsapp:` and the usual
 * separators away. Without `+`, the country code is taken to be there, as WhatsApp writes its numbers.
 */
export function normalisePhone(text: string): string | undefined {
  const bare = withoutScheme(text)
    .replace(/[\s().-]/g, '')
    .replace(/^00/, '+');
  const digits = /^\+?([1-9]\d{6,14})$/.exec(bare)?.[1];
  return digits === undefined ? undefined : `+${digits}`;
}

/**
 * Where a WhatsApp user is reached: the phone number, or the id under which a user is known to one business when
 * they hide their number (`US.13491208655302741918`).
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids/
 */
export function normaliseAddress(text: string): string | undefined {
  const bare = withoutScheme(text);
  return isUserId(bare) ? bare : normalisePhone(bare);
}

/** Whether an address is a user's id at this business, and no phone number. */
export function isUserId(address: string): boolean {
  return /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/.test(address);
}

/**
 * The id under which a message is stored: the same for every repetition of a provider's webhook. Hashed, since Meta writes
 * the sender's number into its own.
 */
export function messageId(provider: WhatsAppProviderName, providersId: string): string {
  return `whatsapp#${provider}#${digest(providersId)}`;
}

/** One message of a reply that WhatsApp can't take as a whole. */
export interface ReplyPart {
  readonly text: string;
  readonly clientReference: string;
}

/** A reply as the messages that WhatsApp takes, in their order. The same reply has the same parts every time. */
export function partsOf(reply: { readonly id: string; readonly text: string }): readonly ReplyPart[] {
  return splitForWhatsApp(reply.text).map((text, part) => ({ text, clientReference: `${reply.id}.${part}` }));
}

/** Which part of which reply a reference names, the parts counted from 0; undefined when it is not ours. */
export function readReference(
  reference: string,
): { readonly replyId: string; readonly part: number } | undefined {
  const [, replyId, part] = /^([A-Za-z0-9_-]{1,64})\.(\d{1,4})$/.exec(reference) ?? [];
  return replyId === undefined || part === undefined ? undefined : { replyId, part: Number(part) };
}
