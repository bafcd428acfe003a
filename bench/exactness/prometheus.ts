// What Prometheus has seen, as it tells it.
import { SAMPLES, sampleKey } from './samples.ts';
import type { Tempo } from './tempo.ts';

export interface PrometheusTargets {
  /** The gateway with the published totals, and perhaps with the instances' entries. */
  readonly published: string;
  /** The gateway with the usual layouts. */
  readonly plain?: string;
}

const host = (url: string) => new URL(url).host;

export function prometheusConfig({ published, plain }: PrometheusTargets, tempo: Tempo): unknown {
  const interval = `${tempo.scrape}ms`;
  const job = (name: string, url: string, more: object = {}) => ({
    job_name: name,
    honor_labels: true,
    scrape_interval: interval,
    scrape_timeout: interval,
    static_configs: [{ targets: [host(url)] }],
    ...more,
  });
  const dropEntries = [{ source_labels: ['job'], regex: 'fte-instance', action: 'drop' }];
  return {
    global: { scrape_interval: interval, evaluation_interval: '1m' },
    scrape_configs: [
      job('published', published, { metric_relabel_configs: dropEntries }),
      ...(plain === undefined ? [] : [job('plain', plain)]),
    ],
  };
}

interface RawSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [number, string])[];
  readonly value?: readonly [number, string];
}

/** Every scrape of one series: milliseconds since 1970, and the value. */
export type Scrapes = readonly (readonly [at: number, value: number])[];

export interface SeriesSeen {
  readonly key: string;
  readonly scrapes: Scrapes;
}

export function createPrometheusClient(url: string) {
  async function query(text: string, at?: number): Promise<readonly RawSeries[]> {
    const body = new URLSearchParams({
      query: text,
      ...(at === undefined ? {} : { time: String(at / 1000) }),
    });
    const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
    const { status, error, data } = (await answer.json()) as {
      status: string;
      error?: string;
      data: { result: readonly RawSeries[] };
    };
    if (status !== 'success') throw new Error(`${text}: ${error}`);
    return data.result;
  }

  return {
    async matrix(selector: string, seconds: number): Promise<readonly SeriesSeen[]> {
      const series = await query(`${selector}[${Math.ceil(seconds)}s]`);
      return series.map(({ metric, values = [] }) => ({
        key: sampleKey(metric.__name__ ?? '', metric),
        scrapes: values.map(([at, value]) => [Math.round(at * 1000), Number(value)] as const),
      }));
    },
    /** The one number of an expression; undefined where it has none. */
    async number(expression: string, at?: number): Promise<number | undefined> {
      const value = (await query(expression, at))[0]?.value?.[1];
      return value === undefined ? undefined : Number(value);
    },
    async vector(expression: string, at?: number): Promise<ReadonlyMap<string, number>> {
      const series = await query(expression, at);
      return new Map(
        series.map(({ metric, value }) => [sampleKey(metric.__name__ ?? '', metric), Number(value?.[1])]),
      );
    },
  };
}
export type PrometheusClient = ReturnType<typeof createPrometheusClient>;

/** The places of what Prometheus names. */
export const placesByKey: ReadonlyMap<string, number> = new Map(SAMPLES.map(({ key }, i) => [key, i]));
