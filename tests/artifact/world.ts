import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsEnvironment, localEnvironment } from '../../local/environment.ts';
import { createResources } from '../../local/resources.ts';
import { startStandIns } from '../../local/stand-ins.ts';
import { catalogue } from '../../src/fte/catalogue.ts';
import { sumOf, totalsIn } from '../running/counted.ts';
import { ROOT, readServerlessYml } from '../running/serverless-yml.ts';
import { startPushgateway } from '../servers/pushgateway.ts';
import { type Environment, type EnvironmentOptions, startEnvironment } from './environment.ts';
import { folderOf } from './packaged.ts';

const REGION = 'eu-central-1';
export const yml = readServerlessYml();

/** What the packaged functions talk to: stand-ins for AWS, a real Pushgateway. */
export async function openWorld() {
  const home = mkdtempSync(join(tmpdir(), 'fte-artifact-'));
  const standIns = await startStandIns(REGION, undefined);
  const gateway = await startPushgateway({ consistencyCheck: false });
  const created = await createResources(yml.resources.Resources, standIns, REGION, 30);
  const places = { url: 'https://fte.example', gatewayUrl: gateway.url, root: ROOT, home };
  const env: Readonly<Record<string, string>> = {
    ...localEnvironment(yml.provider.environment, created, places),
    ...awsEnvironment(standIns),
    AWS_REGION: REGION,
    LOG_LEVEL: 'WARN',
    // As it is packaged, beside the function.
    FTE_KNOWLEDGE_DIR: '',
  };
  const running: Environment[] = [];

  /** All that is in the gateway, added up. */
  async function counted(
    name: string,
    labels: Readonly<Record<string, string>>,
    url = gateway.url,
  ): Promise<number> {
    return sumOf(await totalsIn(catalogue, url), name, labels);
  }

  return {
    home,
    env,
    gateway,
    counted,
    invocations: (fn: string, url?: string) => counted('fte_lambda_invocations_total', { function: fn }, url),
    async start(name: string, more: Partial<EnvironmentOptions> = {}) {
      const environment = await startEnvironment({
        folder: folderOf(name),
        handler: yml.functions[name]?.handler ?? '',
        ...more,
        env: { ...env, ...more.env },
      });
      running.push(environment);
      return environment;
    },
    /** Ends the environments that were started. */
    async endAll(): Promise<void> {
      for (const environment of running.splice(0)) await environment.close();
    },
    async close(): Promise<void> {
      await gateway.close();
      await standIns.stop();
      rmSync(home, { recursive: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof openWorld>>;
