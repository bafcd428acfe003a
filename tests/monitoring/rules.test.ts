import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { generatedFiles, staleFiles } from '../../monitoring/source/build.ts';
import type { Case } from '../../monitoring/source/cases/case.ts';
import { config } from '../../monitoring/source/config.ts';
import { allAlerts, allGroups, emittable, metricsOf, notEmitted } from '../../monitoring/source/groups.ts';
import { DASHBOARDS, SEVERITIES } from '../../monitoring/source/model.ts';
import { bucket, counter, duration, gauge } from '../../monitoring/source/promql.ts';
import { run, testRule } from '../../monitoring/source/promtool.ts';
import { CASES, isAbout } from '../../monitoring/source/unit-tests.ts';
import { catalogue } from '../../src/fte/catalogue.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { promtool } from '../servers/monitoring-tools.ts';
import { describeReal } from '../servers/skipping.ts';

const alerts = allAlerts();
const TESTS = join(ROOT, 'monitoring/prometheus/tests');

/** A file of unit tests as it is committed. */
function writtenTest(file: string) {
  return parse(readFileSync(join(TESTS, file), 'utf8')) as {
    readonly rule_files: readonly string[];
    readonly group_eval_order: readonly string[];
    readonly tests: readonly { readonly name: string }[];
  };
}
const label = (labels: object | string) => ` ${JSON.stringify(labels)}`;

test('what is generated is up to date (else: npm run monitoring:build)', () => {
  expect(staleFiles()).toEqual([]);
});

test.each(readdirSync(TESTS))('%s names the order of all groups of its rules', (name) => {
  const { rule_files, group_eval_order } = writtenTest(name);
  const groups = rule_files.flatMap((file) => {
    const rules = parse(readFileSync(join(TESTS, file), 'utf8')) as { groups: { name: string }[] };
    return rules.groups.map((group) => group.name);
  });
  expect(group_eval_order).toEqual(groups);
});

test('the first eight alerts stand first and keep their names', () => {
  const [first] = allGroups().alerting;
  const names = first?.rules.map((rule) => ('alert' in rule ? rule.alert : ''));
  expect([...new Set(names)]).toEqual([
    'ServiceDown',
    'HighErrorRate',
    'SlowResponseTime',
    'HighEscalationRate',
    'AgentSlowThinking',
    'DatabaseConnectivityIssue',
    'HighMessageQueueSize',
    'LowCustomerSatisfaction',
  ]);
});

test('a name, a label, a value or an edge that the catalogue does not have is a compile error', () => {
  // @ts-expect-error no such metric
  gauge('fte_no_such_metric');
  // @ts-expect-error a counter is no gauge
  gauge('fte_errors_total');
  // @ts-expect-error no such label
  counter('fte_errors_total', { colour: 'red' });
  // @ts-expect-error no such value
  counter('fte_errors_total', { error_type: 'databse' });
  // @ts-expect-error no such value to leave out
  counter('fte_http_requests_total', { endpoint: { not: ['/healht'] } });
  expect(counter('fte_http_requests_total', { endpoint: { not: ['/health', '/metrics'] } })).toBe(
    'fte_http_requests_total{job="fte", endpoint!~"/health|/metrics"}',
  );
  // @ts-expect-error no such edge; found at run time, too
  expect(() => bucket('fte_human_pickup_time_seconds', 901)).toThrow('no bucket that ends at 901');
  expect(bucket('fte_human_pickup_time_seconds', 900)).toBe(
    'fte_human_pickup_time_seconds_bucket{job="fte", le=~"900([.]0)?"}',
  );
});

test('every metric of every rule stands in the catalogue', () => {
  const rules = [...allGroups().alerting, ...allGroups().slo].flatMap((group) => group.rules);
  expect(rules.flatMap(({ expr }) => metricsOf(expr)).filter((name) => !(name in catalogue))).toEqual([]);
});

test('an alert that nothing can fire is defined, but not written', () => {
  const waiting = alerts.filter((alert) => notEmitted(alert).length > 0).map(({ alert }) => alert);
  const written = emittable(allGroups().alerting).flatMap(({ rules }) =>
    rules.map((rule) => ('alert' in rule ? rule.alert : '')),
  );
  expect(written).toContain('ServiceDown');
  for (const alert of waiting) expect(written).not.toContain(alert);
});

