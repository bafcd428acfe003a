import type { Exemplar, Family, HistogramSeries, Labels, SummarySeries, ValueSeries } from '../families.ts';

/** The content type of families in protobuf, each after its length. */
export const PROTOBUF_FORMAT =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/**
 * The most that an exemplar's label names and values may have together, in characters.
 * Source: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
 */
export const MAX_EXEMPLAR_CHARACTERS = 128;

const TYPE = { counter: 0, gauge: 1, summary: 2, histogram: 4 } as const;
/** What says how a field's value is written. With the fields' numbers, all below 16, it fits in one byte. */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;

const FIRST_SIZE = 16 * 1024;
/** From here on the native encoder is worth its call. */
const LONG_TEXT = 48;
/** Of google.protobuf.Timestamp: the end of the year 9999. */
const MAX_SECONDS = 253_402_300_799;
const MAX_UINT64 = 2 ** 64 - 2048;

/**
 * Writes from the end to the beginning, so that a message's length is known when it comes to stand before it.
 * Everything is therefore written in the reverse of the order in which it will be read.
 */
class BackwardWriter {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  #start = FIRST_SIZE;

  /** How much stands there: the mark that `message` is given later. */
  get written(): number {
    return this.#bytes.length - this.#start;
  }

  result(): Uint8Array {
    return this.#bytes.subarray(this.#start);
  }

  #reserve(size: number): void {
    if (this.#start >= size) return;
    const { written } = this;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, written + size));
    this.#bytes.copy(grown, grown.length - written, this.#start);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.length);
    this.#start = grown.length - written;
  }

  #tag(field: number, wire: number): void {
    this.#reserve(1);
    this.#start -= 1;
    this.#bytes[this.#start] = field * 8 + wire;
  }

  /** An unsigned integer; what is none, or not below 2^64, becomes the nearest. */
  uint(value: number): void {
    let rest = value > 0 ? Math.min(Math.trunc(value), MAX_UINT64) : 0;
    let size = 1;
    for (let left = rest; left >= 128; left = Math.floor(left / 128)) size += 1;
    this.#reserve(size);
    this.#start -= size;
    for (let at = this.#start; at < this.#start + size; at += 1) {
      this.#bytes[at] = (rest % 128) + (rest >= 128 ? 128 : 0);
      rest = Math.floor(rest / 128);
    }
  }

  double(field: number, value: number): void {
    this.#reserve(8);
    this.#start -= 8;
    this.#view.setFloat64(this.#start, value, true);
    this.#tag(field, FIXED64);
  }

  count(field: number, value: number): void {
    this.uint(value);
    this.#tag(field, VARINT);
  }

  /** Closes a message, all of whose fields were written since `mark`. */
  message(field: number, mark: number): void {
    this.uint(this.written - mark);
    this.#tag(field, DELIMITED);
  }

  text(field: number, value: string): void {
    const mark = this.written;
    if (value.length >= LONG_TEXT || !this.#ascii(value)) {
      const size = Buffer.byteLength(value);
      this.#reserve(size);
      this.#start -= size;
      this.#bytes.write(value, this.#start);
    }
    this.message(field, mark);
  }

  /** Writes a text of ASCII; of any other nothing. */
  #ascii(value: string): boolean {
    this.#reserve(value.length);
    const start = this.#start - value.length;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 127) return false;
      this.#bytes[start + index] = code;
    }
    this.#start = start;
    return true;
  }
}

/** Whether an exemplar may go along: a gateway would take a longer one, but whoever reads it would not. */
function fits({ labels }: Exemplar): boolean {
  const all = Object.entries(labels).flat().join('');
  if (all.length <= MAX_EXEMPLAR_CHARACTERS) return true;
  return all.length <= 2 * MAX_EXEMPLAR_CHARACTERS && [...all].length <= MAX_EXEMPLAR_CHARACTERS;
}

