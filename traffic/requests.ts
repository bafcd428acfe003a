import { createHmac } from 'node:crypto';
import { LOCAL_AUTHSERV_ID, LOCAL_MAIL_FROM, LOCAL_MAIL_TOKEN, LOCAL_SECRETS } from '../local/environment.ts';
import type { DeliveryStatus } from '../src/fte/vocabulary.ts';
import { metaSignature } from '../src/platform/whatsapp/meta-webhook.ts';
import { type FormParameters, twilioSignature } from '../src/platform/whatsapp/twilio-signature.ts';
import { statusCallbackUrl } from '../src/platform/whatsapp/twilio-webhook.ts';
import type { Opening } from './openings.ts';
import type { Automatic, Road } from './plan.ts';

/** One request, ready to be sent as often as one likes. */
export interface Outgoing {
  readonly method: 'GET' | 'POST';
  /** As the service counts it. */
  readonly endpoint: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Somebody who writes. */
export interface Sender {
  readonly name: string;
  /** An e-mail address, or a number with its plus. */
  readonly address: string;
}

const NAMES = [
  'Ada Lovelace',
  'Grace Hopper',
  'Linus',
  'José Álvarez',
  'Mei Lin',
  'Zoë O’Neill',
  'Ravi K.',
] as const;

/** Nobody writes twice: neither in two conversations nor in two runs (`run` is the time of its start). */
export function senderOf(road: Road, conversation: number, run: number): Sender {
  const name = NAMES[conversation % NAMES.length] ?? 'Ada';
  const whatsapp = road === 'twilio' || road === 'meta';
  const number = `+1${String(run).slice(-9)}${String(conversation % 10_000).padStart(4, '0')}`;
  return { name, address: whatsapp ? number : `traffic-${run}-${conversation}@example.com` };
}

const JSON_TYPE = { 'content-type': 'application/json' };

export function form(sender: Sender, { subject, text }: Opening, key: string): Outgoing {
  const body = JSON.stringify({ name: sender.name, email: sender.address, subject, message: text });
  const headers = { ...JSON_TYPE, 'idempotency-key': key };
  return { method: 'POST', endpoint: '/support/submit', path: '/support/submit', headers, body };
}

export function formFollowUp(ticketId: string, message: string, key: string): Outgoing {
  const headers = { ...JSON_TYPE, 'idempotency-key': key };
  return {
    method: 'POST',
    endpoint: '/support/ticket/{id}/messages',
    path: `/support/ticket/${ticketId}/messages`,
    headers,
    body: JSON.stringify({ message }),
  };
}

export function rating(ticketId: string, score: number, comment: string | undefined): Outgoing {
  return {
    method: 'POST',
    endpoint: '/support/ticket/{id}/feedback',
    path: `/support/ticket/${ticketId}/feedback`,
    headers: JSON_TYPE,
    body: JSON.stringify({ rating: score, comment }),
  };
}

export function lookUp(ticketId: string): Outgoing {
  return {
    method: 'GET',
    endpoint: '/support/ticket/{id}',
    path: `/support/ticket/${ticketId}`,
    headers: {},
    body: undefined,
  };
}

const TWILIO_PATH = '/webhooks/twilio';

/** Twilio signs the URL that it was told to call; local mode's is the one with `localhost`. */
export function twilioWebhookUrl(serviceUrl: string): string {
  const url = new URL(TWILIO_PATH, serviceUrl);
  if (url.hostname === '127.0.0.1') url.hostname = 'localhost';
  return url.href;
}

export function twilioForm(
  sender: Sender,
  text: string,
  messageSid: string,
): Readonly<Record<string, string>> {
  return {
    SmsMessageSid: messageSid,
    NumMedia: '0',
    ProfileName: sender.name,
    MessageType: 'text',
    WaId: sender.address.slice(1),
    Body: text,
    To: 'whatsapp:+14155238886',
    From: `whatsapp:${sender.address}`,
    MessageSid: messageSid,
    AccountSid: `AC${'0'.repeat(32)}`,
    ApiVersion: '2010-04-01',
  };
}

/** `signature`: one of the caller's choice; `null`: none. */
export function twilio(
  url: string,
  fields: Readonly<Record<string, string>>,
  signature?: string | null,
): Outgoing {
  const parameters: FormParameters = new Map(Object.entries(fields).map(([name, value]) => [name, [value]]));
  const right = twilioSignature(LOCAL_SECRETS.FTE_TWILIO_AUTH_TOKEN, url, parameters);
  return {
    method: 'POST',
    endpoint: TWILIO_PATH,
    path: TWILIO_PATH,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      ...(signature === null ? {} : { 'x-twilio-signature': signature ?? right }),
    },
    body: new URLSearchParams(fields).toString(),
  };
}

