import { GATEWAY_SECRETS, type Permissions, type Queue } from './permissions.ts';
import type { DeploySettings } from './settings.ts';

/** A value of CloudFormation: text or an intrinsic function. */
export type Value = string | Readonly<Record<string, unknown>>;
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly Value[];
}

/** What a statement needs to know of the deployment. */
export interface Facts {
  /** The function's name on AWS. */
  readonly functionName: string;
  /** The environment that the functions get, as far as it is text. */
  readonly environment: Readonly<Record<string, unknown>>;
  readonly mailBucket: string;
  readonly settings: DeploySettings;
}

const QUEUES: Readonly<Record<Queue, string>> = {
  incoming: 'IncomingQueue',
  outbound: 'OutboundQueue',
  escalations: 'EscalationsQueue',
};
const MAIL_DEAD_LETTERS = 'MailDeadLetterQueue';
const DEAD_LETTERS = [
  ...Object.values(QUEUES).map((id) => id.replace(/Queue$/, 'DeadLetterQueue')),
  MAIL_DEAD_LETTERS,
];

const allow = (Action: readonly string[], Resource: readonly Value[]): Statement[] =>
  Action.length === 0 || Resource.length === 0 ? [] : [{ Effect: 'Allow', Action, Resource }];
const sub = (text: string): Value => ({ 'Fn::Sub': text });
const arnOf = (id: string): Value => ({ 'Fn::GetAtt': [id, 'Arn'] });
/** An ARN in this account and region. */
const here = (service: string, rest: string) =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`);

/** A parameter's ARN, from its name, its path or the ARN itself; a version or a label is no part of it. */
function parameterArn(name: string): Value {
  if (name.startsWith('arn:')) return name;
  const bare = name.split(':')[0] ?? '';
  return here('ssm', `parameter${bare.startsWith('/') ? '' : '/'}${bare}`);
}

/** Asking an inference profile (`eu.vendor.model`) wants the profile and, in each of its regions, the model behind it. */
function bedrockModel(name: string): Value[] {
  const behind = name.slice(name.indexOf('.') + 1);
  return [
    sub(`arn:\${AWS::Partition}:bedrock:\${AWS::Region}::foundation-model/${name}`),
    here('bedrock', `inference-profile/${name}`),
    sub(`arn:\${AWS::Partition}:bedrock:*::foundation-model/${behind}`),
  ];
}

/** The statements of one function's role. */
export function statementsOf(permissions: Permissions, facts: Facts): readonly Statement[] {
  const { items = [], index, sendsTo = [], consumes, measures = [], ledger, secrets = [] } = permissions;
  const { environment, functionName, mailBucket, settings } = facts;
  const text = (name: string) => String(environment[name] ?? '');
  const parameters = [...GATEWAY_SECRETS, ...secrets].map(text).filter((name) => name !== '');
  const from = permissions.sendsMail === true ? text('FTE_MAIL_FROM') : '';
  const measured = measures.flatMap((queue) => (queue === 'dlq' ? DEAD_LETTERS : [QUEUES[queue]]));
  const model =
    permissions.asksModel === true && text('FTE_MODEL') === 'bedrock' ? text('FTE_MODEL_NAME') : '';

  return [
    // The streams of its own log group, which the deployment has made: Lambda names them.
    ...allow(
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      [here('logs', `log-group:/aws/lambda/${functionName}:*`)],
    ),
    // X-Ray knows no resources.
    ...allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']),
    ...allow(
      items.map((call) => `dynamodb:${call}`),
      [arnOf('Table')],
    ),
    ...allow(['dynamodb:Query'], index === true ? [sub(`\${Table.Arn}/index/gsi1`)] : []),
    ...allow(
      ['sqs:SendMessage'],
      [
        ...sendsTo.map((queue) => arnOf(QUEUES[queue])),
        ...(permissions.failsInto === undefined ? [] : [arnOf(MAIL_DEAD_LETTERS)]),
      ],
    ),
    ...allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      consumes === undefined ? [] : [arnOf(QUEUES[consumes])],
    ),
    ...allow(['sqs:GetQueueAttributes'], measured.map(arnOf)),
    // CloudWatch knows no resources, either.
    ...allow(['cloudwatch:GetMetricStatistics'], permissions.readsAges === true ? ['*'] : []),
    ...allow(['s3:GetObject'], ledger === undefined ? [] : [sub(`\${LedgerBucket.Arn}/ledger/*`)]),
    ...allow(
      ['s3:PutObject', 's3:DeleteObject'],
      ledger === 'write' ? [sub(`\${LedgerBucket.Arn}/ledger/*`)] : [],
    ),
    ...allow(['s3:PutObject'], ledger === 'write' ? [sub(`\${LedgerBucket.Arn}/quarantine/*`)] : []),
    ...allow(
      ['s3:GetObject'],
      permissions.readsMail === true ? [sub(`arn:\${AWS::Partition}:s3:::${mailBucket}/*`)] : [],
    ),
    ...allow(
      ['s3:DeleteObject'],
      permissions.deletesMail === true ? [sub(`arn:\${AWS::Partition}:s3:::${mailBucket}/*`)] : [],
    ),
    // Without it a mail that is gone looks like a store that refuses.
    ...allow(
      ['s3:ListBucket'],
      permissions.readsMail === true ? [sub(`arn:\${AWS::Partition}:s3:::${mailBucket}`)] : [],
    ),
    // Either the address was verified with SES, or its domain.
    ...allow(
      ['ses:SendEmail'],
      from === ''
        ? []
        : [from, from.slice(from.indexOf('@') + 1)].map((one) => here('ses', `identity/${one}`)),
    ),
    // Whether the account may send; it knows no resources.
    ...allow(['ses:GetAccount'], permissions.asksProviders === true ? ['*'] : []),
    ...allow(['ssm:GetParameter'], parameters.map(parameterArn)),
    ...allow(['kms:Decrypt'], parameters.length === 0 ? [] : settings.secretsKeyArns),
    ...allow(['bedrock:InvokeModel'], model === '' ? [] : bedrockModel(model)),
    // Lambda makes a function's network interfaces with its role, before there is anything that could be named.
    ...allow(
      [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      settings.vpc === undefined ? [] : ['*'],
    ),
  ];
}
