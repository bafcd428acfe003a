import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { buildDashboards } from '../../monitoring/source/dashboards/boards.ts';
import { allAlerts } from '../../monitoring/source/groups.ts';
import { DASHBOARDS } from '../../monitoring/source/model.ts';
import { catalogue } from '../../src/fte/catalogue.ts';
import type { MetricSpec } from '../../src/observability/catalogue.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { CHOICES, dashboardFiles, dashboardQueries, type PanelJson, substituted } from './dashboard-files.ts';
import { groupingLabelsOf, type Selector, selectorsOf } from './promql-names.ts';

/** Series that are Prometheus' own; the recording rules' are checked where they are executed. */
const NOT_OURS = [
  'up',
  'ALERTS',
  'ALERTS_FOR_STATE',
  'scrape_duration_seconds',
  'scrape_samples_post_metric_relabeling',
];

function specOf(metric: string): { readonly spec: MetricSpec; readonly suffix: string } | undefined {
  const specs: Readonly<Record<string, MetricSpec>> = catalogue;
  const exact = specs[metric];
  if (exact?.type === 'counter' || exact?.type === 'gauge') return { spec: exact, suffix: '' };
  const [, name = '', suffix = ''] = /^(.*)_(bucket|count|sum)$/.exec(metric) ?? [];
  const spec = specs[name];
  if (spec?.type === 'histogram' || (spec?.type === 'summary' && suffix !== 'bucket'))
    return { spec, suffix };
  return undefined;
}

/** What a selector names that the catalogue does not have. */
function foreign({ metric, matchers }: Selector): readonly string[] {
  if (NOT_OURS.includes(metric) || metric.startsWith('slo:')) return [];
  const found = specOf(metric);
  if (found === undefined) return [`no metric ${metric}`];
  const { spec, suffix } = found;
  const edges = spec.type === 'histogram' ? spec.buckets.map(String) : [];
  const job = matchers.some(({ label, value }) => label === 'job' && value === 'fte');
  return [
    ...(job ? [] : [`${metric} without its job`]),
    ...matchers.flatMap(({ label, op, value }) => {
      if (label === 'job' || value.startsWith('$')) return [];
      const known = label === 'le' && suffix === 'bucket' ? edges : spec.labels[label];
      if (known === undefined) return [`${metric} has no label ${label}`];
      const values = op.endsWith('~') ? value.replace('([.]0)?', '').split('|') : [value];
      return values.filter((one) => !known.includes(one)).map((one) => `${metric}: ${label}=${one}`);
    }),
  ];
}

/** Labels by which an expression of our own metrics groups, and that none of them has. */
function strangeGroups(expr: string): readonly string[] {
  const specs = selectorsOf(expr).map(({ metric }) => specOf(metric));
  if (specs.includes(undefined)) return [];
  const known = new Set(specs.flatMap((found) => Object.keys(found?.spec.labels ?? {})));
  return groupingLabelsOf(expr).filter((label) => label !== 'le' && !known.has(label));
}

const panelsOf = (panels: readonly PanelJson[]) => panels.filter(({ type }) => type !== 'row');
const named = dashboardFiles.map(({ json }) => [json.uid, json] as const);

test('the committed files are what the source makes', () => {
  const built = buildDashboards();
  expect(dashboardFiles.map(({ file }) => file)).toEqual([...built.keys()].sort());
  for (const { file, json } of dashboardFiles) expect(json).toEqual(JSON.parse(built.get(file) ?? ''));
});

test('there is a dashboard for every link of an alert', () => {
  expect(dashboardFiles.map(({ json }) => json.uid)).toEqual([...DASHBOARDS].sort());
});

test('the overview begins with what an operator looks at first', () => {
  const overview = dashboardFiles.find(({ json }) => json.uid === 'fte-overview')!.json;
  expect(
    panelsOf(overview.panels)
      .slice(0, 11)
      .map(({ title }) => title),
  ).toEqual([
    'Service health',
    'Requests per second',
    'Error rate',
    'Response time p95',
    'Interactions by channel',
    'Ticket operations',
    'Thinking time p95 by operation',
    'Escalations by reason, last hour',
    'Active conversations',
    'Queue sizes',
    'Customer satisfaction, 24 h',
  ]);
});

