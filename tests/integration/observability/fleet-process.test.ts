import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../../../local/gateway/server.ts';
import { catalogue } from '../../../src/fte/catalogue.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { createPusher } from '../../../src/observability/push/pusher.ts';
import { readSamples, sampled } from '../../running/exposition.ts';
import { ROOT } from '../../running/serverless-yml.ts';
import { until } from '../../running/until.ts';

const SCRIPT = join(ROOT, 'scripts', 'fleet.ts');
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function counted() {
  const gateway = await startGateway({ port: 0, consistencyCheck: false });
  closers.push(() => gateway.close());
  const metrics = createMetrics(catalogue);
  const log = createLogger('test', 'SILENT');
  const { push } = createPusher({ catalogue, gateways: [gateway.url], budgetMs: 2_000, log });
  metrics.inc('fte_kb_searches_total', { result: 'hit' }, 3);
  await push(metrics.snapshot, 5_000);
  return gateway.url;
}

function startFleet(...words: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'fte-fleet-'));
  const env = {
    ...process.env,
    FTE_SCRAPE_INTERVAL_S: '1',
    LOG_LEVEL: 'ERROR',
    FTE_PUBLISH_URL: '',
    FTE_STAGE: 'local',
  };
  const child = spawn(process.execPath, [SCRIPT, '--every', '1s', '--ledger', folder, ...words], {
    cwd: ROOT,
    env,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  closers.push(async () => {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true });
  });
  return { child, said: () => said };
}
const hits = async (url: string) =>
  sampled(readSamples(await (await fetch(`${url}/metrics`)).text()), 'fte_kb_searches_total', {
    result: 'hit',
  });

test('publishes beside a gateway, again and again, and ends when it is told to', async () => {
  const url = await counted();
  const { child, said } = startFleet('--gateway', url);
  await until('the totals are published', async () => (await hits(url)) === 3);
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect({ code, said: said() }).toEqual({ code: 0, said: expect.stringContaining(`publishing to ${url}`) });
});

test('serves the totals itself, in text and in protobuf, and publishes nothing', async () => {
  const url = await counted();
  const { child, said } = startFleet('--gateway', url, '--listen', '0');
  const own = await until('it says where', () => /http:\S+(?=\/metrics)/.exec(said())?.[0]);
  // A new series shows 0 until that was scraped.
  await until('the totals are served', async () => (await hits(own)) === 3);
  const accept = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
  const protobuf = await fetch(`${own}/metrics`, { headers: { accept } });
  expect(protobuf.headers.get('content-type')).toContain('application/vnd.google.protobuf');
  const statuses = ['/-/ready', '/-/healthy', '/elsewhere'].map(
    async (path) => (await fetch(`${own}${path}`)).status,
  );
  expect(await Promise.all(statuses)).toEqual([200, 200, 404]);
  expect((await fetch(`${own}/metrics`, { method: 'POST' })).status).toBe(405);
  expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('job="fte"');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  [['--every', 'often'], '--every is "often"'],
  [['--listen', 'everywhere'], '--listen is "everywhere"'],
  [['--listen', '1', '--publish', 'http://x'], 'exclude each other'],
  [['--gateway', 'not a url'], 'PUSHGATEWAY_URL holds "not a url"'],
  [['--nonsense'], '--nonsense'],
])('%j is refused with one clear line', (words, message) => {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...words], { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(message) });
  expect(stderr).not.toContain('    at ');
});
