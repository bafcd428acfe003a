import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-500.css';
import {
  createTheme,
  EventBusSrv,
  identityOverrideProcessor,
  LoadingState,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  ThemeContext,
} from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import {
  config,
  setAppEvents,
  setDataSourceSrv,
  setPluginImportUtils,
  setRunRequest,
} from '@grafana/runtime';
import { SceneQueryRunner, sceneGraph } from '@grafana/scenes';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';
import { createPrometheus, failures, runRequest } from './datasource';
import { PLUGINS } from './panels';
import { sceneOf } from './scene';

const parameters = new URLSearchParams(location.search);
const parameter = (name: string) => parameters.get(name) ?? '';
const STANDARD = [
  'unit',
  'min',
  'max',
  'decimals',
  'displayName',
  'noValue',
  'thresholds',
  'mappings',
  'color',
  'links',
];

function initialise(): void {
  standardFieldConfigEditorRegistry.setInit(
    () =>
      STANDARD.map((id) => ({
        id,
        path: id,
        name: id,
        process: identityOverrideProcessor,
        shouldApply: () => true,
      })) as never,
  );
  // Two of them stand there under an old name, too.
  const byId = new Map(
    Object.values(standardTransformers).map((transformer) => [transformer.id, transformer]),
  );
  standardTransformersRegistry.setInit(
    () =>
      [...byId.values()].map((info) => ({
        id: info.id,
        name: info.name,
        transformation: async () => info,
      })) as never,
  );
  const prometheus = createPrometheus(Number(parameter('scrape')));
  setDataSourceSrv({
    get: async () => prometheus,
    getList: () => [],
    getInstanceSettings: () => prometheus,
  } as never);
  setRunRequest(runRequest as never);
  setAppEvents(new EventBusSrv() as never);
  setPluginImportUtils({
    importPanelPlugin: async (id: string) => PLUGINS[id],
    getPanelPluginFromCache: (id: string) => PLUGINS[id],
  } as never);
  for (const [id, plugin] of Object.entries(PLUGINS)) {
    plugin.meta = { id, name: id, info: { version: '' } } as never;
  }
}

async function start(): Promise<void> {
  await initPluginTranslations('preview', []).catch(() => undefined);
  initialise();
  const theme = createTheme({ colors: { mode: parameter('theme') === 'light' ? 'light' : 'dark' } });
  config.theme2 = theme;
  config.bootData = { ...config.bootData, user: { ...config.bootData?.user, timezone: 'utc' } } as never;
  const json = await (await fetch(`/dashboards/${parameter('dashboard')}.json`)).json();
  const scene = sceneOf(json, parameter('from'));
  document.body.style.background = theme.colors.background.canvas;
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no root');
  createRoot(root).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <MemoryRouter>
        <div style={{ padding: 16, fontFamily: theme.typography.fontFamily }}>
          <h2 style={{ margin: '0 0 8px' }}>{json.title}</h2>
          <scene.Component model={scene} />
        </div>
        <PortalContainer />
      </MemoryRouter>
    </ThemeContext.Provider>,
  );
  Object.assign(window, {
    failures,
    /** How many panels still wait for their data. */
    waiting: () =>
      sceneGraph
        .findAllObjects(scene, (object) => object instanceof SceneQueryRunner)
        .filter((object) => {
          const state = (object as SceneQueryRunner).state.data?.state;
          return state !== LoadingState.Done && state !== LoadingState.Error;
        }).length,
  });
}

start().catch((error: unknown) => {
  failures.push(String(error));
  Object.assign(window, { failures, waiting: () => 0 });
});
