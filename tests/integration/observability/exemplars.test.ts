import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileLedger } from '../../../src/observability/fleet/file-ledger.ts';
import { createFleet } from '../../../src/observability/fleet/fleet.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { lambdaContext } from '../../running/lambda-context.ts';
import { catalogue, httpEvent, smallService } from '../../running/small-service.ts';
import { until } from '../../running/until.ts';
import { startPrometheus } from '../../servers/prometheus.ts';
import { startPushgateway } from '../../servers/pushgateway.ts';
import { describeReal } from '../../servers/skipping.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface FoundExemplars {
  readonly data: readonly {
    readonly seriesLabels: Readonly<Record<string, string>>;
    readonly exemplars: readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly value: string;
    }[];
  }[];
}

describeReal('from a bucket in Prometheus to the request that fell into it', () => {
  test('the correlation id of an invocation is an exemplar of the published histogram', async () => {
    const gateway = await startPushgateway({ consistencyCheck: false });
    closers.push(() => gateway.close());
    const config = {
      global: { scrape_interval: '1s' },
      scrape_configs: [
        {
          job_name: 'pushgateway',
          honor_labels: true,
          static_configs: [{ targets: [gateway.url.replace('http://', '')] }],
          metric_relabel_configs: [{ source_labels: ['job'], regex: 'fte-instance', action: 'drop' }],
        },
      ],
    };
    // In this version exemplars cross a scrape only as protobuf, which comes with native histograms.
    const flags = ['--enable-feature=exemplar-storage,native-histograms'];
    const prometheus = await startPrometheus({ config: JSON.stringify(config), flags });
    closers.push(() => prometheus.close());
    const folder = mkdtempSync(join(tmpdir(), 'fte-ledger-'));
    closers.push(() => rmSync(folder, { recursive: true }));

    const { instrument } = smallService({ PUSHGATEWAY_URL: gateway.url, FTE_PUSH_BUDGET_MS: '2000' });
    const handler = instrument({
      function: 'orders',
      component: 'shop',
      trigger: 'http',
      routes: { 'POST /orders': async () => ({ status: 201, body: {} }) },
    });
    await handler(
      httpEvent('POST /orders', { headers: { 'x-correlation-id': 'follow-me' } }),
      lambdaContext(),
    );
    const fleet = createFleet({
      catalogue,
      gateways: [gateway.url],
      publishUrl: gateway.url,
      ledger: fileLedger(folder),
      log: createLogger('shop', 'SILENT'),
      timings: { debutMs: 0 },
    });
    for (let pass = 0; pass < 2; pass += 1) await fleet.fold(() => []);

    const found = await until(
      'the exemplar is stored',
      async () => {
        const start = Date.now() / 1000 - 600;
        const query = encodeURIComponent('fte_http_request_duration_seconds_bucket{job="fte"}');
        const url = `${prometheus.url}/api/v1/query_exemplars?query=${query}&start=${start}&end=${start + 1200}`;
        const { data } = (await (await fetch(url)).json()) as FoundExemplars;
        return data.length > 0 && data;
      },
      30,
    );
    expect(found[0]?.seriesLabels).toMatchObject({ job: 'fte', endpoint: '/orders', method: 'POST' });
    expect(found[0]?.exemplars[0]?.labels).toEqual({ correlation_id: 'follow-me' });
  });
});
