import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Created, LOCAL_CREDENTIALS, resolveValue } from './resources.ts';
import type { StandIns } from './stand-ins.ts';

/** The key that local mode accepts for the operator's calls. */
export const LOCAL_OPERATOR_KEY = 'local-operator-key';
/** What the webhooks' senders know, on a laptop, where nothing needs to be kept from anybody. */
export const LOCAL_SECRETS = {
  FTE_TWILIO_AUTH_TOKEN: 'local-twilio-token',
  FTE_META_APP_SECRET: 'local-meta-secret',
  FTE_META_VERIFY_TOKEN: 'local-meta-verify',
} as const;
export const LOCAL_MAIL_TOKEN = 'local-mail-token';
/** The server whose Authentication-Results local mode believes. */
export const LOCAL_AUTHSERV_ID = 'mail.local';
export const LOCAL_MAIL_FROM = 'support@larkspur.example';

export interface Places {
  /** The API's own. */
  readonly url: string;
  readonly gatewayUrl: string;
  /** The project's root, absolute. */
  readonly root: string;
  /** The folder of what local mode writes, absolute. */
  readonly home: string;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** The functions' environment: that of `serverless.yml`, with the created resources and local places filled in. */
export function localEnvironment(
  environment: Readonly<Record<string, unknown>>,
  created: ReadonlyMap<string, Created>,
  { url, gatewayUrl, root, home }: Places,
): Record<string, string> {
  const resolved = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, resolveValue(value, created)]),
  );
  const unlessSet = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, resolved[name] || value]));
  // Secrets don't stand in serverless.yml: on AWS they are fetched at run time.
  const secrets = Object.entries({
    ...LOCAL_SECRETS,
    FTE_META_ACCESS_TOKEN: '',
    FTE_MODEL_API_KEY: '',
    FTE_NOTIFY_WEBHOOK_URL: '',
    FTE_GATEWAY_PASSWORD: '',
    FTE_GATEWAY_TOKEN: '',
  });
  return {
    ...resolved,
    ...unlessSet({
      FTE_OPERATOR_KEY_HASHES: hashOf(LOCAL_OPERATOR_KEY),
      FTE_TWILIO_WEBHOOK_URL: `${url}/webhooks/twilio`,
      FTE_MAIL_TOKEN_HASHES: hashOf(LOCAL_MAIL_TOKEN),
      FTE_MAIL_AUTHSERV_ID: LOCAL_AUTHSERV_ID,
      FTE_MAIL_FROM: LOCAL_MAIL_FROM,
      // On a laptop everything comes from one address.
      FTE_SOURCE_MESSAGES_PER_MINUTE: '0',
    }),
    ...Object.fromEntries(
      secrets.map(([name, value]) => [
        name,
        resolved[`${name}_PARAMETER`] ? '' : (process.env[name] ?? value),
      ]),
    ),
    PUSHGATEWAY_URL: gatewayUrl,
    // The stand-ins share the cores with everything that asks them.
    FTE_AWS_TIMEOUT_MS: process.env.FTE_AWS_TIMEOUT_MS ?? '8000',
    FTE_OUTBOX_FILE: join(home, 'outbox.jsonl'),
    FTE_LEDGER_DIR: join(home, 'ledger'),
    // There is no mail server here; the outbox has the team's news.
    FTE_NOTIFY_ADDRESS: '',
    FTE_KNOWLEDGE_DIR: join(root, 'src/fte/knowledge/articles'),
  };
}

/** What makes the AWS SDK talk to the stand-ins. */
export function awsEnvironment({
  dynamodbUrl,
  sqsUrl,
  cloudwatchUrl,
}: Pick<StandIns, 'dynamodbUrl' | 'sqsUrl' | 'cloudwatchUrl'>): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
    AWS_ENDPOINT_URL_SQS: sqsUrl,
    AWS_ENDPOINT_URL_S3: sqsUrl,
    AWS_ENDPOINT_URL_CLOUDWATCH: cloudwatchUrl,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: '',
  };
}