function backwards<T>(items: readonly T[], write: (item: T) => void): void {
  for (let index = items.length - 1; index >= 0; index -= 1) write(items[index] as T);
}

function writeLabels(out: BackwardWriter, labels: Labels): void {
  backwards(Object.keys(labels), (name) => {
    const mark = out.written;
    out.text(2, labels[name] ?? '');
    out.text(1, name);
    out.message(1, mark);
  });
}

function writeExemplar(out: BackwardWriter, field: number, exemplar: Exemplar | undefined): void {
  if (exemplar === undefined || !fits(exemplar)) return;
  const mark = out.written;
  const { at = Number.NaN } = exemplar;
  const seconds = Math.floor(at / 1000);
  // A time that is none must not cost the whole push, and before 1970 nothing was observed.
  if (seconds >= 0 && seconds <= MAX_SECONDS) {
    out.count(2, Math.floor((at - seconds * 1000) * 1000) * 1000);
    out.count(1, seconds);
    out.message(3, mark);
  }
  out.double(2, exemplar.value);
  writeLabels(out, exemplar.labels);
  out.message(field, mark);
}

function writeCounter(out: BackwardWriter, { value, exemplar }: ValueSeries): void {
  const mark = out.written;
  writeExemplar(out, 2, exemplar);
  out.double(1, value);
  out.message(3, mark);
}

function writeGauge(out: BackwardWriter, { value }: ValueSeries): void {
  const mark = out.written;
  out.double(1, value);
  out.message(2, mark);
}

function writeSummary(out: BackwardWriter, { sum, count }: SummarySeries): void {
  const mark = out.written;
  out.double(2, sum);
  out.count(1, count);
  out.message(4, mark);
}

function writeBucket(out: BackwardWriter, edge: number, count: number, exemplar: Exemplar | undefined): void {
  const mark = out.written;
  writeExemplar(out, 3, exemplar);
  out.double(2, edge);
  out.count(1, count);
  out.message(3, mark);
}

function writeHistogram(out: BackwardWriter, { buckets, sum, count, exemplars }: HistogramSeries): void {
  const mark = out.written;
  // Written out, though readers can do without: text has it too, and its exemplar has no other place.
  writeBucket(out, Number.POSITIVE_INFINITY, count, exemplars?.get(Number.POSITIVE_INFINITY));
  backwards(buckets, ([edge, below]) => writeBucket(out, edge, below, exemplars?.get(edge)));
  out.double(2, sum);
  out.count(1, count);
  out.message(7, mark);
}

function writeMetrics(out: BackwardWriter, family: Family): void {
  const all = <S extends { readonly labels: Labels }>(
    series: readonly S[],
    write: (out: BackwardWriter, one: S) => void,
  ) =>
    backwards(series, (one) => {
      const mark = out.written;
      write(out, one);
      writeLabels(out, one.labels);
      out.message(4, mark);
    });
  if (family.type === 'histogram') all(family.series, writeHistogram);
  else if (family.type === 'summary') all(family.series, writeSummary);
  else all(family.series, family.type === 'counter' ? writeCounter : writeGauge);
}

/**
 * Encodes families as MetricFamily messages, each after its length.
 *
 * Left out are exemplars whose labels exceed {@link MAX_EXEMPLAR_CHARACTERS}, and families without series, as
 * gateways do with text.
 *
 * Sources: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto (the messages
 * and the numbers of their fields), https://protobuf.dev/programming-guides/encoding/ (how they are written)
 */
export function encodeDelimited(families: readonly Family[]): Uint8Array {
  const out = new BackwardWriter();
  backwards(families, (family) => {
    if (family.series.length === 0) return;
    const mark = out.written;
    writeMetrics(out, family);
    out.count(3, TYPE[family.type]);
    if (family.help !== '') out.text(2, family.help);
    out.text(1, family.name);
    out.uint(out.written - mark);
  });
  return out.result();
}
