import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../running/serverless-yml.ts';

const FOLDER = join(ROOT, 'monitoring', 'grafana', 'dashboards');

interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant: boolean;
  readonly exemplar?: boolean;
}
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly targets?: readonly Target[];
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly transformations?: readonly { readonly id: string; readonly options: Record<string, unknown> }[];
}
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly allValue?: string }[];
  };
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly target: { readonly expr: string } }[];
  };
}

/** The committed dashboards: what Grafana reads, not what the source would make. */
export const dashboardFiles: readonly { readonly file: string; readonly json: DashboardJson }[] = readdirSync(
  FOLDER,
)
  .sort()
  .map((file) => ({
    file,
    json: JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as DashboardJson,
  }));

export interface DashboardQuery {
  /** Dashboard, panel and query, to be named when it fails. */
  readonly where: string;
  readonly expr: string;
  readonly legend: string;
  readonly exemplar: boolean;
}

/** Every query of every panel and annotation. */
export const dashboardQueries: readonly DashboardQuery[] = dashboardFiles.flatMap(({ json }) => [
  ...json.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr, legendFormat, exemplar = false }) => ({
      where: `${json.uid} / ${title} / ${refId}`,
      expr,
      legend: legendFormat,
      exemplar,
    })),
  ),
  ...json.annotations.list.map(({ name, target }) => ({
    where: `${json.uid} / annotation ${name}`,
    expr: target.expr,
    legend: '',
    exemplar: false,
  })),
]);

/** `expr` as Grafana sends it. */
export function substituted(expr: string, variables: Readonly<Record<string, string>>): string {
  return expr.replace(/\$(\w+)/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`the variable $${name} is not known: ${expr}`);
    return value;
  });
}

/** The variables when everything is chosen, and when one value of each is. */
export const CHOICES = {
  all: { channel: '.*', function: '.*', __rate_interval: '1m', __range: '3h', __interval: '15s' },
  one: { channel: 'web_form', function: 'agent', __rate_interval: '1m', __range: '3h', __interval: '15s' },
} as const;
