import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { StandIns } from './stand-ins.ts';

/** A CloudFormation resource, as `serverless.yml` has it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export type Resources = Readonly<Record<string, Resource>>;

/** What CloudFormation would know of a created resource: `Ref` gives the one, `Fn::GetAtt … Arn` the other. */
export interface Created {
  readonly ref: string;
  readonly arn: string;
}

const ACCOUNT = '000000000000';
/** Any keys do; the SDK only wants some to sign with. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** What a resource is called on a laptop. */
export const kebab = (name: string) => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

async function createTable(
  name: string,
  properties: Readonly<Record<string, unknown>>,
  client: DynamoDBClient,
) {
  // The stand-in removes nothing by itself and has no call for it.
  const {
    TimeToLiveSpecification: _,
    PointInTimeRecoverySpecification: __,
    SSESpecification: ___,
    ...rest
  } = properties;
  try {
    await client.send(
      new CreateTableCommand({ TableName: name, ...rest } as unknown as CreateTableCommandInput),
    );
  } catch (error) {
    // Kept from an earlier start.
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}

function queueAttributes(
  properties: Readonly<Record<string, unknown>>,
  arnOf: (logicalId: string) => string,
  visibilitySeconds: number,
): Record<string, string> {
  const { FifoQueue, MessageRetentionPeriod, RedrivePolicy } = properties;
  const redrive = RedrivePolicy as { deadLetterTargetArn: unknown; maxReceiveCount: number } | undefined;
  return {
    ...(FifoQueue === true ? { FifoQueue: 'true' } : {}),
    ...(MessageRetentionPeriod === undefined
      ? {}
      : { MessageRetentionPeriod: String(MessageRetentionPeriod) }),
    VisibilityTimeout: String(visibilitySeconds),
    ...(redrive === undefined
      ? {}
      : {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: arnOf(logicalIdOf(redrive.deadLetterTargetArn)),
            maxReceiveCount: String(redrive.maxReceiveCount),
          }),
        }),
  };
}

/** The resource that `Ref` or `Fn::GetAtt` names. Throws for any other value. */
export function logicalIdOf(value: unknown): string {
  const { Ref, 'Fn::GetAtt': getAtt } = (value ?? {}) as {
    Ref?: string;
    'Fn::GetAtt'?: readonly string[] | string;
  };
  const id = Ref ?? (typeof getAtt === 'string' ? getAtt.split('.')[0] : getAtt?.[0]);
  if (id === undefined) throw new Error(`serverless.yml: local mode can't resolve ${JSON.stringify(value)}`);
  return id;
}

/** Creates the tables, buckets and queues of `serverless.yml`. A queue's messages come back after `visibilitySeconds`. */
export async function createResources(
  resources: Resources,
  standIns: Pick<StandIns, 'dynamodbUrl' | 'sqsUrl'>,
  region: string,
  visibilitySeconds: number,
): Promise<ReadonlyMap<string, Created>> {
  const common = { region, credentials: LOCAL_CREDENTIALS };
  const dynamodb = new DynamoDBClient({ ...common, endpoint: standIns.dynamodbUrl });
  const sqs = new SQSClient({ ...common, endpoint: standIns.sqsUrl });
  const s3 = new S3Client({ ...common, endpoint: standIns.sqsUrl, forcePathStyle: true });
  const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);

  const created = new Map<string, Created>();
  for (const [id, { Properties = {} }] of ofType('AWS::DynamoDB::Table')) {
    const name = kebab(id);
    await createTable(name, Properties, dynamodb);
    created.set(id, { ref: name, arn: `arn:aws:dynamodb:${region}:${ACCOUNT}:table/${name}` });
  }
  for (const [id] of ofType('AWS::S3::Bucket')) {
    const Bucket = kebab(id);
    await s3.send(new CreateBucketCommand({ Bucket }));
    created.set(id, { ref: Bucket, arn: `arn:aws:s3:::${Bucket}` });
  }
  const queues = ofType('AWS::SQS::Queue');
  for (const [id, { Properties = {} }] of queues) {
    const name = `${kebab(id)}${Properties.FifoQueue === true ? '.fifo' : ''}`;
    created.set(id, {
      ref: `${standIns.sqsUrl}/${ACCOUNT}/${name}`,
      arn: `arn:aws:sqs:${region}:${ACCOUNT}:${name}`,
    });
  }
  const arnOf = (id: string) => created.get(id)?.arn ?? '';
  // Dead-letter queues have no redrive policy and come first: a policy names a queue that exists.
  const deadLettersFirst = queues.toSorted(
    ([, a], [, b]) =>
      Number('RedrivePolicy' in (a.Properties ?? {})) - Number('RedrivePolicy' in (b.Properties ?? {})),
  );
  for (const [id, { Properties = {} }] of deadLettersFirst) {
    const QueueName = created.get(id)?.ref.split('/').at(-1);
    const Attributes = queueAttributes(Properties, arnOf, visibilitySeconds);
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  }
  dynamodb.destroy();
  sqs.destroy();
  s3.destroy();
  return created;
}

/** A value of `serverless.yml` with what CloudFormation would put in: text, or the reference's own value. */
export function resolveValue(value: unknown, created: ReadonlyMap<string, Created>): string {
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  const id = logicalIdOf(value);
  const resource = created.get(id);
  if (resource === undefined) throw new Error(`serverless.yml: local mode knows no resource "${id}"`);
  return 'Ref' in value ? resource.ref : resource.arn;
}
