import {
  FieldColorModeId,
  getFieldDisplayValues,
  identityOverrideProcessor,
  PanelPlugin,
  type PanelProps,
} from '@grafana/data';
import {
  type BarGaugeDisplayMode,
  type BarGaugeValueMode,
  BigValueTextMode,
  VizOrientation,
} from '@grafana/schema';
import {
  BarGauge,
  BigValue,
  type BigValueColorMode,
  type BigValueGraphMode,
  type BigValueJustifyMode,
  Table,
  TimeSeries,
  useTheme2,
  VizRepeater,
} from '@grafana/ui';

// biome-ignore lint/suspicious/noExplicitAny: each panel's options are what its own JSON says
type Props = PanelProps<any>;

const Nothing = ({ text }: { text: string }) => (
  <div
    style={{ display: 'flex', height: '100%', alignItems: 'center', justifyContent: 'center', opacity: 0.7 }}
  >
    {text}
  </div>
);
const nothing = ({ fieldConfig, data }: Props) =>
  data.series.every(({ length }) => length === 0) && (
    <Nothing text={fieldConfig.defaults.noValue ?? 'No data'} />
  );

function Lines(props: Props) {
  const { data, timeRange, timeZone, width, height, options } = props;
  return (
    nothing(props) || (
      <TimeSeries
        frames={data.series}
        structureRev={data.structureRev ?? 0}
        timeRange={timeRange}
        timeZone={timeZone}
        width={width}
        height={height}
        legend={options.legend}
        options={options}
      />
    )
  );
}

function useValues({ data, fieldConfig, options, replaceVariables, timeZone }: Props) {
  const theme = useTheme2();
  return () =>
    getFieldDisplayValues({
      fieldConfig,
      reduceOptions: options.reduceOptions,
      replaceVariables,
      theme,
      data: data.series,
      timeZone,
      sparkline: options.graphMode === 'area',
    });
}

function Stat(props: Props) {
  const theme = useTheme2();
  const { width, height, options, renderCounter, data } = props;
  const getValues = useValues(props);
  return (
    <VizRepeater
      getValues={getValues}
      width={width}
      height={height}
      source={data}
      renderCounter={renderCounter}
      autoGrid
      orientation={options.orientation}
      itemSpacing={3}
      renderValue={({ value, width, height, count }) => (
        <BigValue
          value={value.display}
          sparkline={value.sparkline}
          count={count}
          width={width}
          height={height}
          theme={theme}
          colorMode={options.colorMode as BigValueColorMode}
          graphMode={options.graphMode as BigValueGraphMode}
          justifyMode={options.justifyMode as BigValueJustifyMode}
          textMode={options.textMode ?? BigValueTextMode.Auto}
          wideLayout={options.wideLayout}
        />
      )}
    />
  );
}

function Bars(props: Props) {
  const theme = useTheme2();
  const { width, height, options, renderCounter, data } = props;
  const getValues = useValues(props);
  return (
    nothing(props) || (
      <VizRepeater
        getValues={getValues}
        width={width}
        height={height}
        source={data}
        renderCounter={renderCounter}
        orientation={VizOrientation.Horizontal}
        minVizHeight={options.minVizHeight}
        maxVizHeight={300}
        itemSpacing={6}
        getAlignmentFactors={(values) => {
          const longest = (texts: string[]) => texts.reduce((a, b) => (b.length > a.length ? b : a), '');
          return {
            title: longest(values.map(({ display }) => display.title ?? '')),
            text: longest(values.map(({ display }) => `${display.text}${display.suffix ?? ''}`)),
          };
        }}
        renderValue={({ value, width, height, alignmentFactors }) => (
          <BarGauge
            value={value.display}
            width={width}
            height={height}
            orientation={VizOrientation.Horizontal}
            field={value.field}
            display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
            theme={theme}
            itemSpacing={6}
            displayMode={options.displayMode as BarGaugeDisplayMode}
            valueDisplayMode={options.valueMode as BarGaugeValueMode}
            namePlacement={options.namePlacement}
            showUnfilled={options.showUnfilled}
            text={options.text}
            alignmentFactors={alignmentFactors}
          />
        )}
      />
    )
  );
}

/** What the table's own plugin puts in where a dashboard says nothing. */
function Rows(props: Props) {
  const [frame] = props.data.series;
  for (const field of frame?.fields ?? [])
    field.config.custom = { cellOptions: { type: 'auto' }, ...field.config.custom };
  return (
    nothing(props) ||
    (frame === undefined ? null : (
      <Table data={frame} width={props.width} height={props.height} enablePagination={false} />
    ))
  );
}

/** The custom fields of a time series: they reach the drawing only when they are registered. */
const CUSTOM = [
  'drawStyle', 'lineWidth', 'fillOpacity', 'showPoints', 'pointSize', 'spanNulls', 'axisSoftMin', 'axisSoftMax', 'stacking', 'thresholdsStyle',
  'lineStyle', 'gradientMode', 'lineInterpolation', 'axisPlacement', 'scaleDistribution', 'hideFrom',
]; // biome-ignore format: a table

function plugin(component: (props: Props) => unknown, custom: readonly string[] = []): PanelPlugin {
  // biome-ignore lint/correctness/useHookAtTopLevel: a method of the plugin's, in spite of its name
  return new PanelPlugin(component as never).useFieldConfig({
    standardOptions: { color: { defaultValue: { mode: FieldColorModeId.Thresholds } } } as never,
    useCustomConfig: (builder) => {
      for (const path of custom)
        builder.addCustomEditor({
          id: path,
          path,
          name: path,
          process: identityOverrideProcessor,
          shouldApply: () => true,
          editor: () => null,
          override: () => null,
        } as never);
    },
  });
}

export const PLUGINS: Readonly<Record<string, PanelPlugin>> = {
  timeseries: plugin(Lines, CUSTOM),
  stat: plugin(Stat),
  bargauge: plugin(Bars),
  table: plugin(Rows, ['align', 'inspect', 'cellOptions']),
};
