/** What a deployment makes of `serverless.yml`, without packaging anything. */
import Deployment, { type Serverless } from '../../deploy/plugin.ts';
import { deploySettings } from '../../deploy/settings.ts';
import type { Statement } from '../../deploy/statements.ts';
import { FUNCTIONS } from '../../src/fte/vocabulary.ts';
import { readServerlessYml } from '../running/serverless-yml.ts';

const VARIABLES = [
  'FTE_METRICS_ROUTE',
  'FTE_RESERVE_FLEET',
  'FTE_VPC_SUBNET_IDS',
  'FTE_VPC_SECURITY_GROUP_IDS',
  'FTE_ALARM_TOPIC_ARN',
  'FTE_SECRETS_KEY_ARNS',
];
afterEach(() => {
  for (const name of VARIABLES) delete process.env[name];
});

class FrameworkError extends Error {}

interface Deployed {
  readonly variables?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stage?: string;
  readonly command?: string;
}
function deploy({ variables = {}, environment = {}, stage = 'prod', command = 'deploy' }: Deployed = {}) {
  Object.assign(process.env, variables);
  const yml = readServerlessYml();
  const serverless = {
    processedInput: { commands: [command] },
    classes: { Error: FrameworkError },
    service: {
      service: 'customer-success-fte',
      provider: {
        stage,
        environment: { ...yml.provider.environment, ...environment },
        s3: { mail: { name: 'mails' } },
      },
      functions: structuredClone(yml.functions),
      resources: structuredClone(yml.resources),
    },
  } as unknown as Serverless;
  new Deployment(serverless);
  const { functions, resources, provider } = serverless.service;
  function statements(functionKey: string): readonly Statement[] {
    const role = resources.Resources[functions[functionKey]?.role ?? '']?.Properties;
    const policies = role?.Policies as { PolicyDocument: { Statement: Statement[] } }[];
    return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  }
  const may = (functionKey: string, action: string) =>
    statements(functionKey).filter(({ Action }) => Action.includes(action));
  return { functions, resources: resources.Resources, provider, statements, may };
}

test('every function has a role of its own, and no statement allows everything', () => {
  const { functions, statements } = deploy({ variables: { FTE_METRICS_ROUTE: 'on' } });
  const roles = FUNCTIONS.map((key) => functions[key]?.role);
  expect(new Set(roles).size).toBe(FUNCTIONS.length);
  for (const key of FUNCTIONS) {
    for (const { Action, Resource } of statements(key)) {
      expect(Action.filter((action) => action.includes('*'))).toEqual([]);
      // These know no resources.
      if (Resource.includes('*'))
        expect(
          Action.filter(
            (action) =>
              !action.startsWith('xray:') &&
              !['ses:GetAccount', 'cloudwatch:GetMetricStatistics'].includes(action),
          ),
        ).toEqual([]);
    }
  }
});

test('only who needs it reaches ledger, mail, model and secrets', () => {
  const { may, statements } = deploy({
    variables: { FTE_METRICS_ROUTE: 'on' },
    environment: {
      FTE_MODEL: 'bedrock',
      FTE_MODEL_NAME: 'eu.vendor.model-v1:0',
      FTE_MAIL_FROM: 'help@example.com',
      FTE_NOTIFY_WEBHOOK_URL_PARAMETER: '/fte/webhook:3',
    },
  });
  const whoMay = (action: string) => FUNCTIONS.filter((key) => may(key, action).length > 0).sort();
  expect(whoMay('s3:PutObject')).toEqual(['fleet']);
  expect(whoMay('s3:GetObject')).toEqual(['fleet', 'mailObject', 'metrics']);
  expect(whoMay('ses:SendEmail')).toEqual(['deliver', 'notify']);
  expect(whoMay('bedrock:InvokeModel')).toEqual(['agent']);
  expect(whoMay('ssm:GetParameter')).toEqual(['notify']);
  expect(may('notify', 'ssm:GetParameter')[0]?.Resource).toEqual([
    { 'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/fte/webhook` },
  ]);
  expect(JSON.stringify(may('deliver', 'ses:SendEmail'))).toContain('identity/example.com');
  expect(JSON.stringify(may('agent', 'bedrock:InvokeModel'))).toContain('foundation-model/vendor.model-v1:0');
  for (const key of ['page', 'unmatched'])
    expect(statements(key).flatMap(({ Action }) => Action)).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
    ]);
});