test('durations are written in the largest unit that fits, scaled ones too', () => {
  expect([86_400, 5_400, 90, 0.5, 0.0001].map(duration)).toEqual(['1d', '90m', '90s', '500ms', '1ms']);
});

describe.each(
  alerts.map((alert) => [`${alert.alert}${label(alert.labels ?? alert.severity)}`, alert] as const),
)('%s', (_, alert) => {
  test('has its links, its words, and no value in its labels', () => {
    expect(SEVERITIES).toContain(alert.severity);
    expect(DASHBOARDS).toContain(alert.dashboard);
    expect(alert.summary.length * alert.description.length).toBeGreaterThan(100);
    expect(JSON.stringify(alert.labels ?? {})).not.toContain('$value');
  });

  test('has cases in which it fires, stays silent, and stands at the edge', () => {
    const own = Object.values(CASES)
      .flat()
      .filter((test) => isAbout(test, alert));
    const kinds = new Set(own.map(({ kind }) => kind));
    // The watchdog has no threshold.
    const wanted = alert.severity === 'none' ? ['fires'] : ['fires', 'silent', 'edge'];
    expect(wanted.filter((kind) => !kinds.has(kind as Case['kind']))).toEqual([]);
  });
});

describeReal('promtool', () => {
  test.each(
    alerts.map((alert) => [`${alert.alert}${label(alert.labels ?? alert.severity)}`, alert] as const),
  )('the unit tests of %s pass', async (_, alert) => {
    const { ok, output } = await testRule(promtool(), alert);
    expect(ok ? '' : output).toBe('');
  });

  test('the written unit tests are the same, and can be run by hand', async () => {
    const { ok, output } = await run(promtool(), ['test', 'rules', join(TESTS, 'functions.yml')]);
    expect(ok ? '' : output).toBe('');
  });

  test('the written unit tests record first, and alert then', async () => {
    const { rule_files, group_eval_order, tests, ...file } = writtenTest('slo.yml');
    const short = tests.filter(({ name }) => name === 'ProcessingBudgetBurn fires: just over the limit')[0];
    const folder = await mkdtemp(join(tmpdir(), 'fte-order-'));
    const runIn = async (order: readonly string[]) => {
      const path = join(folder, 'one.yml');
      const paths = rule_files.map((rules) => join(TESTS, rules));
      const one = { ...file, rule_files: paths, group_eval_order: order, tests: [short] };
      await writeFile(path, stringify(one));
      return run(promtool(), ['test', 'rules', path]);
    };
    try {
      expect(await runIn(group_eval_order)).toMatchObject({ ok: true });
      expect(await runIn(group_eval_order.toReversed())).toMatchObject({ ok: false });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('a rule that is wrong fails its tests', async () => {
    const alert = alerts.find(({ alert: name }) => name === 'DeadLetterQueueNotEmpty')!;
    const { ok } = await testRule(promtool(), { ...alert, expr: alert.expr.replace('> 0', '> 1') }, alert);
    expect(ok).toBe(false);
  });

  test('the rules and the configuration are valid', async () => {
    const at = (file: string) => join(ROOT, 'monitoring', file);
    const rules = await run(promtool(), [
      'check',
      'rules',
      at('fte_alerting_rules.yml'),
      at('prometheus/rules/slo.yml'),
    ]);
    expect(rules).toMatchObject({ ok: true });
    // Debian's promtool is of version 2 and refuses what only 3 knows.
    expect(await run(promtool(), ['check', 'config', at('prometheus/prometheus-2.yml')])).toMatchObject({
      ok: true,
    });
    const three = await run(promtool(), ['check', 'config', at('prometheus/prometheus.yml')]);
    expect(three.ok || three.output.includes('scrape_protocols')).toBe(true);
  });
});

test('the configuration for Prometheus 3 differs from that for 2 by one field', () => {
  const text = (file: string) => generatedFiles().get(file) ?? '';
  const three = text('prometheus/prometheus.yml').split('\n');
  const two = new Set(text('prometheus/prometheus-2.yml').split('\n'));
  expect(three.filter((line) => !two.has(line)).map((line) => line.trim())).toEqual([
    'scrape_protocols:',
    '- PrometheusProto',
    '- OpenMetricsText1.0.0',
    '- OpenMetricsText0.0.1',
    '- PrometheusText0.0.4',
  ]);
  expect(text('prometheus/prometheus.yml')).toContain(`regex: ${config.instanceJob}`);
});
