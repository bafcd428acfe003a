import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { CHANNELS, FUNCTIONS } from '../../../src/fte/vocabulary.ts';
import { gauge } from '../promql.ts';
import { DATASOURCE } from './links.ts';
import { buildPanel, panelHeight } from './panels.ts';
import type { Board, Row, VariableName } from './spec.ts';

const COLUMNS = 24;
const SETS: Readonly<Record<VariableName, { readonly label: string; readonly values: readonly string[] }>> = {
  channel: { label: 'Channel', values: CHANNELS },
  function: { label: 'Function', values: FUNCTIONS },
};
const ALL = { selected: true, text: ['All'], value: ['$__all'] };

const datasource = () =>
  new dashboard.DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus')
    .current({ selected: true, text: 'Prometheus', value: 'prometheus' })
    .multi(false);

/** The values come from the catalogue's closed set, so that the list is complete before the first event. */
function variable(name: VariableName) {
  const { label, values } = SETS[name];
  return (
    new dashboard.CustomVariableBuilder(name)
      .label(label)
      .values(values.join(','))
      .options([
        { selected: true, text: 'All', value: '$__all' },
        ...values.map((value) => ({ selected: false, text: value, value })),
      ])
      .current(ALL)
      .multi(true)
      .includeAll(true)
      // What fell out of its set is counted as `other`: All must show that, too.
      .allValue('.*')
  );
}

function annotation(name: string, iconColor: string, expr: string, titleFormat: string, textFormat: string) {
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .enable(true)
    .iconColor(iconColor)
    .datasource(DATASOURCE)
    .target(new prometheus.DataqueryBuilder().refId('Anno').datasource(DATASOURCE).expr(expr).range())
    .expr(expr)
    .step('60s')
    .titleFormat(titleFormat)
    .textFormat(textFormat);
}

// Five minutes are longer than the coarsest step that a month's range is read with.
const info = gauge('fte_service_info');
export const ANNOTATIONS = {
  deployments: `max by (version) (${info}) unless max by (version) (${info} offset 5m)`,
  alerts: 'max by (alertname, severity) (ALERTS{alertstate="firing", severity!="none"})',
} as const;

interface Placed {
  readonly panels: (dashboard.Panel | dashboard.RowPanel)[];
  readonly bottom: number;
}

/** The highest place that is as wide, and of those the leftmost: small panels fill up the side of a large one. */
function highest(bottoms: readonly number[], width: number): { readonly x: number; readonly y: number } {
  const places = Array.from({ length: COLUMNS - width + 1 }, (_, x) => ({
    x,
    y: Math.max(...bottoms.slice(x, x + width)),
  }));
  return places.reduce((best, place) => (place.y < best.y ? place : best));
}

function place({ id, title, panels }: Row, top: number): Placed {
  const row = new dashboard.RowBuilder(title).id(id).gridPos({ x: 0, y: top, w: COLUMNS, h: 1 }).build();
  const bottoms = Array.from({ length: COLUMNS }, () => top + 1);
  const placed = panels.map((panel) => {
    const { x, y } = highest(bottoms, panel.width);
    bottoms.fill(y + panelHeight(panel), x, x + panel.width);
    return buildPanel(panel, x, y);
  });
  return { panels: [row, ...placed], bottom: Math.max(...bottoms) };
}

/** `undefined` where the builder knows only one place, which is not the one that we want. */
function withoutPlacement(key: string, value: unknown): unknown {
  return key === 'placement' && value === 'inControlsMenu' ? undefined : value;
}

/** A dashboard as Grafana's provisioning reads it. */
export function dashboardJson(board: Board): string {
  const built = new dashboard.DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags(['fte'])
    .timezone('browser')
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .readonly()
    .variables([datasource(), ...board.variables.map(variable)])
    .annotations([
      annotation('Deployments', 'blue', ANNOTATIONS.deployments, '{{version}}', 'this version began'),
      annotation('Alerts', 'red', ANNOTATIONS.alerts, '{{alertname}}', '{{severity}}'),
    ])
    .links([
      new dashboard.DashboardLinkBuilder('Dashboards')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['fte'])
        .icon('apps')
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    ])
    .build();
  let bottom = 0;
  const panels = board.rows.flatMap((row) => {
    const placed = place(row, bottom);
    bottom = placed.bottom;
    return placed.panels;
  });
  return `${JSON.stringify({ ...built, panels }, withoutPlacement, 2)}\n`;
}
