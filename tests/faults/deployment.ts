import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { awsEnvironment, localEnvironment } from '../../local/environment.ts';
import { startGateway } from '../../local/gateway/server.ts';
import { createResources, LOCAL_CREDENTIALS } from '../../local/resources.ts';
import { startStandIns } from '../../local/stand-ins.ts';
import type { Outgoing } from '../../traffic/requests.ts';
import { startListener } from '../running/listener.ts';
import { startOpenAiServer } from '../running/openai-server.ts';
import { ROOT, readServerlessYml } from '../running/serverless-yml.ts';
import { startSes } from '../running/ses.ts';
import { until } from '../running/until.ts';
import { KEYS, startWhatsAppProvider } from '../running/whatsapp-provider.ts';
import { apiEvent } from './api-event.ts';
import type { Dependency } from './dependencies.ts';
import { FunctionError, InstanceDied, startInstances } from './instances.ts';
import { type NetworkCall, startNetwork, type Verdict } from './network.ts';
import { connectTriggers } from './triggers.ts';
import { createUnknownWrites } from './unknown-writes.ts';

const REGION = 'eu-central-1';
/** Longer than any function may take; what failed comes back sooner, as `retrySeconds` says. */
const VISIBILITY_SECONDS = 300;
const MAIL_BUCKET = 'mail';
const MODEL_KEY = 'a-key-of-the-model';
/** What the clients wait for an answer, in milliseconds: less than they do on AWS, so that a run takes minutes. */
const PATIENCE_MS = 1_000;

