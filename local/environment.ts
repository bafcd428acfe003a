import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Created, LOCAL_CREDENTIALS, resolveValue } from './resources.ts';
import type { StandIns } from './stand-ins.ts';

/** The key that local mode accepts for the operator's calls. */
export const LOCAL_OPERATOR_KEY = 'local-operator-key';

export interface Places {
  readonly gatewayUrl: string;
  /** The project's root, absolute. */
  readonly root: string;
  /** The folder of what local mode writes, absolute. */
  readonly home: string;
}

/** The functions' environment: that of `serverless.yml`, with the created resources and local places filled in. */
export function localEnvironment(
  environment: Readonly<Record<string, unknown>>,
  created: ReadonlyMap<string, Created>,
  { gatewayUrl, root, home }: Places,
): Record<string, string> {
  const resolved = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, resolveValue(value, created)]),
  );
  return {
    ...resolved,
    PUSHGATEWAY_URL: gatewayUrl,
    FTE_OUTBOX_FILE: join(home, 'outbox.jsonl'),
    // There is no mail server here; the outbox has the team's news.
    FTE_NOTIFY_ADDRESS: '',
    // On AWS it is fetched at run time; serverless.yml must not know it.
    FTE_MODEL_API_KEY: process.env.FTE_MODEL_API_KEY ?? '',
    FTE_KNOWLEDGE_DIR: join(root, 'src/fte/knowledge/articles'),
    FTE_OPERATOR_KEY_HASHES:
      resolved.FTE_OPERATOR_KEY_HASHES || createHash('sha256').update(LOCAL_OPERATOR_KEY).digest('hex'),
  };
}

/** What makes the AWS SDK talk to the stand-ins. */
export function awsEnvironment({
  dynamodbUrl,
  sqsUrl,
}: Pick<StandIns, 'dynamodbUrl' | 'sqsUrl'>): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
    AWS_ENDPOINT_URL_SQS: sqsUrl,
    AWS_ENDPOINT_URL_S3: sqsUrl,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: '',
  };
}
