/**
 * The typed, closed catalogue of metrics.
 *
 * A metric exists only if it stands in a catalogue: its type, its help, its labels and the closed set of
 * values of each label. Everything else (handlers, documentation, dashboards, rules) reads it from there.
 */

/** The values that a label may take. A literal tuple closes it at compile time, a `string[]` at start. */
export type LabelValues = readonly string[];
export type LabelSets = Readonly<Record<string, LabelValues>>;

/** Stands for "the names of this catalogue's own metrics", which are known only once it is defined. */
export const METRIC_NAMES: LabelValues = Object.freeze([]);

/** Stands for a set that configuration closes at start (a version, the models): `createMetrics` is given it. */
export const CONFIGURED: LabelValues = Object.freeze([]);

interface SpecBase<L extends LabelSets> {
  /** What one sample means and when it is taken: the `# HELP` line and the documentation's table. */
  readonly help: string;
  readonly labels: L;
  /** At most this many series an instance; what exceeds it is counted under `other`. Default 500. */
  readonly cap?: number;
  /**
   * How many decimals of a value are kept: sums are kept as whole units of 10^-scale, since additions of fractions
   * differ in their last digit with their order, and a total that dips by it reads as a restart. Default 0 for a
   * counter, 6 (µs) for a histogram or a summary; negative for large values, as -3 for bytes in thousands.
   */
  readonly scale?: number;
  /** The label sets that are published at 0 before their first event. Default: the product of `labels`. */
  readonly plausible?: readonly Readonly<Record<string, string>>[];
}

/** Counters, histograms and summaries: the fleet's value is the sum over all instances. */
export interface CounterSpec<L extends LabelSets = LabelSets> extends SpecBase<L> {
  readonly type: 'counter';
}
export interface HistogramSpec<L extends LabelSets = LabelSets> extends SpecBase<L> {
  readonly type: 'histogram';
  /** Upper edges in the metric's unit, ascending, without `+Inf`. */
  readonly buckets: readonly number[];
}
/** A summary without quantiles (they can't be added up): its sum and its count. */
export interface SummarySpec<L extends LabelSets = LabelSets> extends SpecBase<L> {
  readonly type: 'summary';
}
/** Gauges have one writer, so nothing is added up. */
export interface GaugeSpec<L extends LabelSets = LabelSets> extends SpecBase<L> {
  readonly type: 'gauge';
}
export type MetricSpec = CounterSpec | HistogramSpec | SummarySpec | GaugeSpec;
export type Catalogue = Readonly<Record<string, MetricSpec>>;

type NamesOf<C extends Catalogue, T extends MetricSpec['type']> = {
  [N in keyof C & string]: C[N]['type'] extends T ? N : never;
}[keyof C & string];
export type CounterName<C extends Catalogue> = NamesOf<C, 'counter'>;
export type GaugeName<C extends Catalogue> = NamesOf<C, 'gauge'>;
export type ObservedName<C extends Catalogue> = NamesOf<C, 'histogram' | 'summary'>;
/** The labels of one metric, each closed to its set. */
export type LabelsOf<C extends Catalogue, N extends keyof C> = {
  readonly [K in keyof C[N]['labels']]: C[N]['labels'][K][number];
};

const DEFAULT_SCALE = { counter: 0, gauge: 0, histogram: 6, summary: 6 } as const;

/** How many decimals of a metric's values are kept. */
export function scaleOf(spec: MetricSpec): number {
  return spec.scale ?? DEFAULT_SCALE[spec.type];
}

/** A value in the metric's unit as whole units of 10^-scale. */
export function toUnits(spec: MetricSpec, value: number): number {
  return Math.round(fromUnits(-scaleOf(spec), value));
}

/** Whole units of 10^-scale as a value in the metric's unit: one division, so that what grows still grows. */
export function fromUnits(scale: number, units: number): number {
  return scale >= 0 ? units / 10 ** scale : units * 10 ** -scale;
}

