import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { allAlerts, allGroups, metricsOf } from '../../monitoring/source/groups.ts';
import { readLinks, SERVED_RUNBOOKS } from '../../monitoring/source/links.ts';
import { ruleYaml } from '../../monitoring/source/model.ts';
import { run } from '../../monitoring/source/promtool.ts';
import { readSources } from '../../scripts/docs.ts';
import { catalogue as fullCatalogue } from '../../src/fte/catalogue.ts';
import { FUNCTIONS } from '../../src/fte/vocabulary.ts';
import { type Catalogue, CONFIGURED, METRIC_NAMES } from '../../src/observability/catalogue.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { promtool } from '../servers/monitoring-tools.ts';
import { describeReal } from '../servers/skipping.ts';

const catalogue: Catalogue = fullCatalogue;
const FOLDER = join(ROOT, 'monitoring', 'runbooks');
const alerts = allAlerts();
const names = [...new Set(alerts.map(({ alert }) => alert))];
const read = (name: string) => readFile(join(FOLDER, `${name}.md`), 'utf8');
const recorded = new Set(
  allGroups().slo.flatMap(({ rules }) => rules.flatMap((rule) => ('record' in rule ? [rule.record] : []))),
);

/** The queries of a runbook: one a line. */
function queries(text: string): readonly string[] {
  return [...text.matchAll(/```promql\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
}

/** The selectors of a query that the catalogue does not know, or not with these labels and values. */
function unknown(query: string): readonly string[] {
  return [...query.matchAll(/(?<![:\w])(fte_\w+)(?:\{([^}]*)\})?/g)].flatMap(
    ([selector, name = '', matchers = '']) => {
      const spec = catalogue[metricsOf(name)[0] ?? ''];
      if (spec === undefined) return [selector];
      const wrong = [...matchers.matchAll(/(\w+)(=~?|!=|!~)"([^"]*)"/g)].filter(
        ([, label = '', operator, value = '']) => {
          if (label === 'job') return value !== 'fte';
          if (label === 'le')
            return spec.type !== 'histogram' || !spec.buckets.includes(Number.parseFloat(value));
          const set = spec.labels[label];
          if (set === undefined) return true;
          if (set === CONFIGURED || set === METRIC_NAMES || value === 'other') return false;
          return operator === '=' || operator === '!='
            ? !set.includes(value)
            : !value.split('|').every((part) => set.some((one) => new RegExp(`^${part}$`).test(one)));
        },
      );
      return wrong.length > 0 ? [selector] : [];
    },
  );
}

/** The labels that a query splits a metric of ours by, and that the metric does not have. */
function unknownSplits(query: string): readonly string[] {
  return [...query.matchAll(/by \(([^)]*)\) \((?:\w+\()?(fte_\w+)/g)].flatMap(
    ([, labels = '', name = '']) => {
      const known = Object.keys(catalogue[metricsOf(name)[0] ?? '']?.labels ?? {});
      return labels.split(', ').filter((label) => label !== 'le' && !known.includes(label));
    },
  );
}

test('each alert has a runbook, and each runbook an alert', async () => {
  const files = (await readdir(FOLDER)).map((file) => file.replace('.md', ''));
  expect(files.toSorted()).toEqual(names.toSorted());
});

/** The links of an alert as its annotations have them. */
const annotationsOf = (alert: (typeof alerts)[number]) =>
  ruleYaml(alert).annotations as { readonly runbook_url: string; readonly dashboard: string };

test.each(alerts.map((alert) => [alert.alert, alert] as const))(
  '%s: its links can be opened from a mailbox, and lead to a file',
  async (_, alert) => {
    const { runbook_url, dashboard } = annotationsOf(alert);
    const [runbook, board] = [new URL(runbook_url), new URL(dashboard)];
    for (const { protocol } of [runbook, board]) expect(protocol).toMatch(/^https?:$/);
    const served = runbook.pathname.replace(/^.*[/]runbooks[/]/, 'monitoring/runbooks/');
    expect(await readFile(join(ROOT, served), 'utf8')).toMatch(new RegExp(`^# ${alert.alert}\\n`));
    const file = join(
      ROOT,
      'monitoring/grafana/dashboards',
      board.pathname.replace(/^[/]d[/](.+)$/, '$1.json'),
    );
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ uid: alert.dashboard });
  },
);

test('the compose file has Grafana serve the runbooks where the links look for them', async () => {
  const compose = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
  expect(compose).toContain(`./monitoring/runbooks:/usr/share/grafana${SERVED_RUNBOOKS}:ro`);
  expect(compose).toContain('127.0.0.1:3000:3000');
});

