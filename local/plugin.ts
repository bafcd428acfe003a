import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadObservabilityConfig } from '../src/observability/config.ts';
import { ConfigError } from '../src/observability/errors.ts';
import { loadChannelConfig } from '../src/platform/channels/config.ts';
import { loadConfig } from '../src/platform/config.ts';
import { loadModelConfig } from '../src/platform/models/config.ts';
import { awsEnvironment, localEnvironment } from './environment.ts';
import { type EventSource, pollEventSources } from './event-sources.ts';
import { chooseGateway } from './gateway-choice.ts';
import { lambdaInvoker } from './invoke.ts';
import { logFormat, teeLogs } from './log-stream.ts';
import { HOST } from './ports.ts';
import { createResources, logicalIdOf, type Resources } from './resources.ts';
import { runSchedules } from './schedules.ts';
import { startScreen } from './screen.ts';
import { EXIT_CONFIG, localSettings } from './settings.ts';
import { startStandIns } from './stand-ins.ts';

/** What this plugin uses of the Serverless Framework. */
interface FunctionEvent {
  readonly sqs?: { readonly arn: unknown; readonly batchSize?: number };
  readonly schedule?: unknown;
}
interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    readonly provider: { readonly region: string; environment: Record<string, unknown> };
    readonly functions: Record<string, { readonly name: string; events: FunctionEvent[] }>;
    readonly resources: { readonly Resources: Resources };
    readonly custom: { 'serverless-offline': Record<string, unknown> };
  };
  readonly pluginManager: { readonly plugins: readonly object[] };
}
interface Options {
  readonly httpPort?: string | number;
  readonly lambdaPort?: string | number;
}
interface OfflinePlugin {
  end(skipExit: boolean): Promise<void>;
}

const DEFAULT_BATCH = 10;

/**
 * The Serverless plugin of local mode: inside `serverless offline` it starts what stands in for AWS, creates the
 * resources of `serverless.yml`, fills in the functions' environment, and brings queues and schedules to them.
 */
export default class LocalMode {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;
  readonly #serverless: Serverless;
  readonly #options: Options;
  readonly #stops: (() => Promise<unknown>)[] = [];
  #sources: EventSource[] = [];
  #scheduled: string[] = [];
  #sqsUrl = '';
  #print: (text: string) => void = () => undefined;
  #gateway = { url: '', description: '' };

  constructor(serverless: Serverless, options: Options) {
    this.#serverless = serverless;
    this.#options = options;
    this.hooks = {
      'before:offline:start:init': () => this.#prepare().catch((error: unknown) => this.#giveUp(error)),
      'after:offline:start:init': () => this.#work(),
      'before:offline:start:end': () => this.#finish(),
    };
  }

  async #prepare(): Promise<void> {
    const { serviceDir, service } = this.#serverless;
    const settings = localSettings();
    const home = join(serviceDir, settings.home);
    if (!settings.keep) {
      for (const left of ['outbox.jsonl', 'logs.jsonl', 'ledger'])
        rmSync(join(home, left), { recursive: true, force: true });
    }
    const dataDir = settings.keep ? join(home, 'data') : undefined;
    mkdirSync(dataDir ?? home, { recursive: true });
    // Whoever started this process and is gone would leave it behind.
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    this.#print = teeLogs(join(home, 'logs.jsonl'), logFormat(settings.logFormat));

    const { region } = service.provider;
    const standIns = await startStandIns(region, dataDir);
    this.#stops.push(standIns.stop);
    const gateway = await chooseGateway(process.env.PUSHGATEWAY_URL, settings.gatewayPort);
    this.#stops.push(gateway.stop);
    this.#sqsUrl = standIns.sqsUrl;
    this.#gateway = gateway;

    const created = await createResources(
      service.resources.Resources,
      standIns,
      region,
      settings.visibilitySeconds,
    );
    const environment = localEnvironment(service.provider.environment, created, {
      url: this.#url(),
      gatewayUrl: gateway.url,
      root: serviceDir,
      home,
    });
    service.provider.environment = environment;
    // serverless-offline hands these on to the functions; the SDK reads them.
    Object.assign(process.env, awsEnvironment(standIns));
    // A value that no function could use stops the start here, once, instead of each function at its first call.
    loadObservabilityConfig(environment);
    loadConfig(environment);
    loadChannelConfig(environment);
    loadModelConfig({ AWS_REGION: region, ...environment });

    for (const [functionKey, definition] of Object.entries(service.functions)) {
      for (const { sqs, schedule } of definition.events) {
        if (schedule !== undefined) this.#scheduled.push(functionKey);
        if (sqs === undefined) continue;
        const { ref, arn } = created.get(logicalIdOf(sqs.arn)) ?? { ref: '', arn: '' };
        this.#sources.push({
          functionKey,
          queueUrl: ref,
          queueArn: arn,
          batchSize: sqs.batchSize ?? DEFAULT_BATCH,
        });
      }
      // Brought by this plugin from now on.
      definition.events = definition.events.filter(
        ({ sqs, schedule }) => sqs === undefined && schedule === undefined,
      );
    }
  }

  async #work(): Promise<void> {
    const { service } = this.#serverless;
    const offline = { ...service.custom['serverless-offline'], ...this.#options };
    const { region } = service.provider;
    const lambdaUrl = `http://${HOST}:${offline.lambdaPort ?? 3002}`;
    const invoke = lambdaInvoker(lambdaUrl, region, (key) => service.functions[key]?.name ?? key);
    const failed = (functionKey: string, error: unknown) =>
      process.stderr.write(`local: ${functionKey} failed: ${String(error)}\n`);
    const pollers = pollEventSources(this.#sources, { sqsUrl: this.#sqsUrl, region, invoke, failed });
    const schedules = runSchedules(this.#scheduled, invoke, failed);
    // First nothing new is begun, then the functions end, then what they stand on.
    this.#stops.unshift(
      () => Promise.all([pollers.stop(), schedules.stop()]),
      () => this.#offline().end(true),
    );
    const facts = {
      url: this.#url(),
      lambdaUrl,
      gatewayUrl: this.#gateway.url,
      gatewayDescription: this.#gateway.description,
      home: localSettings().home,
      kept: localSettings().keep,
    };
    this.#print(startScreen(facts));
  }

  /** A wrong setting is one line for a person; what the stand-ins hold open would keep the process from ending. */
  async #giveUp(error: unknown): Promise<never> {
    for (const stop of this.#stops) await stop();
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`local: ${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }

  async #finish(): Promise<void> {
    for (const stop of this.#stops) await stop();
  }

  #url(): string {
    const { httpPort } = { ...this.#serverless.service.custom['serverless-offline'], ...this.#options };
    return `http://localhost:${httpPort ?? 3000}`;
  }

  #offline(): OfflinePlugin {
    const plugin = this.#serverless.pluginManager.plugins.find(
      (one) => one.constructor.name === 'ServerlessOffline',
    );
    if (plugin === undefined) throw new Error('serverless-offline is not among the plugins');
    return plugin as OfflinePlugin;
  }
}