const METRIC_NAME = /^[a-z][a-z0-9_]*$/;
const LABEL_NAME = /^[a-z][a-z0-9_]*$/;
/** Labels that Prometheus and the Pushgateway give a meaning of their own. */
const RESERVED_LABELS = new Set(['le', 'quantile', 'job', 'instance', 'lane']);

const COARSEST_SCALE = -9;
const FINEST_SCALE = 9;
/** Units that one value may have: thousands of such values fit into what a number holds exactly (2^53). */
const MOST_UNITS = 1e12;

/** A catalogue that contradicts itself; thrown when the module loads, so that no deploy can carry it. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

function check(name: string, spec: MetricSpec): void {
  const refuse = (what: string): never => {
    throw new CatalogueError(`metric "${name}": ${what}`);
  };
  if (!METRIC_NAME.test(name) || name.includes('__'))
    refuse('a name is lower case letters, digits and single "_", and begins with a letter');
  if (spec.help.trim() === '') refuse('the help is empty');
  if (spec.type === 'counter' && !name.endsWith('_total')) refuse('a counter ends in "_total"');
  if (spec.type !== 'counter' && name.endsWith('_total')) refuse('only a counter ends in "_total"');
  for (const [label, values] of Object.entries(spec.labels)) {
    if (!LABEL_NAME.test(label) || RESERVED_LABELS.has(label)) refuse(`"${label}" can't be a label's name`);
    if (values.length === 0 && values !== METRIC_NAMES && values !== CONFIGURED)
      refuse(`the label "${label}" has no values`);
    if (new Set(values).size !== values.length) refuse(`the label "${label}" names a value twice`);
  }
  const { scale = 0 } = spec;
  if (!Number.isInteger(scale) || scale < COARSEST_SCALE || scale > FINEST_SCALE)
    refuse(`the scale is ${scale}; it may be a whole number from ${COARSEST_SCALE} to ${FINEST_SCALE}`);
  if (spec.type === 'histogram') {
    if (spec.buckets.length === 0) refuse('a histogram needs at least one bucket edge');
    spec.buckets.forEach((edge, i) => {
      const before = spec.buckets[i - 1];
      if (!Number.isFinite(edge) || (before !== undefined && before >= edge)) {
        refuse(`bucket edges are finite and ascend: ${spec.buckets.join(' ')}`);
      }
    });
    const largest = spec.buckets.at(-1) ?? 0;
    if (toUnits(spec, largest) > MOST_UNITS) {
      refuse(
        `a sum of values up to ${largest} in units of 1e-${scaleOf(spec)} can't be exact; lower the scale`,
      );
    }
  }
}

/**
 * Makes a catalogue out of metric specifications and checks it.
 *
 * @throws {CatalogueError} when a name, a label or a bucket edge breaks a rule; the message names the metric.
 * @example
 * const catalogue = defineCatalogue({
 *   ...libraryMetrics({ functions: ['orders'], endpoints: ['/orders'], components: ['shop'] }),
 *   shop_orders_total: { type: 'counter', help: 'Orders accepted.', labels: { kind: ['new', 'repeat'] } },
 * });
 */
export function defineCatalogue<const C extends Catalogue>(metrics: C): C {
  for (const [name, spec] of Object.entries(metrics)) check(name, spec);
  return Object.freeze(metrics);
}

/** Where a value outside its set is counted: `unknown` where the set has it, else `other`. */
export function fallbackOf(values: LabelValues): string {
  return values.includes('unknown') ? 'unknown' : 'other';
}

/** The label sets that a published metric shows from the first fold on, at 0. */
export function plausibleLabels(spec: MetricSpec): readonly Readonly<Record<string, string>>[] {
  if (spec.plausible) return spec.plausible;
  let product: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(spec.labels)) {
    product = product.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value })));
  }
  return product;
}