test('the addresses come from the environment, else from the repository, else from Grafana', () => {
  const links = (env: Record<string, string>, repository?: unknown) => readLinks(env, repository ?? '');
  expect(links({})).toEqual({
    grafana: 'http://localhost:3000',
    runbooks: 'http://localhost:3000/public/runbooks',
  });
  expect(links({ FTE_GRAFANA_URL: 'https://grafana.example/' })).toEqual({
    grafana: 'https://grafana.example',
    runbooks: 'https://grafana.example/public/runbooks',
  });
  const there = 'https://github.com/some/where/blob/HEAD/monitoring/runbooks';
  for (const repository of [
    { type: 'git', url: 'git+https://github.com/some/where.git' },
    'https://github.com/some/where',
    'git@github.com:some/where.git',
  ])
    expect(links({}, repository).runbooks).toBe(there);
  expect(
    links({ FTE_RUNBOOKS_URL: 'https://wiki.example/fte' }, 'https://github.com/some/where').runbooks,
  ).toBe('https://wiki.example/fte');
});

test('an address that is none stops the build, by name', () => {
  expect(() => readLinks({ FTE_RUNBOOKS_URL: 'wiki/fte' })).toThrow(
    'FTE_RUNBOOKS_URL is "wiki/fte", but must be an address that begins with http:// or https://',
  );
  expect(() => readLinks({ FTE_GRAFANA_URL: 'ftp://x' })).toThrow('FTE_GRAFANA_URL is "ftp://x"');
});

test('a name, a label, a value or an edge that does not exist is seen', () => {
  expect(unknown('rate(fte_no_such_total[5m])')).toEqual(['fte_no_such_total']);
  expect(unknown('fte_errors_total{colour="red"}')).toHaveLength(1);
  expect(unknown('fte_errors_total{error_type=~"llm|moon"}')).toHaveLength(1);
  expect(unknown('fte_http_requests_total{endpoint!~"/healht"}')).toHaveLength(1);
  expect(unknown('fte_errors_total{job="other"}')).toHaveLength(1);
  expect(unknown('fte_human_pickup_time_seconds_bucket{le="901"}')).toHaveLength(1);
  expect(unknown('fte_human_pickup_time_seconds_bucket{le=~"900([.]0)?"}')).toEqual([]);
  expect(unknownSplits('sum by (component, colour) (rate(fte_errors_total[5m]))')).toEqual(['colour']);
  expect(unknownSplits('sum by (le, channel) (fte_delivery_duration_seconds_bucket)')).toEqual([]);
});

const sources = [...readSources(['src', 'handlers']).values()].join('\n');

describe.each(names)('%s', (name) => {
  test('says what it means, whom it hurts, what to look at and what to do', async () => {
    const text = await read(name);
    expect([...text.matchAll(/^#+ .*$/gm)].map(([heading]) => heading)).toEqual([
      `# ${name}`,
      '## Meaning',
      '## Impact',
      '## Diagnosis',
      '## Mitigation',
    ]);
    expect(queries(text).length).toBeGreaterThan(0);
    expect(text).toContain('```bash\n');
  });

  test('looks only for log lines that are written', async () => {
    const phrases = [...(await read(name)).matchAll(/--filter '"([^"]+)"'/g)].map(
      ([, phrase = '']) => phrase,
    );
    expect(phrases.filter((phrase) => !sources.includes(phrase))).toEqual([]);
  });

  test('asks for no page by HEAD, which no route answers', async () => {
    expect(await read(name)).not.toMatch(/curl (?:-\S+ )*(?:-\w*I|--head)\b/);
  });

  test('asks only for what exists', async () => {
    const text = await read(name);
    expect(queries(text).flatMap(unknown)).toEqual([]);
    expect(queries(text).flatMap(unknownSplits)).toEqual([]);
    const slo = queries(text).flatMap((query) =>
      [...query.matchAll(/slo:\w+:\w+/g)].map(([series]) => series),
    );
    expect(slo.filter((series) => !recorded.has(series))).toEqual([]);
    const functions = [...text.matchAll(/serverless logs -f (\w+)/g)].map(([, fn]) => fn);
    expect(functions.filter((fn) => !(FUNCTIONS as readonly (string | undefined)[]).includes(fn))).toEqual(
      [],
    );
  });
});

describeReal('promtool', () => {
  test('reads every query of every runbook', async () => {
    const all = (await Promise.all(names.map(read))).flatMap(queries);
    expect(all.length).toBeGreaterThan(names.length);
    const folder = await mkdtemp(join(tmpdir(), 'fte-runbooks-'));
    try {
      const rules = all.map((expr, i) => ({ record: `query:${i}`, expr }));
      const file = join(folder, 'queries.yml');
      await writeFile(file, stringify({ groups: [{ name: 'queries', rules }] }));
      expect(await run(promtool(), ['check', 'rules', file])).toMatchObject({ ok: true });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
