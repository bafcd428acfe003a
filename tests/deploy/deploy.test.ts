/**
 * `serverless deploy` and `remove` as real processes against what stands in for AWS: the mechanics of a deployment,
 * its template and its uploads. What AWS makes of them only an account can say.
 */
import { spawn } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS } from '../../src/fte/vocabulary.ts';
import { orderOf, type Template } from '../running/cloudformation-template.ts';
import { startDeploymentTarget } from '../running/deploying-to.ts';
import { ROOT, readServerlessYml } from '../running/serverless-yml.ts';
import { unzip } from '../running/zip.ts';

const HOME = '.local/deploy-test';
const STACK = 'customer-success-fte-prod';
/** `GET /metrics` is not deployed by default. */
const DEPLOYED = FUNCTIONS.filter((name) => name !== 'metrics');
const yml = readServerlessYml();

let target: Awaited<ReturnType<typeof startDeploymentTarget>>;
beforeAll(async () => {
  target = await startDeploymentTarget();
  const { code, text } = await serverless('package', '--package', `${HOME}/package`);
  if (code !== 0) throw new Error(text);
});
afterAll(async () => {
  await target.close();
  rmSync(join(ROOT, HOME), { recursive: true, force: true });
});

function serverless(...args: readonly string[]): Promise<{ code: number | null; text: string }> {
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: join(ROOT, HOME),
    AWS_ENDPOINT_URL: target.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    FTE_LOCAL_HOME: HOME,
    SLS_TELEMETRY_DISABLED: '1',
    SLS_NOTIFICATIONS_MODE: 'off',
    SLS_AWS_MONITORING_FREQUENCY: '50',
  };
  const command = join(ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const child = spawn(process.execPath, [command, ...args, '--stage', 'prod'], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
}

/** A deployment uses its package up. */
function deploy(name: string) {
  cpSync(join(ROOT, HOME, 'package'), join(ROOT, HOME, name), { recursive: true });
  return serverless('deploy', '--package', `${HOME}/${name}`);
}

const template = (): Template => target.cloudFormation.stacks.get(STACK)!.template;
const ofType = (type: string) => Object.entries(template().Resources).filter(([, { Type }]) => Type === type);

test('a deployment makes the stack: its bucket first, then everything', async () => {
  const { code, text } = await deploy('first');
  expect({ code, text }).toMatchObject({
    code: 0,
    text: expect.stringContaining('Service deployed to stack'),
  });
  expect(target.unknown).toEqual([]);
  expect(target.cloudFormation.executed).toEqual(['CREATE', 'UPDATE']);
  expect(target.calls).toContain('sts:GetCallerIdentity');
  expect(text).toContain('POST - value-of-HttpApiUrl/support/submit');
});

test('the template holds together, and each function is as serverless.yml says', () => {
  expect(orderOf(template())).toHaveLength(Object.keys(template().Resources).length);
  const functions = ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties!);
  expect(functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(
    DEPLOYED.map((name) => `${STACK}-${name}`).sort(),
  );
  for (const name of DEPLOYED) {
    const { handler, timeout, memorySize } = yml.functions[name]!;
    expect(functions.find(({ FunctionName }) => FunctionName === `${STACK}-${name}`)).toMatchObject({
      Handler: handler,
      Timeout: timeout,
      MemorySize: memorySize,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      Role: { 'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${name}Role$`, 'i')), 'Arn'] },
      ...(name === 'fleet' ? { ReservedConcurrentExecutions: 1 } : {}),
    });
  }
  expect(ofType('AWS::IAM::Role')).toHaveLength(DEPLOYED.length);
  expect(ofType('AWS::Logs::LogGroup').map(([, { Properties }]) => Properties?.RetentionInDays)).toEqual(
    DEPLOYED.map(() => 30),
  );
});

test('the mail bucket is made with whom it calls and who may write, and stays when the stack goes', () => {
  const { S3BucketMail, MailBucketPolicy, Table, LedgerBucket } = template().Resources;
  expect(S3BucketMail).toMatchObject({
    DeletionPolicy: 'Retain',
    DependsOn: ['MailObjectLambdaPermissionMailS3'],
    Properties: {
      BucketName: 'customer-success-fte-mail-prod',
      NotificationConfiguration: {
        LambdaConfigurations: [{ Function: { 'Fn::GetAtt': ['MailObjectLambdaFunction', 'Arn'] } }],
      },
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
      BucketEncryption: expect.anything(),
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30 }] },
    },
  });
  expect(JSON.stringify(MailBucketPolicy)).toContain('ses.amazonaws.com');
  expect(JSON.stringify(MailBucketPolicy)).toContain('aws:SourceAccount');
  for (const kept of [Table, LedgerBucket]) expect(kept?.DeletionPolicy).toBe('Retain');
});

test('the API is throttled, and the outputs tell its addresses', () => {
  expect(template().Resources.HttpApiStage?.Properties).toMatchObject({
    DefaultRouteSettings: { ThrottlingRateLimit: '100', ThrottlingBurstLimit: '200' },
  });
  expect(Object.keys(template().Outputs ?? {})).toEqual(
    expect.arrayContaining(['PageUrl', 'HealthUrl', 'TwilioWebhookUrl', 'MetaWebhookUrl', 'MailBucketName']),
  );
  const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties?.RouteKey);
  expect(routes).not.toContain('GET /metrics');
  expect(routes).toContain('$default');
});

test('each zip holds its handler as one bundle, and neither sources, maps, tests nor the AWS SDK', () => {
  for (const name of DEPLOYED) {
    const [, zip] = [...target.objects].find(([key]) => key.endsWith(`/${name}.zip`)) ?? [];
    const files = unzip(zip!.body);
    const handler = yml.functions[name]!.handler.replace(/\.handler$/, '.mjs');
    const others = [...files.keys()].filter((file) => file !== handler);
    const wanted =
      name === 'agent'
        ? /^src\/fte\/knowledge\/articles\/[\w-]+\.md$/
        : name === 'page'
          ? /^src\/fte\/page\/client\//
          : /^$/;
    expect({ name, others: others.filter((file) => !wanted.test(file)) }).toEqual({ name, others: [] });
    expect(others.length > 0).toBe(name === 'agent' || name === 'page');
    const code = files.get(handler)!.toString('utf8');
    expect(code).not.toContain('sourceMappingURL');
    expect(code).toContain('as handler');
  }
});

test('a second deployment finds nothing to do, and says so', async () => {
  const { code, text } = await deploy('second');
  expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('No changes to deploy') });
  expect(target.cloudFormation.executed).toEqual(['CREATE', 'UPDATE']);
});

test('remove empties the deployment bucket and deletes the stack', async () => {
  const { code, text } = await serverless('remove');
  expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('successfully removed') });
  expect(target.objects.size).toBe(0);
  expect(target.cloudFormation.stacks.get(STACK)?.status).toBe('DELETE_COMPLETE');
  expect(target.unknown).toEqual([]);
});
