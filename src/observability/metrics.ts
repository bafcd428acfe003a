/// <reference path="./prom-client-parts.d.ts" />
// Its parts, one by one: the package's index brings a cluster, default metrics and a push client, and with them Node's TLS.
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';
import Summary from 'prom-client/lib/summary.js';
import {
  type Catalogue,
  CONFIGURED,
  type CounterName,
  fallbackOf,
  fromUnits,
  type GaugeName,
  type LabelsOf,
  type LabelValues,
  METRIC_NAMES,
  type MetricSpec,
  type ObservedName,
  scaleOf,
  toUnits,
} from './catalogue.ts';
import { createExemplars } from './exemplars.ts';
import { type Family, type HistogramSeries, type Labels, seriesKey } from './families.ts';

const DEFAULT_SERIES_CAP = 500;
const OVERFLOW = 'fte_label_overflow_total';

/** What a handler and the code behind it may do with metrics; every name and label is checked by the compiler. */
export interface Metrics<C extends Catalogue> {
  /** Adds `by` (default 1, never negative) to a counter. */
  inc<N extends CounterName<C>>(name: N, labels: LabelsOf<C, N>, by?: number): void;
  /** Records one value, in the metric's unit, into a histogram or a summary. What is not finite is refused, negatives are 0. */
  observe<N extends ObservedName<C>>(name: N, labels: LabelsOf<C, N>, value: number): void;
  /** Sets a gauge. Only its one writer does. */
  set<N extends GaugeName<C>>(name: N, labels: LabelsOf<C, N>, value: number): void;
}

/** The metrics of one instance: what its code counts, and a view of all that it has touched. */
export interface MetricsRegistry<C extends Catalogue> extends Metrics<C> {
  readonly catalogue: C;
  /** Cumulative since the instance began; only series that were touched. */
  snapshot(): Promise<readonly Family[]>;
}

export interface MetricsOptions {
  /** The values of the labels that the catalogue leaves to configuration, by label. */
  readonly configured?: Readonly<Record<string, LabelValues>>;
  /** What leads from an observation to its trace, as the correlation id; asked for at each one. */
  readonly exemplar?: () => Labels | undefined;
}

/** Not rounded: a coarse scale must not move an edge. */
const edgeInUnits = (spec: MetricSpec, edge: number) => fromUnits(-scaleOf(spec), edge);

/** What is left of a sample's labels when they have passed the choke point. */
interface Sample {
  readonly spec: MetricSpec;
  readonly labels: Record<string, string>;
  readonly key: string;
}

type Instrument = Counter | Gauge | Histogram | Summary;

function build(name: string, spec: MetricSpec, registry: Registry): Instrument {
  const config = { name, help: spec.help, labelNames: Object.keys(spec.labels), registers: [registry] };
  switch (spec.type) {
    case 'counter':
      return new Counter(config);
    case 'gauge':
      return new Gauge(config);
    case 'histogram':
      return new Histogram({ ...config, buckets: spec.buckets.map((edge) => edgeInUnits(spec, edge)) });
    case 'summary':
      return new Summary({ ...config, percentiles: [] });
  }
}

/**
 * Makes the metrics of one instance out of a catalogue. Nothing in it throws at run time: a value outside its
 * set is counted under the set's fallback, and both that and a series over the cap count as overflow.
 */
