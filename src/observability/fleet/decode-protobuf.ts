import type { Exemplar, Family, HistogramSeries, Labels, SummarySeries, ValueSeries } from '../families.ts';
import { LabelReader } from './decode-labels.ts';
import { ProtobufReader } from './protobuf-reader.ts';

/** By their number in the enumeration. Untyped families are nobody's entry and are passed over, as are unknown ones. */
const TYPES = ['counter', 'gauge', 'summary', undefined, 'histogram'] as const;
type FamilyType = Exclude<(typeof TYPES)[number], undefined>;

// Fields by their tag: their number, times 8, and their wire type. One of another wire type is unknown.
const FAMILY_NAME = 0x0a;
const FAMILY_HELP = 0x12;
const FAMILY_TYPE = 0x18;
const FAMILY_METRIC = 0x22;
const METRIC_LABEL = 0x0a;
/** The field of a metric that its value is in. */
const METRIC_VALUE = { counter: 0x1a, gauge: 0x12, summary: 0x22, histogram: 0x3a } as const;
const VALUE = 0x09;
const COUNTER_EXEMPLAR = 0x12;
const COUNT = 0x08;
const SUM = 0x11;
const HISTOGRAM_BUCKET = 0x1a;
const BUCKET_COUNT = 0x08;
const BUCKET_EDGE = 0x11;
const BUCKET_EXEMPLAR = 0x1a;
const EXEMPLAR_LABEL = 0x0a;
const EXEMPLAR_VALUE = 0x11;
const EXEMPLAR_TIME = 0x1a;
const TIME_SECONDS = 0x08;
const TIME_NANOS = 0x10;

type Bucket = readonly [edge: number, count: number];

/**
 * Counts up to here have one bucket for all series: most instances live shortly, and a few million small arrays are
 * what decoding would otherwise spend most of its time on.
 */
const SHARED_COUNTS = 256;

/** Reads metrics into its own fields, which the next one takes over. */
class MetricReader {
  readonly #reader: ProtobufReader;
  readonly #labels: LabelReader;
  readonly #buckets: Bucket[] = [];
  readonly #shared: Bucket[][] = [];
  labels: Labels = {};
  value = 0;
  sum = 0;
  count = 0;
  buckets: readonly Bucket[] = [];
  exemplar: Exemplar | undefined;
  exemplars: Map<number, Exemplar> | undefined;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
    this.#labels = new LabelReader(reader);
  }

  read(type: FamilyType, end: number): void {
    const reader = this.#reader;
    const start = reader.at;
    const valueTag = METRIC_VALUE[type];
    let found = false;
    this.#labels.begin();
    this.value = 0;
    this.sum = 0;
    this.count = 0;
    this.#buckets.length = 0;
    this.exemplar = undefined;
    this.exemplars = undefined;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === METRIC_LABEL) this.#labels.read(end);
      else if (tag === valueTag) {
        this.#readValue(type, reader.endOf(end));
        found = true;
      } else reader.skip(tag, end);
    }
    reader.close(end);
    if (!found) throw new Error(`the metric at byte ${start} is not a ${type}`);
    this.labels = this.#labels.finish();
    // A copy is as long as need be; what grows bucket by bucket is up to twice that.
    if (type === 'histogram') this.buckets = this.#buckets.slice();
  }

  #readValue(type: FamilyType, end: number): void {
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === VALUE) this.value = reader.double();
      else if (tag === COUNT) this.count = reader.varint();
      else if (tag === SUM) this.sum = reader.double();
      else if (tag === HISTOGRAM_BUCKET && type === 'histogram') this.#readBucket(reader.endOf(end));
      else if (tag === COUNTER_EXEMPLAR && type === 'counter')
        this.exemplar = this.#readExemplar(reader.endOf(end));
      else reader.skip(tag, end);
    }
    reader.close(end);
  }

  #readBucket(end: number): void {
    const reader = this.#reader;
    let edge = 0;
    let count = 0;
    let exemplar: Exemplar | undefined;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === BUCKET_COUNT) count = reader.varint();
      else if (tag === BUCKET_EDGE) edge = reader.double();
      else if (tag === BUCKET_EXEMPLAR) exemplar = this.#readExemplar(reader.endOf(end));
      else reader.skip(tag, end);
    }
    reader.close(end);
    if (edge !== Number.POSITIVE_INFINITY) this.#buckets.push(this.#bucket(edge, count));
    if (exemplar === undefined) return;
    this.exemplars ??= new Map();
    this.exemplars.set(edge, exemplar);
  }

  #bucket(edge: number, count: number): Bucket {
    if (count >= SHARED_COUNTS) return [edge, count];
    const position = this.#buckets.length;
    const shared = this.#shared[position] ?? [];
    this.#shared[position] = shared;
    const held = shared[count];
    if (held !== undefined && Object.is(held[0], edge)) return held;
    const made: Bucket = [edge, count];
    shared[count] = made;
    return made;
  }

  #readExemplar(end: number): Exemplar {
    const reader = this.#reader;
    const labels: Record<string, string> = {};
    let value = 0;
    let at: number | undefined;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === EXEMPLAR_LABEL) this.#labels.readOnce(labels, end);
      else if (tag === EXEMPLAR_VALUE) value = reader.double();
      else if (tag === EXEMPLAR_TIME) at = this.#readTime(reader.endOf(end));
      else reader.skip(tag, end);
    }
    reader.close(end);
    return at === undefined ? { labels, value } : { labels, value, at };
  }

  /** Milliseconds since 1970. */
  #readTime(end: number): number {
    const reader = this.#reader;
    let seconds = 0;
    let nanos = 0;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === TIME_SECONDS) seconds = reader.varint();
      else if (tag === TIME_NANOS) nanos = reader.varint();
      else reader.skip(tag, end);
    }
    reader.close(end);
    return seconds * 1000 + nanos / 1e6;
  }
}

