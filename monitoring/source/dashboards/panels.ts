import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE, runbookUrl } from './links.ts';
import type { Bars, Lines, Panel, Stat, Steps, Table } from './spec.ts';

const HEIGHT = 7;
const GAP_MS = 300_000;
/** Grafana makes the text as large as the bar, and then cuts it. */
const BAR_TEXT = 12;

function targets({ queries, kind }: Panel): Builder<prometheus.Dataquery>[] {
  return queries.map(({ expr, legend, instant, exemplars }, i) => {
    const query = new prometheus.DataqueryBuilder()
      .refId(String.fromCharCode('A'.charCodeAt(0) + i))
      .datasource(DATASOURCE)
      .expr(expr)
      .legendFormat(legend)
      .editorMode(prometheus.QueryEditorMode.Code);
    if (exemplars === true) query.exemplar(true);
    if (kind === 'table') query.format(prometheus.PromQueryFormat.Table);
    return instant === true || kind === 'table' || kind === 'bars' ? query.instant() : query.range();
  });
}

function thresholds(steps: Steps = { base: 'green', from: [] }): Builder<dashboard.ThresholdsConfig> {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: steps.base }, ...steps.from]);
}

const color = (mode: dashboard.FieldColorModeId) => new dashboard.FieldColorBuilder().mode(mode);
const lastValue = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');

/** An axis that ends at the largest value would make a lot of 0: of nothing but zeros Grafana makes 10000 %. */
function softTop({ unit, steps }: Lines): number | undefined {
  const limit = Math.max(0, ...(steps?.from ?? []).map(({ value }) => value));
  if (unit === 's' || unit === 'bytes') return undefined;
  return limit > 0 ? 1.25 * limit : unit === 'percentunit' ? 0.1 : 1;
}

function lines(panel: Lines) {
  const { stacked = false, bars = false, colors = {}, dashed = [], queries, steps } = panel;
  const alone = queries.length === 1 && !queries.some(({ legend: name }) => name.includes('{{'));
  const legend = new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .calcs([])
    .showLegend(true);
  const built = new timeseries.PanelBuilder()
    .drawStyle(bars ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .lineWidth(bars ? 1 : 2)
    .fillOpacity(bars ? 60 : stacked ? 30 : alone ? 8 : 0)
    .showPoints(common.VisibilityMode.Auto)
    .pointSize(4)
    .spanNulls(GAP_MS)
    .axisSoftMin(0)
    .legend(legend)
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .colorScheme(color(dashboard.FieldColorModeId.PaletteClassic));
  const top = softTop(panel);
  if (top !== undefined) built.axisSoftMax(top);
  if (stacked) built.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  if (steps !== undefined)
    built.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    );
  for (const [name, fixedColor] of Object.entries(colors))
    built.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]);
  for (const name of dashed)
    built.overrideByName(name, [
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 6] } },
      { id: 'custom.fillOpacity', value: 0 },
    ]);
  return built;
}

function single({ words, sparkline = false, noValue = 'no data', queries }: Stat) {
  const built = new stat.PanelBuilder()
    .reduceOptions(lastValue())
    .colorMode(words === undefined ? common.BigValueColorMode.Value : common.BigValueColorMode.Background)
    .graphMode(sparkline ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .textMode(
      queries.some(({ legend }) => legend.includes('{{'))
        ? common.BigValueTextMode.ValueAndName
        : common.BigValueTextMode.Value,
    )
    .justifyMode(common.BigValueJustifyMode.Auto)
    .orientation(common.VizOrientation.Auto)
    .noValue(noValue)
    .colorScheme(color(dashboard.FieldColorModeId.Thresholds));
  built.mappings([
    ...(words === undefined ? [] : [{ type: dashboard.MappingType.ValueToText as const, options: words }]),
    // Nothing is neither good nor bad; without this it gets the color of the smallest numbers.
    {
      type: dashboard.MappingType.SpecialValue,
      options: {
        match: dashboard.SpecialValueMatch.NullAndNan,
        result: { text: noValue, color: words === undefined ? 'text' : 'red' },
      },
    },
  ]);
  return built;
}

function bars(_: Bars) {
  return new bargauge.PanelBuilder()
    .reduceOptions(lastValue())
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .valueMode(common.BarGaugeValueMode.Text)
    .orientation(common.VizOrientation.Horizontal)
    .namePlacement(common.BarGaugeNamePlacement.Left)
    .showUnfilled(true)
    .sizing(common.BarGaugeSizing.Auto)
    .minVizHeight(12)
    .text(new common.VizTextDisplayOptionsBuilder().titleSize(BAR_TEXT).valueSize(BAR_TEXT))
    .colorScheme(color(dashboard.FieldColorModeId.Thresholds));
}

function tabular({ columns, links = {}, units = {} }: Table) {
  const names = Object.keys(columns);
  const built = new table.PanelBuilder()
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    // It stands in every empty cell, too.
    .noValue('–')
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names } } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(names.map((name, i) => [name, i])),
        renameByName: columns,
      },
    });
  for (const [name, unit] of Object.entries(units))
    built.overrideByName(columns[name] ?? name, [{ id: 'unit', value: unit }]);
  for (const [name, url] of Object.entries(links))
    built.overrideByName(columns[name] ?? name, [
      { id: 'links', value: [{ title: 'Open', url, targetBlank: true }] },
    ]);
  return built;
}

function ofKind(panel: Panel) {
  if (panel.kind === 'lines') return lines(panel);
  if (panel.kind === 'stat') return single(panel);
  if (panel.kind === 'bars') return bars(panel);
  return tabular(panel);
}

/** A panel as Grafana reads it, at a place of the grid. */
export function buildPanel(panel: Panel, x: number, y: number): dashboard.Panel {
  const { id, title, description, width, unit, decimals, min, max, last, interval, alerts = [] } = panel;
  const built = ofKind(panel)
    .id(id)
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .gridPos({ x, y, w: width, h: panel.height ?? HEIGHT })
    .unit(unit)
    .thresholds(thresholds(panel.steps))
    .targets(targets(panel))
    .links(
      alerts.map((alert) =>
        new dashboard.DashboardLinkBuilder(`Runbook: ${alert}`)
          .type(dashboard.DashboardLinkType.Link)
          .url(runbookUrl(alert))
          .targetBlank(true),
      ),
    );
  if (decimals !== undefined) built.decimals(decimals);
  // A bar that began at the smallest of the values would show that one as nothing.
  const least = min ?? (panel.kind === 'bars' ? 0 : undefined);
  if (least !== undefined) built.min(least);
  if (max !== undefined) built.max(max);
  if (last !== undefined) built.timeFrom(last);
  if (interval !== undefined) built.interval(interval);
  return built.build();
}

export const panelHeight = (panel: Panel) => panel.height ?? HEIGHT;
