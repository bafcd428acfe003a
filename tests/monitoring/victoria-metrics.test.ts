/** The published series in VictoriaMetrics, by Prometheus' remote write: the same totals, and every panel's query. */
import { type Observed, startObserved } from '../running/observed.ts';
import { until } from '../running/until.ts';
import { queryAt } from '../servers/prometheus.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { describeReal } from '../servers/skipping.ts';
import { startVictoriaMetrics } from '../servers/victoria-metrics.ts';
import { CHOICES, dashboardQueries, substituted } from './dashboard-files.ts';

const SECONDS = 120;
/** Series that are no longer 0 when all that was played has been counted. */
const GROWN = 200;
const COUNTERS = '{__name__=~"fte_.+_(total|count|sum|bucket)", job="fte"}';

describeReal('VictoriaMetrics', () => {
  let store: ServerProcess;
  let observed: Observed;
  beforeAll(async () => {
    store = await startVictoriaMetrics();
    observed = await startObserved({ name: 'victoria-metrics', remoteWrite: `${store.url}/api/v1/write` });
    await observed.play({ messages: 30, rate: 8 });
    await observed.knock(5);
  });
  afterAll(async () => {
    await observed?.close();
    await store?.close();
  });

  /** The samples of a server, by their labels. Of `le`, Prometheus writes what it has: `3.0` for 3. */
  const byLabels = async (url: string, expr: string, at: number) =>
    new Map(
      (await queryAt(url, expr, at)).map(({ metric, value }) => [
        JSON.stringify(Object.entries(metric).toSorted(([a], [b]) => a.localeCompare(b))),
        value,
      ]),
    );

  test('holds the same totals, series by series', async () => {
    const compared = await until(
      'the same totals in both',
      async () => {
        // A moment that has passed in both: what is written remotely comes a little later.
        const at = Math.floor(Date.now() / 1000) - 5;
        const [theirs, ours] = [
          await byLabels(store.url, COUNTERS, at),
          await byLabels(observed.prometheus.url, COUNTERS, at),
        ];
        const differing = [...ours].filter(([labels, value]) => theirs.get(labels) !== value);
        const grown = [...ours.values()].filter((value) => value > 0).length;
        return grown > GROWN && theirs.size === ours.size && differing.length === 0 && ours.size;
      },
      SECONDS,
    );
    expect(compared).toBeGreaterThan(GROWN);
  }, 150_000);

  test('answers the queries of all panels that Prometheus answers', async () => {
    const finite = async (url: string, expr: string) =>
      (await queryAt(url, expr)).some(({ value }) => Number.isFinite(value));
    const missing: string[] = [];
    let asked = 0;
    for (const { where, expr } of dashboardQueries) {
      const query = substituted(expr, CHOICES.all);
      if (!(await finite(observed.prometheus.url, query))) continue;
      asked += 1;
      await until(where, () => finite(store.url, query), 60).catch((error: unknown) => {
        missing.push(String(error));
      });
    }
    expect(missing).toEqual([]);
    expect(asked).toBeGreaterThan(dashboardQueries.length / 2);
  });
});
