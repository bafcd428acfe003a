import {
  createDataFrame,
  type DataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
  FieldType,
  LoadingState,
  type PanelData,
} from '@grafana/data';
import { type SceneObject, sceneGraph } from '@grafana/scenes';
import { catchError, from, map, type Observable, of, startWith } from 'rxjs';

interface PromQuery extends DataQuery {
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly format?: string;
}
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [number, string])[];
  readonly value?: readonly [number, string];
}

/** What went wrong on this page; the preview fails when there is anything. */
export const failures: string[] = [];
const numberOf = (text: string) => Number(text.replace('Inf', 'Infinity'));

function nameOf({ legendFormat = '' }: PromQuery, metric: Series['metric']): string {
  return legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? label);
}

function seriesFrame(query: PromQuery, { metric, values, value }: Series): DataFrame {
  const points = values ?? (value === undefined ? [] : [value]);
  return createDataFrame({
    refId: query.refId,
    name: nameOf(query, metric),
    fields: [
      { name: 'Time', type: FieldType.time, values: points.map(([at]) => at * 1000) },
      {
        name: 'Value',
        type: FieldType.number,
        labels: { ...metric },
        config: { displayNameFromDS: nameOf(query, metric) },
        values: points.map(([, text]) => numberOf(text)),
      },
    ],
  });
}

function tableFrame(query: PromQuery, result: readonly Series[]): DataFrame {
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return createDataFrame({
    refId: query.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: result.map(({ value }) => (value?.[0] ?? 0) * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: result.map(({ metric }) => metric[label] ?? ''),
      })),
      {
        name: 'Value',
        type: FieldType.number,
        values: result.map(({ value }) => numberOf(value?.[1] ?? '')),
      },
    ],
  });
}

/** The interval that Grafana's own Prometheus data source would put in. */
const rateInterval = (stepSeconds: number, scrapeSeconds: number) =>
  Math.max(stepSeconds + scrapeSeconds, 4 * scrapeSeconds);

export interface Prometheus {
  query(request: DataQueryRequest<PromQuery>): Observable<DataQueryResponse>;
}

/** As much of Grafana's Prometheus data source as the dashboards use. */
export function createPrometheus(scrapeSeconds: number) {
  async function ask(query: PromQuery, request: DataQueryRequest<PromQuery>): Promise<DataFrame[]> {
    const range = request.range;
    const [start, end] = [range.from.unix(), range.to.unix()];
    const step = Math.max(Math.round(request.intervalMs / 1000), scrapeSeconds);
    const owner = request.scopedVars.__sceneObject?.value.valueOf() as SceneObject;
    const expr = sceneGraph
      .interpolate(owner, query.expr.replace(/\$__(rate_interval|range)\b/g, '@@$1@@'), request.scopedVars)
      .replace('@@rate_interval@@', `${rateInterval(step, scrapeSeconds)}s`)
      .replaceAll('@@rate_interval@@', `${rateInterval(step, scrapeSeconds)}s`)
      .replaceAll('@@range@@', `${end - start}s`);
    const body = new URLSearchParams(
      query.instant
        ? { query: expr, time: `${end}` }
        : { query: expr, start: `${start - (start % step)}`, end: `${end}`, step: `${step}` },
    );
    const response = await fetch(`/api/v1/query${query.instant ? '' : '_range'}`, { method: 'POST', body });
    const { status, error, data } = await response.json();
    if (status !== 'success') throw new Error(`${error}: ${expr}`);
    const result = (
      data.resultType === 'scalar' ? [{ metric: {}, value: data.result }] : data.result
    ) as readonly Series[];
    if (query.format === 'table') return result.length === 0 ? [] : [tableFrame(query, result)];
    return result.map((series) => seriesFrame(query, series));
  }
  return {
    name: 'Prometheus',
    uid: 'prometheus',
    type: 'prometheus',
    meta: { id: 'prometheus', name: 'Prometheus' },
    interval: `${scrapeSeconds}s`,
    getRef: () => ({ type: 'prometheus', uid: 'prometheus' }),
    query: (request: DataQueryRequest<PromQuery>) =>
      from(
        Promise.all(request.targets.map((target) => ask(target, request))).then((frames) => ({
          data: frames.flat(),
        })),
      ),
  };
}

/** Grafana's `runRequest`, without streaming. */
export function runRequest(source: Prometheus, request: DataQueryRequest<PromQuery>): Observable<PanelData> {
  const timeRange = request.range;
  return source.query(request).pipe(
    map(({ data }): PanelData => ({ state: LoadingState.Done, series: data, timeRange, request })),
    catchError((error: unknown) => {
      failures.push(String(error));
      return of({
        state: LoadingState.Error,
        series: [],
        timeRange,
        request,
        errors: [{ message: String(error) }],
      });
    }),
    startWith({ state: LoadingState.Loading, series: [], timeRange, request } as PanelData),
  );
}