test('what is provisioned fits together: no click is needed', () => {
  const read = (file: string) => parse(readFileSync(join(ROOT, file), 'utf8'));
  const [source] = read('monitoring/grafana/provisioning/datasources/prometheus.yml').datasources;
  const [provider] = read('monitoring/grafana/provisioning/dashboards/fte.yml').providers;
  const { environment, volumes } = read('docker-compose.yml').services.grafana;
  expect(volumes).toContain(`./monitoring/grafana/dashboards:${provider.options.path}:ro`);
  expect(volumes).toContain('./monitoring/grafana/provisioning:/etc/grafana/provisioning:ro');
  expect(environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe(
    `${provider.options.path}/fte-overview.json`,
  );
  const [served] = volumes.flatMap(
    (volume: string) => /^[.][/]monitoring[/]runbooks:(.*):ro$/.exec(volume)?.[1] ?? [],
  );
  expect(served).toBe('/usr/share/grafana/public/runbooks');
  expect(source.jsonData.exemplarTraceIdDestinations).toEqual([
    { name: 'correlation_id', url: '$FTE_LOGS_URL', urlDisplayLabel: expect.any(String) },
  ]);
  expect(environment).toHaveProperty('FTE_LOGS_URL');
  for (const { json } of dashboardFiles) {
    const [variable] = json.templating.list;
    expect(variable).toMatchObject({
      name: 'datasource',
      query: source.type,
      current: { value: source.uid },
    });
  }
});

describe.each(named)('%s', (_, json) => {
  test('ids are unique, nothing lies on anything else, all of it is on the grid', () => {
    const ids = json.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Map<string, number>();
    for (const { id, gridPos } of json.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([`${x},${y}`, taken.get(`${x},${y}`)]).toEqual([`${x},${y}`, undefined]);
          taken.set(`${x},${y}`, id);
        }
      }
    }
  });

  test('rows are full: no hole beside a panel', () => {
    const lines = new Map<number, number>();
    for (const { gridPos } of json.panels)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1)
        lines.set(y, (lines.get(y) ?? 0) + gridPos.w);
    expect([...lines].filter(([, width]) => width !== 24)).toEqual([]);
  });

  test('each panel has a unit and says what it shows', () => {
    for (const { title, description, fieldConfig, targets } of panelsOf(json.panels)) {
      expect([title, (description ?? '').length > 30]).toEqual([title, true]);
      expect([title, fieldConfig?.defaults.unit]).toEqual([title, expect.stringMatching(/./)]);
      expect(targets?.length).toBeGreaterThan(0);
    }
  });

  test('every variable narrows a query, and every one that is used is there', () => {
    const variables = json.templating.list.flatMap(({ name, type }) => (type === 'custom' ? [name] : []));
    const used = panelsOf(json.panels).flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => [...expr.matchAll(/=~"\$(\w+)"/g)].map(([, name]) => name)),
    );
    expect([...new Set(used)].sort()).toEqual([...variables].sort());
  });

  test('rates are taken over the interval that Grafana chooses', () => {
    for (const { targets = [] } of json.panels)
      for (const { expr } of targets) expect(expr).not.toMatch(/rate\([^)]*\[(?!\$__rate_interval)/);
  });

  test('exemplars are asked for where they are: with buckets', () => {
    for (const { targets = [] } of json.panels)
      for (const { expr, exemplar } of targets) if (exemplar === true) expect(expr).toMatch(/_bucket\{/);
  });

  test("links lead to the alerts' runbooks", () => {
    const runbooks = new Set(allAlerts().map(({ alert }) => `/public/runbooks/${alert}.md`));
    const links = panelsOf(json.panels).flatMap(({ links = [] }) => links);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter(({ url }) => !runbooks.has(url))).toEqual([]);
  });

  test('nothing is put into the controls menu', () => {
    expect(JSON.stringify(json)).not.toContain('inControlsMenu');
  });
});

test.each(dashboardQueries.map(({ where, expr }) => [where, expr]))(
  '%s is PromQL and names only what the catalogue has',
  (_, expr) => {
    const selectors = selectorsOf(
      substituted(expr, { ...CHOICES.all, channel: '$channel', function: '$function' }),
    );
    expect(selectors.length).toBeGreaterThan(0);
    expect(selectors.flatMap(foreign)).toEqual([]);
    expect(strangeGroups(substituted(expr, CHOICES.all))).toEqual([]);
  },
);

test('the check notices a wrong metric, label, value, edge and suffix', () => {
  const noticed = (expr: string) => selectorsOf(expr).flatMap(foreign);
  expect(noticed('sum(rate(fte_http_request_total{job="fte"}[5m]))')).toEqual([
    'no metric fte_http_request_total',
  ]);
  expect(noticed('fte_http_requests_total{job="fte", chanel="email"}')).toHaveLength(1);
  expect(noticed('fte_errors_total{job="fte", component=~"api|apy"}')).toEqual([
    'fte_errors_total: component=apy',
  ]);
  expect(noticed('fte_kb_search_duration_seconds_bucket{job="fte", le="0.4"}')).toHaveLength(1);
  expect(noticed('fte_kb_search_duration_seconds{job="fte"}')).toHaveLength(1);
  expect(noticed('fte_active_conversations')).toEqual(['fte_active_conversations without its job']);
  expect(strangeGroups('sum by (le, chanel) (fte_sentiment_score_bucket{job="fte"})')).toEqual(['chanel']);
  expect(() => noticed('sum(fte_active_conversations{job="fte"}')).toThrow('no PromQL at');
});
