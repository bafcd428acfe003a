import {
  CustomVariable,
  EmbeddedScene,
  SceneControlsSpacer,
  SceneDataTransformer,
  SceneGridItem,
  SceneGridLayout,
  SceneGridRow,
  type SceneObject,
  SceneQueryRunner,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  VariableValueSelectors,
  VizPanel,
} from '@grafana/scenes';

// biome-ignore lint/suspicious/noExplicitAny: a dashboard as Grafana reads it
type Json = any;

const SOURCE = { type: 'prometheus', uid: 'prometheus' };

function vizPanel(panel: Json): VizPanel {
  const queries = panel.targets.map((target: Json) => ({ ...target, datasource: SOURCE }));
  const runner = new SceneQueryRunner({
    queries,
    datasource: SOURCE,
    ...(panel.interval && { minInterval: panel.interval }),
  });
  return new VizPanel({
    key: `panel-${panel.id}`,
    pluginId: panel.type,
    title: panel.timeFrom ? `${panel.title} · last ${panel.timeFrom}` : panel.title,
    description: panel.description,
    options: panel.options,
    fieldConfig: panel.fieldConfig,
    ...(panel.timeFrom && { $timeRange: new SceneTimeRange({ from: `now-${panel.timeFrom}`, to: 'now' }) }),
    $data: new SceneDataTransformer({ $data: runner, transformations: panel.transformations ?? [] }),
  });
}

/** A dashboard's JSON as a scene; rows hold what stands below them. */
export function sceneOf(json: Json, from: string): EmbeddedScene {
  const rows: SceneGridRow[] = [];
  let items: SceneGridItem[] = [];
  for (const panel of json.panels) {
    const { x, y, w: width, h: height } = panel.gridPos;
    if (panel.type === 'row') {
      items = [];
      rows.push(new SceneGridRow({ key: `row-${panel.id}`, title: panel.title, x, y, children: items }));
      continue;
    }
    items.push(new SceneGridItem({ x, y, width, height, body: vizPanel(panel) }));
  }
  const variables = json.templating.list
    .filter(({ type }: Json) => type === 'custom')
    .map(
      ({ name, label, query, allValue }: Json) =>
        new CustomVariable({
          name, label, query, allValue, isMulti: true, includeAll: true, value: ['$__all'], text: ['All'],
        }), // biome-ignore format: a table
    );
  const controls: SceneObject[] = [
    new VariableValueSelectors({}),
    new SceneControlsSpacer(),
    new SceneTimePicker({}),
  ];
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange({ from, to: 'now', timeZone: 'utc' }),
    $variables: new SceneVariableSet({ variables }),
    controls,
    body: new SceneGridLayout({ children: rows, isLazy: false }),
  });
}