export function createMetrics<const C extends Catalogue>(
  catalogue: C,
  options: MetricsOptions = {},
): MetricsRegistry<C> {
  const registry = new Registry();
  const names = Object.keys(catalogue);
  const instruments = new Map<string, Instrument>();
  const touched = new Map<string, Set<string>>();
  const exemplars = createExemplars();

  function closed(label: string, values: LabelValues): LabelValues {
    if (values === METRIC_NAMES) return names;
    return values === CONFIGURED ? (options.configured?.[label] ?? []) : values;
  }

  function overflow(metric: string): void {
    if (OVERFLOW in catalogue && metric !== OVERFLOW)
      apply(OVERFLOW, { metric }, (i) => (i as Counter).inc({ metric }));
  }

  /** The one choke point: every label value of every sample passes here. */
  function normalise(name: string, spec: MetricSpec, given: Labels): Sample {
    const labels: Record<string, string> = {};
    let outside = false;
    for (const [label, values] of Object.entries(spec.labels)) {
      const set = closed(label, values);
      const value = given[label];
      const known = value !== undefined && set.includes(value);
      labels[label] = known ? value : fallbackOf(set);
      outside ||= !known && value !== fallbackOf(set);
    }
    const series = touched.get(name) ?? new Set<string>();
    touched.set(name, series);
    let key = seriesKey(labels);
    if (!series.has(key) && series.size >= (spec.cap ?? DEFAULT_SERIES_CAP)) {
      for (const [label, values] of Object.entries(spec.labels))
        labels[label] = fallbackOf(closed(label, values));
      key = seriesKey(labels);
      outside = true;
    }
    series.add(key);
    if (outside) overflow(name);
    return { spec, labels, key };
  }

  function apply(name: string, given: Labels, act: (instrument: Instrument, sample: Sample) => void) {
    // Own names only: a name from outside may be one that every object has.
    const spec = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
    if (spec === undefined) return;
    const sample = normalise(name, spec, given);
    let instrument = instruments.get(name);
    if (instrument === undefined) {
      instrument = build(name, spec, registry);
      instruments.set(name, instrument);
    }
    act(instrument, sample);
  }

  return {
    catalogue,
    inc(name, labels, by = 1) {
      if (!(by >= 0) || !Number.isFinite(by)) return;
      apply(name, labels as Labels, (instrument, sample) =>
        (instrument as Counter).inc(sample.labels, toUnits(sample.spec, by)),
      );
    },
    observe(name, labels, value) {
      if (!Number.isFinite(value)) return;
      const clamped = Math.max(0, value);
      apply(name, labels as Labels, (instrument, { spec, labels: closedLabels, key }) => {
        (instrument as Histogram | Summary).observe(closedLabels, toUnits(spec, clamped));
        if (spec.type !== 'histogram') return;
        exemplars.keep({ name, key, buckets: spec.buckets, value: clamped, labels: options.exemplar?.() });
      });
    },
    set(name, labels, value) {
      if (typeof value !== 'number') return;
      apply(name, labels as Labels, (instrument, sample) => (instrument as Gauge).set(sample.labels, value));
    },
    snapshot: async () =>
      (await registry.getMetricsAsJSON()).flatMap((metric) =>
        toFamily(metric as unknown as RawMetric, catalogue[metric.name] as MetricSpec).map(exemplars.on),
      ),
  };
}

/** prom-client's JSON form, as `getMetricsAsJSON` gives it. */
interface RawMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly { labels: Record<string, string | number>; value: number; metricName?: string }[];
}

function toFamily({ name, help, type, values }: RawMetric, spec: MetricSpec): Family[] {
  if (values.length === 0) return [];
  const natural = (units: number) => fromUnits(scaleOf(spec), units);
  if (type === 'counter' || type === 'gauge') {
    const held = type === 'counter' ? natural : (value: number) => value;
    return [
      { name, help, type, series: values.map((v) => ({ labels: strings(v.labels), value: held(v.value) })) },
    ];
  }
  const series = new Map<
    string,
    { labels: Labels; buckets: [number, number][]; sum: number; count: number }
  >();
  const edges = new Map(
    spec.type === 'histogram' ? spec.buckets.map((edge) => [edgeInUnits(spec, edge), edge]) : [],
  );
  for (const { labels: raw, value, metricName } of values) {
    const { le, ...labels } = raw;
    const key = seriesKey(strings(labels));
    const entry = series.get(key) ?? { labels: strings(labels), buckets: [], sum: 0, count: 0 };
    series.set(key, entry);
    if (metricName === `${name}_sum`) entry.sum = natural(value);
    else if (metricName === `${name}_count`) entry.count = value;
    else if (typeof le === 'number') entry.buckets.push([edges.get(le) ?? le, value]);
  }
  if (type === 'histogram')
    return [{ name, help, type, series: [...series.values()] satisfies HistogramSeries[] }];
  return [
    {
      name,
      help,
      type: 'summary',
      series: [...series.values()].map(({ labels, sum, count }) => ({ labels, sum, count })),
    },
  ];
}

function strings(labels: Record<string, string | number>): Labels {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, String(value)]));
}
