import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import {
  type MessageHeader,
  SESv2Client,
  type SESv2ClientConfig,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { messageIdFor, REPLY_ID_HEADER } from '../../fte/channels/email.ts';
import { DeliveryRefused } from '../../fte/errors.ts';
import { CORRELATION_HEADER } from '../../observability/correlation.ts';
import { SEND_TIMEOUT_MS } from '../send-config.ts';
import { sendUnknown } from './errors.ts';
import { asciiLine, idList, isMailbox, isTagValue, messageIdHeader, oneLine } from './header-values.ts';

export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The Message-ID of the mail that is answered. */
  readonly inReplyTo: string | undefined;
  /** The ids of the mails before, oldest first. */
  readonly references: readonly string[];
  /** Ours, from `messageIdFor`; made of the reply's id where it is not given. */
  readonly messageId?: string | undefined;
  readonly replyId: string;
  readonly correlationId: string;
  /** Where an answer shall go instead of to the sender. */
  readonly replyTo?: string | undefined;
  /** False for what a person wrote; RFC 3834 asks for the mark on everything else. True unless given. */
  readonly automatic?: boolean;
}

export interface SentMail {
  /** What SES calls the mail; undefined if it took it without a word. */
  readonly providerMessageId: string | undefined;
  /** The Message-ID under which the customer gets it, and which an answer names. */
  readonly messageId: string | undefined;
}

export interface MailSender {
  /**
   * Resolves once SES has taken the mail.
   *
   * @throws {DeliveryRefused} when it surely has not; anything else means that nobody knows.
   */
  send(mail: OutgoingMail): Promise<SentMail>;
}

const CONNECT_MS = 1_000;

type ClientChoices = Pick<SESv2ClientConfig, 'endpoint' | 'region' | 'credentials'>;

/**
 * A client that asks once: to repeat a send is to send a second mail. Connections are not kept either: one that died
 * while the function was frozen fails only after the request is written, and then nobody knows what became of it.
 */
export function sesClient(choices: ClientChoices = {}): SESv2Client {
  return new SESv2Client({
    ...choices,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      httpAgent: new HttpAgent({ keepAlive: false }),
      httpsAgent: new HttpsAgent({ keepAlive: false }),
    },
  });
}

interface MaybeServiceError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly errors?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Whether there was no connection that the mail could have gone through. */
function neverConnected({ name, message, syscall, errors }: MaybeServiceError): boolean {
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  if (name === 'TimeoutError' && String(message).includes('did not establish a connection')) return true;
  return Array.isArray(errors) && errors.length > 0 && errors.every((one) => neverConnected(one ?? {}));
}

/**
 * What a failed send means. An answer of 4xx is a refusal (rejected content, an unverified domain, a paused account,
 * throttling); 408, 5xx, a deadline or a broken connection leave open whether the mail is on its way.
 *
 * @param handedOver whether the request was ready and given to the network; before that, nothing can have left.
 */
export function sendFailed(error: unknown, handedOver: boolean): Error {
  const known = (typeof error === 'object' && error !== null ? error : {}) as MaybeServiceError;
  const status = known.$metadata?.httpStatusCode ?? 0;
  const refused = status >= 400 && status < 500 && status !== 408;
  if (!handedOver || refused || neverConnected(known)) {
    return new DeliveryRefused('The mail provider refused the reply.', error);
  }
  return sendUnknown(known.name === 'TimeoutError' || known.name === 'AbortError', error);
}

/** https://docs.aws.amazon.com/ses/latest/dg/header-fields.html: SES writes its own Message-ID over any other. */
function messageIdOf(providerId: string | undefined, region: string): string | undefined {
  if (providerId === undefined) return undefined;
  return `<${providerId}@${region === 'us-east-1' ? 'email' : region}.amazonses.com>`;
}

function headersOf(mail: OutgoingMail, ownId: string): MessageHeader[] {
  const { inReplyTo, references, replyId, correlationId, automatic = true } = mail;
  const answered = messageIdHeader(inReplyTo);
  // Since SES replaces the Message-ID, ours rides along as the last reference: mail programs copy it into answers.
  const chain = idList([...references, inReplyTo ?? '', ownId]);
  return [
    ...(answered === undefined ? [] : [{ Name: 'In-Reply-To', Value: answered }]),
    ...(chain === '' ? [] : [{ Name: 'References', Value: chain }]),
    ...(automatic
      ? [
          { Name: 'Auto-Submitted', Value: 'auto-replied' },
          { Name: 'X-Auto-Response-Suppress', Value: 'OOF, AutoReply' },
        ]
      : []),
    { Name: REPLY_ID_HEADER, Value: asciiLine(replyId) },
    { Name: CORRELATION_HEADER, Value: asciiLine(correlationId) },
  ];
}

/**
 * Sends mail through SES v2, as plain text. The content is `Simple`: SES encodes subject and body itself, so that a
 * customer's words can't become headers; what goes into headers of ours is cut to what may stand there.
 *
 * @param options `from`: a verified address. `domain`: of our Message-IDs. `configurationSet`: where SES reports events,
 *   which carry the tag `reply_id`. `deadlineMs`: the longest a send may take.
 */
export function sesSender(
  options: {
    readonly from: string;
    readonly domain: string;
    readonly configurationSet?: string | undefined;
    readonly deadlineMs?: number;
  },
  client: SESv2Client = sesClient(),
): MailSender {
  const { from, domain, configurationSet, deadlineMs = SEND_TIMEOUT_MS } = options;
  return {
    async send(mail) {
      if (!isMailbox(mail.to)) throw new DeliveryRefused('The reply has no address that a mail can go to.');
      const replyTo = mail.replyTo !== undefined && isMailbox(mail.replyTo) ? [mail.replyTo] : [];
      const tags = { reply_id: mail.replyId, correlation_id: mail.correlationId };
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [mail.to] },
        ...(replyTo.length === 0 ? {} : { ReplyToAddresses: replyTo }),
        ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
        EmailTags: Object.entries(tags)
          .filter(([, value]) => isTagValue(value))
          .map(([Name, Value]) => ({ Name, Value })),
        Content: {
          Simple: {
            Subject: { Data: oneLine(mail.subject), Charset: 'UTF-8' },
            Body: { Text: { Data: mail.text.toWellFormed(), Charset: 'UTF-8' } },
            Headers: headersOf(mail, mail.messageId ?? messageIdFor(mail.replyId, domain)),
          },
        },
      });
      let handedOver = false;
      // The last step before the network: credentials, serialising and signing come before it.
      command.middlewareStack.add(
        (next) => (request) => {
          handedOver = true;
          return next(request);
        },
        { step: 'finalizeRequest', priority: 'low', name: 'noteHandOver' },
      );
      try {
        const region = await client.config.region();
        const { MessageId } = await client.send(command, { abortSignal: AbortSignal.timeout(deadlineMs) });
        return { providerMessageId: MessageId, messageId: messageIdOf(MessageId, region) };
      } catch (error) {
        throw sendFailed(error, handedOver);
      }
    },
  };
}
