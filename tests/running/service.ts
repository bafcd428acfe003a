import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyStructuredResultV2, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { awsEnvironment, LOCAL_OPERATOR_KEY, localEnvironment } from '../../local/environment.ts';
import { type EventSource, pollEventSources } from '../../local/event-sources.ts';
import { startGateway } from '../../local/gateway/server.ts';
import { createResources, logicalIdOf } from '../../local/resources.ts';
import { startStandIns } from '../../local/stand-ins.ts';
import type { InstrumentedHandler } from '../../src/observability/handler-options.ts';
import { watchAwsCalls } from './aws-calls.ts';
import { lambdaContext } from './lambda-context.ts';
import { rolesOf } from './roles.ts';
import { scanTable } from './scan.ts';
import { ROOT, readServerlessYml } from './serverless-yml.ts';

const REGION = 'eu-central-1';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly json: any;
}
export interface Call {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly operator?: boolean;
  /** When the gateway received it; now, unless told otherwise. */
  readonly receivedAt?: number;
  /** The caller's address as the gateway saw it. */
  readonly sourceIp?: string;
}

export interface StartOptions {
  /** After how many seconds a message that was not handled comes back. */
  readonly visibilitySeconds?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Batches of one queue that are handled at the same time. */
  readonly concurrency?: number;
}

/**
 * All handlers in this process, on the emulators that local mode uses: real HTTP to DynamoDB, SQS and the gateway.
 * One a test file: the handlers read their environment when they are loaded.
 */
export async function startService({
  visibilitySeconds = 2,
  environment = {},
  concurrency = 2,
}: StartOptions = {}) {
  const yml = readServerlessYml();
  const home = mkdtempSync(join(tmpdir(), 'fte-'));
  const standIns = await startStandIns(REGION, undefined);
  const gateway = await startGateway({ port: 0 });
  const created = await createResources(yml.resources.Resources, standIns, REGION, visibilitySeconds);
  Object.assign(process.env, awsEnvironment(standIns), {
    AWS_REGION: REGION,
    ...localEnvironment(yml.provider.environment, created, {
      url: 'https://fte.example',
      gatewayUrl: gateway.url,
      root: ROOT,
      home,
    }),
    LOG_LEVEL: 'SILENT',
    // What takes long here is the machine.
    FTE_AWS_TIMEOUT_MS: '30000',
    ...environment,
  });

  const handlers = new Map<string, InstrumentedHandler>();
  async function handlerOf(functionKey: string): Promise<InstrumentedHandler> {
    const known = handlers.get(functionKey);
    if (known !== undefined) return known;
    const file = yml.functions[functionKey]!.handler.replace(/\.handler$/, '.ts');
    const { handler } = (await import(join(ROOT, file))) as { handler: InstrumentedHandler };
    handlers.set(functionKey, handler);
    return handler;
  }

  const watched = watchAwsCalls();
  const roles = rolesOf({ ...process.env, FTE_STAGE: 'test' }, 'mail');
  const invoke = async (functionKey: string, event: unknown) => {
    const handler = await handlerOf(functionKey);
    return watched.as(functionKey, () => handler(event, lambdaContext()));
  };

  /** A request to a route key such as `GET /support/ticket/{id}`. */
  async function request(
    route: string,
    params: Readonly<Record<string, string>> = {},
    call: Call = {},
  ): Promise<Answer> {
    const [functionKey = 'unmatched'] =
      Object.entries(yml.functions).find(([, { events = [] }]) =>
        events.some(({ httpApi }) => httpApi === route),
      ) ?? [];
    const [method = 'GET', template = ''] = route.split(' ');
    const path = Object.entries(params).reduce(
      (text, [name, value]) => text.replace(`{${name}}`, value),
      template,
    );
    const response = (await invoke(functionKey, {
      version: '2.0',
      routeKey: functionKey === 'unmatched' ? '$default' : route,
      rawPath: path,
      headers: {
        'content-type': 'application/json',
        ...(call.operator === true ? { 'x-api-key': LOCAL_OPERATOR_KEY } : {}),
        ...call.headers,
      },
      pathParameters: params,
      queryStringParameters: call.query ?? {},
      requestContext: {
        http: { method, path, sourceIp: call.sourceIp ?? '127.0.0.1' },
        timeEpoch: call.receivedAt ?? Date.now(),
      },
      body: call.rawBody ?? (call.body === undefined ? undefined : JSON.stringify(call.body)),
      isBase64Encoded: false,
    })) as APIGatewayProxyStructuredResultV2;
    const text = response.body ?? '';
    const json = String(response.headers?.['content-type']).startsWith('application/json')
      ? JSON.parse(text)
      : undefined;
    return {
      status: response.statusCode ?? 0,
      headers: response.headers as Record<string, string>,
      text,
      json,
    };
  }

  const sources: EventSource[] = Object.entries(yml.functions).flatMap(([functionKey, { events = [] }]) =>
    events.flatMap(({ sqs }) => {
      if (sqs === undefined) return [];
      const { ref, arn } = created.get(logicalIdOf(sqs.arn))!;
      return [{ functionKey, queueUrl: ref, queueArn: arn, batchSize: sqs.batchSize ?? 10 }];
    }),
  );
  let pollers: { stop(): Promise<void> } | undefined;

  return {
    yml,
    /** What the functions have asked of AWS. `stop` throws when a role would have denied any of it. */
    awsCalls: watched.calls,
    roles,
    gatewayUrl: gateway.url,
    standIns,
    outboxFile: process.env.FTE_OUTBOX_FILE ?? '',
    /** Loads all handlers, one after the other: Jest can't load modules that share others at the same time. */
    async load(): Promise<void> {
      for (const functionKey of Object.keys(yml.functions)) await handlerOf(functionKey);
    },
    invoke,
    request,
    /** Everything in the table. */
    scan: () => scanTable(standIns.dynamodbUrl, process.env.FTE_TABLE ?? ''),
    /** Runs one queue's function with messages of the test's own. */
    deliverTo: async (functionKey: string, event: SQSEvent) =>
      (await invoke(functionKey, event)) as SQSBatchResponse,
    /** Brings the queues to their functions from now on. */
    work(only?: readonly string[]): void {
      pollers ??= pollEventSources(
        sources.filter(({ functionKey }) => only?.includes(functionKey) ?? true),
        { sqsUrl: standIns.sqsUrl, region: REGION, invoke, failed: () => undefined, concurrency },
      );
    },
    async rest(): Promise<void> {
      await pollers?.stop();
      pollers = undefined;
    },
    outbox(): Record<string, unknown>[] {
      try {
        return readFileSync(process.env.FTE_OUTBOX_FILE ?? '', 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      } catch {
        return [];
      }
    },
    async stop(): Promise<void> {
      await pollers?.stop();
      watched.stop();
      await gateway.close();
      await standIns.stop();
      rmSync(home, { recursive: true, force: true });
      const denied = watched.calls.filter((call) => !roles.allow(call));
      if (denied.length > 0) throw new Error(`on AWS these would be denied: ${JSON.stringify(denied)}`);
    },
  };
}
export type RunningService = Awaited<ReturnType<typeof startService>>;
