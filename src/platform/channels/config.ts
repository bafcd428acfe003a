import * as z from 'zod/mini';
import {
  type Environment,
  isHttpUrl,
  oneOf,
  readVariable,
  type Variable,
} from '../../observability/config.ts';
import { ConfigError } from '../../observability/errors.ts';
import { readSecret, type Secret } from '../secrets.ts';
import { keyHashes, optionalAddress } from '../variables.ts';

const optionalText: Variable<string | undefined> = { schema: z.optional(z.string()), allowed: 'any text' };
const optionalUrl: Variable<string | undefined> = {
  schema: z.optional(z.string().check(z.refine(isHttpUrl))),
  allowed: 'an http(s) URL, or nothing',
};

/** What receives from Twilio. */
export interface TwilioWebhook {
  readonly authToken: Secret;
  /** The webhook's public URL, exactly as Twilio has it. */
  readonly url: string;
}
/** What receives from Meta. */
export interface MetaHook {
  readonly appSecret: Secret;
  readonly verifyToken: Secret;
  /** Without it, messages to every number of the account are taken. */
  readonly phoneNumberId: string | undefined;
}
export type WhatsAppSending =
  | {
      readonly provider: 'twilio';
      readonly accountSid: string;
      readonly authToken: Secret;
      readonly from: string;
      readonly statusUrl: string | undefined;
      readonly baseUrl: string | undefined;
    }
  | {
      readonly provider: 'meta';
      readonly accessToken: Secret;
      readonly phoneNumberId: string;
      readonly baseUrl: string | undefined;
    };

export interface MailConfig {
  /** Mails are sent from here, and what comes from here is our own. */
  readonly from: string;
}
/** What receives mail from another provider. */
export interface MailWebhook {
  /** SHA-256 of the bearer tokens that are accepted. */
  readonly tokenHashes: readonly string[];
  /** Whose Authentication-Results are believed; nobody's without it. */
  readonly authservId: string | undefined;
}

export interface ChannelConfig {
  readonly mail: MailConfig | undefined;
  readonly mailWebhook: MailWebhook | undefined;
  /** Undefined: the channel is off, and its route answers 404. */
  readonly twilio: TwilioWebhook | undefined;
  readonly meta: MetaHook | undefined;
  readonly whatsapp: WhatsAppSending | undefined;
}

function needed<T>(value: T | undefined, variable: string, why: string): T {
  if (value === undefined) throw new ConfigError(variable, undefined, why);
  return value;
}

/**
 * The channels beside the form. A webhook is open once its secret is set; FTE_WHATSAPP_PROVIDER says who sends.
 *
 * @throws {ConfigError} for the first variable that can't be used; no error repeats a secret.
 */
export function loadChannelConfig(env: Environment = process.env): ChannelConfig {
  const text = (name: string) => readVariable(env, name, optionalText);
  const authToken = readSecret(env, 'FTE_TWILIO_AUTH_TOKEN');
  const appSecret = readSecret(env, 'FTE_META_APP_SECRET');
  const verifyToken = readSecret(env, 'FTE_META_VERIFY_TOKEN');
  const accessToken = readSecret(env, 'FTE_META_ACCESS_TOKEN');
  const webhookUrl = readVariable(env, 'FTE_TWILIO_WEBHOOK_URL', optionalUrl);
  const phoneNumberId = text('FTE_META_PHONE_NUMBER_ID');
  const provider = readVariable(env, 'FTE_WHATSAPP_PROVIDER', oneOf(['none', 'twilio', 'meta'], 'none'));

  const url = 'the public URL that Twilio was given, since FTE_TWILIO_AUTH_TOKEN is set';
  const verify = 'the token that Meta was given, since FTE_META_APP_SECRET is set';
  const from = readVariable(env, 'FTE_MAIL_FROM', optionalAddress);
  const tokenHashes = readVariable(env, 'FTE_MAIL_TOKEN_HASHES', keyHashes);
  return {
    mail: from === undefined ? undefined : { from: from.toLowerCase() },
    mailWebhook:
      tokenHashes.length === 0 ? undefined : { tokenHashes, authservId: text('FTE_MAIL_AUTHSERV_ID') },
    twilio: authToken && { authToken, url: needed(webhookUrl, 'FTE_TWILIO_WEBHOOK_URL', url) },
    meta: appSecret && {
      appSecret,
      verifyToken: needed(verifyToken, 'FTE_META_VERIFY_TOKEN', verify),
      phoneNumberId,
    },
    whatsapp: sending(),
  };

  function sending(): WhatsAppSending | undefined {
    const why = `what ${provider} needs for sending`;
    if (provider === 'twilio') {
      return {
        provider,
        accountSid: needed(text('FTE_TWILIO_ACCOUNT_SID'), 'FTE_TWILIO_ACCOUNT_SID', why),
        authToken: needed(authToken, 'FTE_TWILIO_AUTH_TOKEN_PARAMETER', why),
        from: needed(text('FTE_TWILIO_FROM'), 'FTE_TWILIO_FROM', why),
        statusUrl: webhookUrl,
        baseUrl: readVariable(env, 'FTE_TWILIO_API_URL', optionalUrl),
      };
    }
    if (provider !== 'meta') return undefined;
    return {
      provider,
      accessToken: needed(accessToken, 'FTE_META_ACCESS_TOKEN_PARAMETER', why),
      phoneNumberId: needed(phoneNumberId, 'FTE_META_PHONE_NUMBER_ID', why),
      baseUrl: readVariable(env, 'FTE_META_API_URL', optionalUrl),
    };
  }
}
