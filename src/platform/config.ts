import * as z from 'zod/mini';
import {
  type Environment,
  isHttpUrl,
  readVariable,
  type Variable,
  wholeNumber,
} from '../observability/config.ts';
import { ConfigError } from '../observability/errors.ts';
import type { LedgerPlace } from './ledger.ts';
import { readSecret, SET, type Secret } from './secrets.ts';
import { keyHashes, optionalAddress } from './variables.ts';

const required: Variable<string> = { schema: z.string(), allowed: 'the name that the deployment gives it' };
const url: Variable<string> = { schema: z.string().check(z.refine(isHttpUrl)), allowed: 'an http(s) URL' };
const optionalPath: Variable<string | undefined> = { schema: z.optional(z.string()), allowed: 'a path' };
const optionalText: Variable<string | undefined> = { schema: z.optional(z.string()), allowed: 'a bucket' };

function ledgerPlace(folder: string | undefined, bucket: string | undefined): LedgerPlace {
  if (folder !== undefined) return { folder };
  if (bucket !== undefined) return { bucket };
  throw new ConfigError(
    'FTE_LEDGER_BUCKET',
    undefined,
    'the bucket of the ledger, unless FTE_LEDGER_DIR names a folder',
  );
}

/** Whoever knows the address of such a webhook can post there: it is kept as keys are. */
function notifyWebhook(env: Environment): Secret | undefined {
  const secret = readSecret(env, 'FTE_NOTIFY_WEBHOOK_URL');
  if (secret?.from === 'environment' && !isHttpUrl(secret.reveal()))
    throw new ConfigError('FTE_NOTIFY_WEBHOOK_URL', SET, 'an http(s) URL, or nothing');
  return secret;
}

export interface Config {
  /** `local` on a laptop. */
  readonly stage: string;
  readonly table: string;
  readonly queues: {
    readonly incoming: string;
    readonly outbound: string;
    readonly escalations: string;
    readonly dlq: readonly string[];
  };
  /** Where Lambda, and its function itself, put the events of mails that were not taken in; one of `queues.dlq`. */
  readonly mailDlq: string;
  /** Where the fleet's memory is kept. */
  readonly ledger: LedgerPlace;
  /** Where the knowledge base's articles lie. */
  readonly knowledgeDir: string;
  /** With it, replies and news to the team are appended to this file instead of being sent. */
  readonly outboxFile: string | undefined;
  /** Where news to the team is posted: a URL. */
  readonly notifyWebhook: Secret | undefined;
  /** Where news to the team is mailed, and the sender of that mail. */
  readonly notifyMail: { readonly to: string; readonly from: string } | undefined;
  /** How many messages one network may send to the form within a minute; 0: any number. */
  readonly sourceMessagesPerMinute: number;
  /** SHA-256 of the API keys that the operator's calls accept. */
  readonly operatorKeyHashes: readonly string[];
}

/**
 * The employee's configuration, read from the environment that `serverless.yml` gives.
 *
 * @throws {ConfigError} for the first variable that can't be used.
 */
export function loadConfig(env: Environment = process.env): Config {
  const read = <T>(name: string, variable: Variable<T>) => readVariable(env, name, variable);
  const to = read('FTE_NOTIFY_ADDRESS', optionalAddress);
  const from = read('FTE_MAIL_FROM', optionalAddress);
  if (to !== undefined && from === undefined) {
    throw new ConfigError(
      'FTE_MAIL_FROM',
      undefined,
      'the e-mail address that FTE_NOTIFY_ADDRESS is written from',
    );
  }
  return {
    stage: read('FTE_STAGE', required),
    table: read('FTE_TABLE', required),
    queues: {
      incoming: read('FTE_INCOMING_QUEUE_URL', url),
      outbound: read('FTE_OUTBOUND_QUEUE_URL', url),
      escalations: read('FTE_ESCALATIONS_QUEUE_URL', url),
      dlq: ['INCOMING', 'OUTBOUND', 'ESCALATIONS', 'MAIL'].map((name) => read(`FTE_${name}_DLQ_URL`, url)),
    },
    mailDlq: read('FTE_MAIL_DLQ_URL', url),
    ledger: ledgerPlace(read('FTE_LEDGER_DIR', optionalPath), read('FTE_LEDGER_BUCKET', optionalText)),
    knowledgeDir: read('FTE_KNOWLEDGE_DIR', optionalPath) ?? 'src/fte/knowledge/articles',
    outboxFile: read('FTE_OUTBOX_FILE', optionalPath),
    notifyMail: to === undefined || from === undefined ? undefined : { to, from },
    notifyWebhook: notifyWebhook(env),
    sourceMessagesPerMinute: read('FTE_SOURCE_MESSAGES_PER_MINUTE', wholeNumber(0, 100_000, 60)),
    operatorKeyHashes: read('FTE_OPERATOR_KEY_HASHES', keyHashes),
  };
}
