/** Every query of every dashboard, and every rule, executed by a real Prometheus on what the handlers themselves pushed. */
import { allAlerts, notEmitted } from '../../monitoring/source/groups.ts';
import { type Observed, startObserved } from '../running/observed.ts';
import { until } from '../running/until.ts';
import { describeReal } from '../servers/skipping.ts';
import { CHOICES, type DashboardQuery, dashboardQueries, substituted } from './dashboard-files.ts';
import { type Selector, selectorsOf } from './promql-names.ts';

/** Queries that are rightly empty here, each with its reason. Whoever stands here and is not empty fails, too. */
const EMPTY: Readonly<Record<string, string>> = {
  'fte-quality / Tokens per minute / A': 'the embedded model has no tokens',
};

/** Series of alerts that are rightly missing here, in the same way. */
const MISSING: Readonly<Record<string, string>> = {
  fte_label_overflow_total: 'no label has a value outside its set',
  fte_llm_cost_usd_total: 'the embedded model costs nothing',
};
const alertSelectors = new Map(
  allAlerts()
    .filter((alert) => notEmitted(alert).length === 0)
    .flatMap(({ alert, expr }) =>
      selectorsOf(expr).map((selector) => [`${alert}: ${written(selector)}`, selector] as const),
    ),
);
function written({ metric, matchers }: Selector): string {
  return `${metric}{${matchers.map(({ label, op, value }) => `${label}${op}${JSON.stringify(value)}`).join(', ')}}`;
}

interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** Two weeks are compared with each other. */
const HISTORY_DAYS = 15;
/** The folds come every five seconds, the scrapes and the rules every second. */
const SECONDS = 240;

interface Asked extends DashboardQuery {
  readonly choice: keyof typeof CHOICES;
}
const asked: readonly Asked[] = (['all', 'one'] as const).flatMap((choice) =>
  dashboardQueries
    .filter(({ expr }) => choice === 'all' || /\$(channel|function)/.test(expr))
    .map((query) => ({ ...query, choice })),
);
const key = ({ where, choice }: Asked) => `${where} (${choice})`;
const labelsOf = (legend: string) => [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);

describeReal('against a real Prometheus', () => {
  let observed: Observed;
  /** The labels of each query's results, once it had a finite one. */
  const answered = new Map<string, readonly Readonly<Record<string, string>>[]>();

  async function askAll(): Promise<void> {
    for (const query of asked) {
      if (answered.has(key(query))) continue;
      const samples = await observed.prometheus.query(substituted(query.expr, CHOICES[query.choice]));
      const finite = samples.filter(({ value }) => Number.isFinite(value));
      if (finite.length > 0)
        answered.set(
          key(query),
          finite.map(({ metric }) => metric),
        );
    }
  }

  beforeAll(async () => {
    observed = await startObserved({ name: 'dashboards', history: HISTORY_DAYS });
    await observed.play({ messages: 90, rate: 8 });
    await observed.handle(4);
    const expected = asked.filter(({ where }) => EMPTY[where] === undefined);
    // What never gets an answer is named by its own test below.
    await until(
      'an answer to every query',
      async () => {
        // Again and again: a rate is back at zero a minute later, and to ask for everything may take longer.
        await observed.knock(5);
        await askAll();
        return expected.every((query) => answered.has(key(query)));
      },
      SECONDS,
    ).catch(() => undefined);
  });
  afterAll(() => observed?.close());

  test.each(asked.map((query) => [key(query), query]))('%s', (_, query) => {
    const reason = EMPTY[query.where];
    expect([query.expr, answered.has(key(query))]).toEqual([query.expr, reason === undefined]);
    for (const label of labelsOf(query.legend)) {
      const missing = (answered.get(key(query)) ?? []).filter((labels) => labels[label] === undefined);
      expect([label, missing]).toEqual([label, []]);
    }
  });

  test('every rule is evaluated without an error', async () => {
    const rules = await until(
      'an evaluation of every rule',
      async () => {
        const response = await fetch(`${observed.prometheus.url}/api/v1/rules`);
        const { data } = (await response.json()) as { data: { groups: { rules: RuleState[] }[] } };
        const all = data.groups.flatMap((group) => group.rules);
        return all.length > 0 && all.every(({ health }) => health !== 'unknown') && all;
      },
      SECONDS,
    );
    expect(rules.length).toBeGreaterThanOrEqual(allAlerts().length);
    expect(rules.filter(({ health, lastError }) => health !== 'ok' || lastError)).toEqual([]);
  });

  test.each([...alertSelectors])('there is something to see for %s', async (_, selector) => {
    const found = await observed.prometheus.query(`count(${written(selector)})`);
    expect([written(selector), found.length > 0]).toEqual([
      written(selector),
      MISSING[selector.metric] === undefined,
    ]);
  });

  test('the exemplars of histograms carry correlation ids', async () => {
    const now = Date.now() / 1000;
    for (const { where, expr } of dashboardQueries.filter(({ exemplar }) => exemplar)) {
      const body = new URLSearchParams({
        query: substituted(expr, CHOICES.all),
        start: `${now - 600}`,
        end: `${now + 60}`,
      });
      const response = await fetch(`${observed.prometheus.url}/api/v1/query_exemplars`, {
        method: 'POST',
        body,
      });
      const { data } = (await response.json()) as {
        data: { exemplars: { labels: Record<string, string> }[] }[];
      };
      const ids = data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.correlation_id));
      expect([where, ids.length > 0, ids.includes(undefined)]).toEqual([where, true, false]);
    }
  });

  test('the table of what is broken names the alert that fires', async () => {
    const table = asked.find(({ where }) => where === 'fte-overview / What is broken, and since when / A');
    const broken = substituted(table?.expr ?? '', CHOICES.all);
    await until(
      'the row',
      async () =>
        (await observed.prometheus.query(broken)).some(
          ({ metric: { alertname, severity, what = '' } }) =>
            alertname === 'SignatureRejections' && severity === 'warning' && what.trim() === 'whatsapp',
        ),
      SECONDS,
    );
  });
});
