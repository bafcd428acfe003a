/** What stands in for AWS, in a process of its own: what it keeps is not to be taken for growth of the handlers' memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsEnvironment, localEnvironment } from '../../../local/environment.ts';
import { startGateway } from '../../../local/gateway/server.ts';
import { createResources } from '../../../local/resources.ts';
import { startStandIns } from '../../../local/stand-ins.ts';
import { ROOT, readServerlessYml } from '../../running/serverless-yml.ts';

const REGION = 'eu-central-1';
const VISIBILITY_SECONDS = 60;

const home = mkdtempSync(join(tmpdir(), 'fte-hostile-'));
const yml = readServerlessYml();
const standIns = await startStandIns(REGION, undefined);
const gateway = await startGateway({ port: 0 });
const created = await createResources(yml.resources.Resources, standIns, REGION, VISIBILITY_SECONDS);
process.on('disconnect', () => {
  rmSync(home, { recursive: true, force: true });
  process.exit();
});
process.send?.({
  ...awsEnvironment(standIns),
  AWS_REGION: REGION,
  ...localEnvironment(yml.provider.environment, created, {
    url: 'https://fte.example',
    gatewayUrl: gateway.url,
    root: ROOT,
    home,
  }),
});