export interface DeploymentOptions {
  /** What happens to a call; everything passes unless told otherwise. */
  readonly decide?: (call: NetworkCall) => Verdict;
  /** Whether the process dies after its handler has ended and before anybody hears of it. */
  readonly diesAtEnd?: (functionKey: string) => boolean;
  /** After how many seconds what failed comes again; at once by default. */
  readonly retrySeconds?: number;
  /** How often the queues are looked into. */
  readonly pollEveryMs?: number;
  /** Through whom an instance sends; by default half of them through the one, half through the other. */
  readonly whatsapp?: (instance: string) => 'twilio' | 'meta';
  /** How long ago everything is said to have been received: upkeep looks after nothing that may still be on its way. */
  readonly receivedAgoMs?: number;
  /** How long the service's clients wait for an answer, in milliseconds. */
  readonly patienceMs?: number;
  /** Instances of one function at the same time. */
  readonly most?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What the API answers: the function's answer, or its own when there is none. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

async function lengthOf(QueueUrl: string, sqs: SQSClient): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/** The servers that stand in for everything that the service calls. */
async function startUpstreams() {
  const [standIns, gateway, ses, whatsapp, team, model] = await Promise.all([
    startStandIns(REGION, undefined),
    startGateway({ port: 0 }),
    startSes(),
    startWhatsAppProvider(),
    startListener(),
    startOpenAiServer({ key: MODEL_KEY }),
  ]);
  const urls: Readonly<Record<Dependency, string>> = {
    dynamodb: standIns.dynamodbUrl,
    sqs: standIns.sqsUrl,
    s3: standIns.sqsUrl,
    ses: ses.url,
    twilio: whatsapp.url,
    meta: whatsapp.url,
    model: model.url,
    team: team.url,
    gateway: gateway.url,
  };
  async function close(): Promise<void> {
    team.close();
    await Promise.all([standIns.stop(), gateway.close(), ses.close(), whatsapp.close(), model.close()]);
  }
  return { standIns, gateway, ses, whatsapp, team, model, urls, close };
}

/**
 * The whole service as it is deployed: every function in processes of its own, each of which reaches what it depends on
 * only through a network in which anything may happen. The functions are the bundled handlers; nothing in them is mocked.
 */
export async function deploy(options: DeploymentOptions = {}) {
  const {
    diesAtEnd = () => false,
    retrySeconds = 0,
    most = 2,
    environment = {},
    receivedAgoMs = 0,
    pollEveryMs = 20,
  } = options;
  const whatsapp =
    options.whatsapp ??
    ((instance: string) => (Number(instance.split('-').at(-1)) % 2 === 0 ? 'twilio' : 'meta'));
  const patience = String(options.patienceMs ?? PATIENCE_MS);
  const state = { decide: options.decide ?? ((): Verdict => 'pass'), diesAtEnd };
  const yml = readServerlessYml();
  const home = mkdtempSync(join(tmpdir(), 'fte-deployment-'));
  const upstreams = await startUpstreams();
  const { standIns } = upstreams;
  const created = await createResources(yml.resources.Resources, standIns, REGION, VISIBILITY_SECONDS);
  const aws = { region: REGION, credentials: LOCAL_CREDENTIALS, endpoint: standIns.sqsUrl };
  const sqs = new SQSClient(aws);
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: MAIL_BUCKET }));

  const unknownWrites = createUnknownWrites();
  const network = await startNetwork({
    upstreams: upstreams.urls,
    decide: (call) => state.decide(call),
    kill: (instance) => instances.kill(instance),
    ended(call, outcome) {
      if (call.operation === 'gateway PUT' && outcome.told) instances.pushed(call.instance);
      unknownWrites.note(call, outcome);
    },
  });

  function environmentOf(instance: string): Record<string, string> {
    const url = (dependency: Dependency) => network.url(instance, dependency);
    const places = { url: 'https://fte.example', gatewayUrl: url('gateway'), root: ROOT, home };
    const local = localEnvironment(yml.provider.environment, created, places);
    return {
      ...awsEnvironment({ ...standIns, dynamodbUrl: url('dynamodb'), sqsUrl: url('sqs') }),
      AWS_ENDPOINT_URL_S3: url('s3'),
      AWS_ENDPOINT_URL_SESV2: url('ses'),
      AWS_REGION: REGION,
      ...Object.fromEntries(
        Object.entries(local).map(([name, value]) => [name, value.replace(standIns.sqsUrl, url('sqs'))]),
      ),
      FTE_OUTBOX_FILE: '',
      FTE_LEDGER_DIR: '',
      FTE_NOTIFY_WEBHOOK_URL: url('team'),
      FTE_WHATSAPP_PROVIDER: whatsapp(instance),
      FTE_TWILIO_ACCOUNT_SID: KEYS.accountSid,
      FTE_TWILIO_AUTH_TOKEN: KEYS.authToken,
      FTE_TWILIO_FROM: '+14155238886',
      FTE_TWILIO_API_URL: url('twilio'),
      FTE_META_ACCESS_TOKEN: KEYS.accessToken,
      FTE_META_PHONE_NUMBER_ID: KEYS.phoneNumberId,
      FTE_META_API_URL: url('meta'),
      FTE_MODEL: 'openai_compatible',
      FTE_MODEL_NAME: 'a-model',
      FTE_MODEL_URL: url('model'),
      FTE_MODEL_API_KEY: MODEL_KEY,
      FTE_MODEL_TIMEOUT_MS: patience,
      FTE_AWS_TIMEOUT_MS: patience,
      FTE_SEND_TIMEOUT_MS: patience,
      // More it may not be.
      FTE_PUSH_BUDGET_MS: String(Math.min(Number(patience), 2_000)),
      LOG_LEVEL: 'SILENT',
      ...environment,
    };
  }
  const instances = startInstances({ yml, environmentOf, most });
  const triggers = connectTriggers({
    yml,
    created,
    sqs,
    sqsUrl: standIns.sqsUrl,
    region: REGION,
    invoke: instances.invoke,
    diesAtEnd: (functionKey) => state.diesAtEnd(functionKey),
    retrySeconds,
    concurrency: most,
    pollEveryMs,
  });

  const workQueues = [...created].filter(([id]) => /(?<!DeadLetter)Queue$/.test(id));
  async function queued(): Promise<number> {
    const lengths = await Promise.all(workQueues.map(([, { ref }]) => lengthOf(ref, sqs)));
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  return {
    yml,
    /** What happens from now on. */
    state,
    created,
    network,
    instances,
    unknownWrites,
    triggers,
    upstreams,
    sqs,
    /** The environment without a fault in it, to look at what the service has left. */
    environment: { ...environmentOf('witness'), ...awsEnvironment(standIns) },

    /** A request through the API: whoever dies, or takes too long, leaves the API to answer for itself. */
    async request(outgoing: Pick<Outgoing, 'method' | 'path' | 'headers' | 'body'>): Promise<ApiAnswer> {
      const { functionKey, event } = apiEvent(yml, outgoing, Date.now() - receivedAgoMs);
      try {
        const answer = (await instances.invoke(functionKey, event)) as APIGatewayProxyStructuredResultV2;
        if (!state.diesAtEnd(functionKey))
          return { status: answer.statusCode ?? 500, body: answer.body ?? '' };
      } catch (error) {
        if (!(error instanceof InstanceDied || error instanceof FunctionError)) throw error;
      }
      return { status: 502, body: '{"message":"Internal Server Error"}' };
    },

    /** A mail as SES brings it: an object in the bucket, and S3's event, which may come twice. */
    async receiveMail(key: string, raw: string): Promise<void> {
      const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket: MAIL_BUCKET, Key: key, Body: raw }));
      const object = { key, size: Buffer.byteLength(raw), eTag: ETag.replaceAll('"', '') };
      const record = {
        eventSource: 'aws:s3',
        eventTime: new Date(Date.now() - receivedAgoMs).toISOString(),
        s3: { bucket: { name: MAIL_BUCKET }, object },
      };
      triggers.invokeAsync('mailObject', { Records: [record] });
    },

    /** How many messages the queues hold, dead letters aside. */
    queued,

    /**
     * Resolves once there is nothing left to do: no message in a queue, no event on its way, nothing held in the network,
     * and nothing that `also` knows of.
     */
    async drained(seconds: number, also: () => Promise<boolean> = async () => true): Promise<void> {
      const done = async () => (await also()) && triggers.pending() === 0 && (await queued()) === 0;
      await until('the queues to be empty', done, seconds);
      await network.settled();
    },

    async close(): Promise<void> {
      state.decide = () => 'pass';
      await triggers.stop();
      await instances.close();
      await network.close();
      sqs.destroy();
      s3.destroy();
      await upstreams.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
export type Deployment = Awaited<ReturnType<typeof deploy>>;