/** The SID or wamid of a message, in the provider's own shape. */
export const sidOf = (id: string) => `SM${createHmac('sha256', 'sid').update(id).digest('hex').slice(0, 32)}`;
export const wamidOf = (id: string) => `wamid.${Buffer.from(id).toString('base64')}`;

const seconds = () => String(Math.floor(Date.now() / 1000));

function metaChange(value: Readonly<Record<string, unknown>>): string {
  const metadata = { display_phone_number: '15550000000', phone_number_id: '100000000000001' };
  const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '100000000000002', changes: [change] }],
  });
}

export function metaBody(sender: Sender, text: string, wamid: string): string {
  const from = sender.address.slice(1);
  return metaChange({
    contacts: [{ profile: { name: sender.name }, wa_id: from }],
    messages: [{ from, id: wamid, timestamp: seconds(), type: 'text', text: { body: text } }],
  });
}

/** A provider's word on the first part of a reply. */
export function statusNews(
  road: 'twilio' | 'meta',
  replyId: string,
  status: DeliveryStatus,
  to: Sender,
  twilioUrl: string,
): Outgoing {
  const reference = `${replyId}.0`;
  if (road === 'twilio') {
    const fields = {
      MessageSid: sidOf(replyId),
      MessageStatus: status,
      To: `whatsapp:${to.address}`,
      From: 'whatsapp:+14155238886',
      ...(status === 'failed' ? { ErrorCode: '63024' } : {}),
    };
    const { search } = new URL(statusCallbackUrl(twilioUrl, reference));
    const signed = twilio(statusCallbackUrl(twilioUrl, reference), fields);
    return { ...signed, path: `${TWILIO_PATH}${search}` };
  }
  const waId = to.address.slice(1);
  const errors = status === 'failed' ? [{ code: 131026, title: 'Message undeliverable' }] : undefined;
  const one = { id: wamidOf(replyId), status, timestamp: seconds(), recipient_id: waId, errors };
  return meta(metaChange({ statuses: [{ ...one, biz_opaque_callback_data: reference }] }));
}

export function meta(body: string, secret: string = LOCAL_SECRETS.FTE_META_APP_SECRET): Outgoing {
  return {
    method: 'POST',
    endpoint: '/webhooks/meta',
    path: '/webhooks/meta',
    headers: { ...JSON_TYPE, 'x-hub-signature-256': metaSignature(secret, Buffer.from(body)) },
    body,
  };
}

/** A header's text: what is not ASCII as RFC 2047 has it. */
function encoded(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}

export interface Mail {
  readonly sender: Sender;
  readonly subject: string;
  readonly text: string;
  readonly id: string;
  /** The ticket that it answers. */
  readonly ticketId?: string | undefined;
  readonly headers?: readonly string[];
}

export function mime({ sender, subject, text, id, ticketId, headers = [] }: Mail): string {
  const [local, domain] = LOCAL_MAIL_FROM.split('@');
  return [
    `Authentication-Results: ${LOCAL_AUTHSERV_ID}; dmarc=pass header.from=example.com`,
    `From: ${encoded(sender.name)} <${sender.address}>`,
    `To: ${ticketId === undefined ? LOCAL_MAIL_FROM : `${local}+${ticketId}@${domain}`}`,
    `Subject: ${encoded(ticketId === undefined ? subject : `Re: ${subject}`)}`,
    `Message-ID: <${id}@example.com>`,
    `Date: ${new Date().toUTCString()}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    ...headers,
    '',
    text.replaceAll('\n', '\r\n'),
  ].join('\r\n');
}

/** `token`: one of the caller's choice; `null`: none. */
export function mail(
  body: string,
  token: string | null = LOCAL_MAIL_TOKEN,
  type = 'message/rfc822',
): Outgoing {
  return {
    method: 'POST',
    endpoint: '/webhooks/email',
    path: '/webhooks/email',
    headers: { 'content-type': type, ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body,
  };
}

/** What makes a mail one that a machine has written. */
export const AUTOMATIC_HEADERS: Readonly<Record<Automatic, readonly string[]>> = {
  out_of_office: ['Auto-Submitted: auto-replied'],
  newsletter: ['List-Id: <news.example.com>', 'Precedence: bulk'],
  bounce: ['Return-Path: <>'],
};
