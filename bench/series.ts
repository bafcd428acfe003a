// How many series Prometheus keeps after 10, 100 and 1000 instances. `npm run bench:series [-- --json FILE]`
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileLedger } from '../src/observability/fleet/file-ledger.ts';
import { createFleet } from '../src/observability/fleet/fleet.ts';
import { until } from '../tests/running/until.ts';
import { startPrometheus } from '../tests/servers/prometheus.ts';
import { startPushgateway } from '../tests/servers/pushgateway.ts';
import { entryCatalogue } from './entry.ts';
import { createPrometheusClient, prometheusConfig } from './exactness/prometheus.ts';
import { STORM } from './exactness/tempo.ts';
import { createPush, newIds, pushAll } from './instances.ts';

const INSTANCES = [10, 100, 1000];

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'fte-series-'));
const gateway = await startPushgateway({ consistencyCheck: false });
const prometheus = await startPrometheus({
  config: JSON.stringify(prometheusConfig({ published: gateway.url }, STORM)),
});
try {
  const client = createPrometheusClient(prometheus.url);
  const push = await createPush();
  const fleet = createFleet({
    catalogue: entryCatalogue,
    gateways: [gateway.url],
    publishUrl: gateway.url,
    ledger: fileLedger(join(folder, 'ledger')),
    log: { debug() {}, info() {}, warn: console.error, error: console.error },
  });
  const results = [];
  const ids: string[] = [];
  for (const instances of INSTANCES) {
    const born = newIds(instances - ids.length);
    ids.push(...born);
    await pushAll(push, gateway.url, born, 1);
    await fleet.fold(() => []);
    await until(
      'a scrape of this fold',
      async () => {
        const shown = await client.number(`fte_fleet_instances{job="fte"} == ${instances}`);
        return shown !== undefined;
      },
      60,
    );
    const series = await client.number('count({job="fte"})');
    const inGateway = await client.number('scrape_samples_scraped{job="published"}');
    results.push({ instances, series, inGateway });
  }
  console.table(
    Object.fromEntries(
      results.map(({ instances, series, inGateway }) => [
        `${instances} instances`,
        { 'series in Prometheus': series, 'samples in the gateway': inGateway },
      ]),
    ),
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  await prometheus.close();
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
