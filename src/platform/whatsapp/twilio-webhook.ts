import { normaliseAddress, statusOf } from '../../fte/channels/whatsapp.ts';
import type { DeliveryStatus } from '../../fte/vocabulary.ts';
import type { HttpRequest } from '../../observability/http.ts';
import { badSignature, malformedWebhook } from './errors.ts';
import { type FormParameters, isSignedByTwilio, readForm } from './twilio-signature.ts';

/** What a webhook answers when there is nothing to say at once: an empty TwiML document. */
export const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
export const TWIML_TYPE = 'text/xml; charset=utf-8';

export interface TwilioMessage {
  readonly kind: 'message';
  /** The message's `MessageSid`, the same when Twilio repeats the webhook. */
  readonly id: string;
  /** E.164, or the user's id at this business where they hide their number. */
  readonly from: string;
  readonly to: string;
  readonly profileName: string | undefined;
  /** As it was typed; empty when there is only media, or a place. */
  readonly text: string;
  readonly hasMedia: boolean;
}

export interface TwilioStatus {
  readonly kind: 'status';
  readonly messageSid: string;
  readonly status: DeliveryStatus;
  /** Twilio's own, as 63016; of failures only. */
  readonly errorCode: number | undefined;
  /** The reference that the message was sent with. */
  readonly clientReference: string | undefined;
}

/** A genuine webhook that asks for nothing. */
export interface TwilioIgnored {
  readonly kind: 'ignored';
  readonly reason: string;
}

export type TwilioEvent = TwilioMessage | TwilioStatus | TwilioIgnored;

export interface TwilioWebhookConfig {
  readonly authToken: string;
  /** The webhook's public URL exactly as Twilio has it, with its query. */
  readonly url: string;
}

const REFERENCE = /^[A-Za-z0-9_.-]{1,128}$/;

/** The URL to which Twilio reports a message's statuses, which tells of which message they are. */
export function statusCallbackUrl(url: string, clientReference: string): string {
  if (!REFERENCE.test(clientReference)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}reference=${clientReference}`;
}

function optional(parameters: FormParameters, name: string): string | undefined {
  const values = new Set(parameters.get(name));
  // The signature covers the values and not their order: nobody could say which of them was meant.
  if (values.size > 1) throw malformedWebhook(`${name} has several values`);
  const [value] = values;
  return value;
}

function sid(parameters: FormParameters): string {
  const value = optional(parameters, 'MessageSid') ?? '';
  if (!/^[A-Z]{2}[0-9a-f]{32}$/i.test(value)) throw malformedWebhook('MessageSid is missing or no SID');
  return value;
}

function address(parameters: FormParameters, name: 'From' | 'To'): string {
  const value = normaliseAddress(optional(parameters, name) ?? '');
  if (value === undefined) throw malformedWebhook(`${name} is missing or no WhatsApp address`);
  return value;
}

function count(parameters: FormParameters, name: string): number {
  const value = optional(parameters, name) ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) : 0;
}

/** A word of the sender's, as it may stand in a reason that is logged. */
const short = (word: string) => JSON.stringify(word.slice(0, 40));

function readStatus(
  parameters: FormParameters,
  word: string,
  clientReference: string | undefined,
): TwilioEvent {
  const status = statusOf('twilio', word);
  if (status === undefined) return { kind: 'ignored', reason: `the status ${short(word)} tells nothing` };
  const errorCode = count(parameters, 'ErrorCode');
  return {
    kind: 'status',
    messageSid: sid(parameters),
    status,
    errorCode: errorCode === 0 ? undefined : errorCode,
    clientReference,
  };
}

function readMessage(parameters: FormParameters): TwilioEvent {
  const from = optional(parameters, 'From');
  if (from === undefined) return { kind: 'ignored', reason: 'it is neither a message nor a status' };
  if (!/^whatsapp:/i.test(from)) return { kind: 'ignored', reason: 'it does not come from WhatsApp' };
  return {
    kind: 'message',
    id: sid(parameters),
    from: address(parameters, 'From'),
    to: address(parameters, 'To'),
    profileName: optional(parameters, 'ProfileName') || undefined,
    text: optional(parameters, 'Body') ?? '',
    hasMedia: count(parameters, 'NumMedia') > 0,
  };
}

/**
 * Reads a webhook of Twilio: a customer's message, or a status of one of ours.
 * https://www.twilio.com/docs/messaging/guides/webhook-request
 * https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
 *
 * @throws a 403 (`FTE_SIGNATURE`) unless Twilio signed it, a 400 (`FTE_WEBHOOK_MALFORMED`).
 */
export function readTwilioWebhook(
  { rawBody, headers, query }: Pick<HttpRequest, 'rawBody' | 'headers' | 'query'>,
  { authToken, url }: TwilioWebhookConfig,
): TwilioEvent {
  const parameters = readForm(rawBody);
  const { reference } = query;
  const signedUrl = reference === undefined ? url : statusCallbackUrl(url, reference);
  if (!isSignedByTwilio({ authToken, url: signedUrl }, parameters, headers['x-twilio-signature'])) {
    throw badSignature();
  }
  const word = optional(parameters, 'MessageStatus');
  return word === undefined || word === 'received'
    ? readMessage(parameters)
    : readStatus(parameters, word, signedUrl === url ? undefined : reference);
}