test("the gateways' secret is everybody's, and its key where there is one", () => {
  const { may } = deploy({
    variables: { FTE_SECRETS_KEY_ARNS: 'arn:aws:kms:eu-central-1:123456789012:key/1-2' },
    environment: { FTE_GATEWAY_TOKEN_PARAMETER: 'gateway' },
  });
  expect(may('page', 'ssm:GetParameter')).toHaveLength(1);
  expect(may('page', 'kms:Decrypt')[0]?.Resource).toEqual(['arn:aws:kms:eu-central-1:123456789012:key/1-2']);
});

test('what the variables switch', () => {
  const plain = deploy();
  expect(plain.functions.metrics).toBeUndefined();
  expect(plain.functions.fleet?.reservedConcurrency).toBe(1);
  expect(plain.provider.vpc).toBeUndefined();
  const told = deploy({
    variables: {
      FTE_METRICS_ROUTE: 'on',
      FTE_RESERVE_FLEET: 'off',
      FTE_VPC_SUBNET_IDS: 'subnet-0a, subnet-0b',
      FTE_VPC_SECURITY_GROUP_IDS: 'sg-0c',
    },
  });
  expect(told.functions.metrics?.role).toBe('MetricsRole');
  expect(told.functions.fleet?.reservedConcurrency).toBeUndefined();
  expect(told.provider.vpc).toEqual({ subnetIds: ['subnet-0a', 'subnet-0b'], securityGroupIds: ['sg-0c'] });
  expect(told.may('page', 'ec2:CreateNetworkInterface')).toHaveLength(1);
});

test('each dead-letter queue has an alarm, and so has the API; each tells a topic where one is named', () => {
  const topic = 'arn:aws:sns:eu-central-1:123456789012:on-call';
  const { resources } = deploy({ variables: { FTE_ALARM_TOPIC_ARN: topic } });
  const queues = Object.entries(resources).filter(
    ([id, { Type }]) => Type === 'AWS::SQS::Queue' && /DeadLetter/.test(id),
  );
  expect(queues).toHaveLength(4);
  for (const [id] of queues) {
    expect(resources[`${id}Alarm`]?.Properties).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }],
      Threshold: 0,
      AlarmActions: [topic],
    });
  }
  expect(resources.ApiErrorsAlarm?.Properties).toMatchObject({
    Namespace: 'AWS/ApiGateway',
    MetricName: '5xx',
    Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }],
    AlarmActions: [topic],
  });
  delete process.env.FTE_ALARM_TOPIC_ARN;
  expect(deploy().resources.FleetSilentAlarm?.Properties).not.toHaveProperty('AlarmActions');
});

test('a laptop has neither roles nor alarms, and its stage is for no deployment', () => {
  const { functions, resources } = deploy({ command: 'offline', stage: 'local' });
  expect(functions.submit?.role).toBeUndefined();
  expect(functions.metrics).toBeDefined();
  expect(Object.values(resources).map(({ Type }) => Type)).not.toContain('AWS::IAM::Role');
  expect(() => deploy({ stage: 'local' })).toThrow(FrameworkError);
});

test.each([
  [{ FTE_METRICS_ROUTE: 'yes' }, /^FTE_METRICS_ROUTE holds "yes"; it may hold on, off/],
  [{ FTE_VPC_SUBNET_IDS: 'subnet-0a' }, /^FTE_VPC_SECURITY_GROUP_IDS .* the other half/],
  [
    { FTE_ALARM_TOPIC_ARN: 'on-call' },
    /^FTE_ALARM_TOPIC_ARN holds "on-call"; it may hold the ARN of an SNS topic/,
  ],
])('%j stops the deployment in one line', (variables, message) => {
  expect(() => deploySettings(variables)).toThrow(message);
});

test('what is kept is kept encrypted, and outlives the stack', () => {
  const { Table, LedgerBucket, IncomingQueue } = readServerlessYml().resources.Resources;
  expect(Table).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: {
      TimeToLiveSpecification: { Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    },
  });
  expect(LedgerBucket).toMatchObject({ DeletionPolicy: 'Retain' });
  expect(IncomingQueue?.Properties).toMatchObject({ SqsManagedSseEnabled: true, FifoQueue: true });
});

test('of secrets, only the names of their parameters stand in the environment', () => {
  const names = Object.keys(readServerlessYml().provider.environment);
  expect(names.filter((name) => /(KEY|TOKEN|SECRET|PASSWORD|WEBHOOK_URL)$/.test(name))).toEqual([
    // The public address of our own, which signatures are made over.
    'FTE_TWILIO_WEBHOOK_URL',
  ]);
});