/** What a family says of itself, wherever among its metrics. */
function readHead(reader: ProtobufReader, end: number) {
  let name = '';
  let help = '';
  let type = 0;
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === FAMILY_TYPE) type = reader.varint();
    else if (tag === FAMILY_NAME || tag === FAMILY_HELP) {
      const stop = reader.endOf(end);
      if (tag === FAMILY_NAME) name = reader.text(reader.at, stop);
      else help = reader.text(reader.at, stop);
      reader.at = stop;
    } else reader.skip(tag, end);
  }
  reader.close(end);
  return { name, help, type: TYPES[type] };
}

/** Reads each metric of a family, and keeps of it what `keep` makes of the reader's fields. */
function readAll<S>(
  { reader, metric }: { readonly reader: ProtobufReader; readonly metric: MetricReader },
  type: FamilyType,
  end: number,
  keep: (metric: MetricReader) => S,
): S[] {
  const series: S[] = [];
  while (reader.at < end) {
    const tag = reader.tag();
    if (tag === FAMILY_METRIC) {
      metric.read(type, reader.endOf(end));
      series.push(keep(metric));
    } else reader.skip(tag, end);
  }
  return series;
}

function valueSeries({ labels, value, exemplar }: MetricReader): ValueSeries {
  return exemplar === undefined ? { labels, value } : { labels, value, exemplar };
}
function summarySeries({ labels, sum, count }: MetricReader): SummarySeries {
  return { labels, sum, count };
}
function histogramSeries({ labels, buckets, sum, count, exemplars }: MetricReader): HistogramSeries {
  return exemplars === undefined
    ? { labels, buckets, sum, count }
    : { labels, buckets, sum, count, exemplars };
}

/**
 * Decodes families as a gateway's `/metrics` answers them to whoever asks for protobuf: MetricFamily messages, each
 * after its length. Their series carry all their labels, the group's and `instance` included.
 *
 * Left out are untyped families, the quantiles of summaries, native histograms, and the `+Inf` bucket, whose exemplar
 * is kept. A body that was cut between two families can't be told from a whole one.
 *
 * Source: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 *
 * @throws {Error} for a body that is cut or malformed, with the byte at which it was found.
 */
export function decodeDelimited(bytes: Uint8Array): readonly Family[] {
  const reader = new ProtobufReader(bytes);
  const metric = new MetricReader(reader);
  const both = { reader, metric };
  const families: Family[] = [];
  while (reader.at < reader.size) {
    const end = reader.endOf(reader.size);
    const start = reader.at;
    const { name, help, type } = readHead(reader, end);
    if (type === undefined) continue;
    reader.at = start;
    if (type === 'histogram')
      families.push({ name, help, type, series: readAll(both, type, end, histogramSeries) });
    else if (type === 'summary')
      families.push({ name, help, type, series: readAll(both, type, end, summarySeries) });
    else families.push({ name, help, type, series: readAll(both, type, end, valueSeries) });
  }
  return families;
}
