import { isUtf8 } from 'node:buffer';
import type { Labels } from '../../src/observability/families.ts';
import { MalformedBody, type PushedFamily, type PushedMetrics } from './pushed.ts';

const CUT = 'unexpected EOF';

/** Reads the fields of one message. Every position is checked, so that no byte can lead out of it. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new MalformedBody(CUT);
    this.#at += 1;
    return byte;
  }

  /** An unsigned integer of at most 64 bits, in at most ten bytes, be they needed or not. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.byte();
      value += BigInt(byte & 127) << shift;
      if (byte < 128 && value < 2n ** 64n) return value;
    }
    throw new MalformedBody(CUT);
  }

  take(size: number | bigint): Buffer {
    if (size > this.left) throw new MalformedBody(CUT);
    const start = this.#at;
    this.#at += Number(size);
    return this.#bytes.subarray(start, this.#at);
  }

  skipGroup(): void {
    // A depth and no recursion: a body of start marks alone would exhaust the stack.
    for (let depth = 1; depth > 0; ) {
      const wire = Number(this.varint() & 7n);
      if (wire === 3) depth += 1;
      else if (wire === 4) depth -= 1;
      else readValue(this, wire);
    }
  }
}

/** What a field may hold, by wire type; groups and four bytes are in none that is known. */
type Value = bigint | number | Buffer | undefined;

function readValue(reader: Reader, wire: number): Value {
  if (wire === 0) return reader.varint();
  if (wire === 1) return reader.take(8).readDoubleLE();
  if (wire === 2) return reader.take(reader.varint());
  if (wire === 3) reader.skipGroup();
  else if (wire === 5) reader.take(4);
  else throw new MalformedBody(`proto: can't skip unknown wire type ${wire}`);
  return undefined;
}

/** Calls `visit` with each field of a message. One of a wire type that `visit` does not expect is unknown to it. */
function eachField(message: Buffer, visit: (field: number, value: Value) => void): void {
  const reader = new Reader(message);
  while (reader.left > 0) {
    const tag = reader.varint();
    const field = Number(tag >> 3n);
    if (field === 0) throw new MalformedBody('proto: illegal tag 0');
    visit(field, readValue(reader, Number(tag & 7n)));
  }
}

type FamilyType = PushedFamily['type'];
/** By their number in the enumeration; gauge histograms are known to few gateways and kept by none. */
const TYPES: readonly FamilyType[] = ['counter', 'gauge', 'summary', 'untyped', 'histogram'];
/** In the same order, the field of a metric that its value is in. */
const FIELDS = [3, 2, 4, 5, 7];
const NOTHING = Buffer.alloc(0);
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A metric's value; only its type says which of these it has. */
interface Part {
  value: number;
  sum: number;
  count: bigint;
  readonly buckets: [edge: number, count: bigint][];
  readonly quantiles: [quantile: number, value: number][];
}
interface MetricDraft {
  readonly labels: [name: Buffer, value: Buffer][];
  readonly parts: Map<FamilyType, Part>;
  timestamped: boolean;
}
interface FamilyDraft {
  name: string;
  help: string | undefined;
  type: number;
  readonly metrics: MetricDraft[];
}

/** A message of two fields of one kind: a label's name and value, a quantile and what it is at. */
function readPair<T extends Value>(message: Buffer, blank: T): [T, T] {
  const pair: [T, T] = [blank, blank];
  eachField(message, (field, value) => {
    if ((field === 1 || field === 2) && typeof value === typeof blank) pair[field - 1] = value as T;
  });
  return pair;
}

/** An exemplar has to be well-formed. It is dropped then: no page and no answer of this gateway shows any. */
function checkExemplar(message: Buffer): void {
  eachField(message, (field, value) => {
    if (typeof value !== 'object') return;
    if (field === 1) readPair(value, NOTHING);
    else if (field === 3) eachField(value, () => {});
  });
}

function readBucket(message: Buffer): [edge: number, count: bigint] {
  const bucket: [number, bigint] = [0, 0n];
  eachField(message, (field, value) => {
    if (field === 1 && typeof value === 'bigint') bucket[1] = value;
    else if (field === 2 && typeof value === 'number') bucket[0] = value;
    else if (field === 3 && typeof value === 'object') checkExemplar(value);
  });
  return bucket;
}

/** The parts of a native histogram have to be well-formed, and are dropped like exemplars. */
function checkNative(field: number, value: Buffer): void {
  if (field === 9 || field === 12) eachField(value, () => {});
  for (const reader = new Reader(value); (field === 10 || field === 13) && reader.left > 0; ) reader.varint();
  if ((field === 11 || field === 14) && value.length % 8 !== 0) throw new MalformedBody(CUT);
}

/** Reads into `part`: a message that comes in several pieces is one. */
function readPart(type: FamilyType, part: Part, message: Buffer): void {
  eachField(message, (field, value) => {
    if (typeof value === 'number' && field === 1) part.value = value;
    else if (typeof value === 'number' && field === 2) part.sum = value;
    else if (typeof value === 'bigint' && field === 1) part.count = value;
    if (typeof value !== 'object') return;
    if (field === 2 && type === 'counter') checkExemplar(value);
    else if (field === 3 && type === 'summary') part.quantiles.push(readPair(value, 0));
    else if (field === 3 && type === 'histogram') part.buckets.push(readBucket(value));
    else if (type === 'histogram') checkNative(field, value);
  });
}

function readMetric(message: Buffer): MetricDraft {
  const draft: MetricDraft = { labels: [], parts: new Map(), timestamped: false };
  eachField(message, (field, value) => {
    if (field === 6 && typeof value === 'bigint') draft.timestamped = true;
    if (typeof value !== 'object') return;
    if (field === 1) draft.labels.push(readPair(value, NOTHING));
    const type = TYPES[FIELDS.indexOf(field)];
    if (type === undefined) return;
    const part = draft.parts.get(type) ?? { value: 0, sum: 0, count: 0n, buckets: [], quantiles: [] };
    draft.parts.set(type, part);
    readPart(type, part, value);
  });
  return draft;
}

function readFamily(message: Buffer): FamilyDraft {
  const draft: FamilyDraft = { name: '', help: undefined, type: 0, metrics: [] };
  eachField(message, (field, value) => {
    if (field === 3 && typeof value === 'bigint') draft.type = Number(BigInt.asIntN(32, value));
    if (typeof value !== 'object') return;
    // Neither has to be UTF-8: gateways hand on what they were given.
    if (field === 1) draft.name = value.toString();
    else if (field === 2) draft.help = value.toString();
    else if (field === 4) draft.metrics.push(readMetric(value));
  });
  return draft;
}

/** What is no fault of the format, but refused all the same by whoever checks what was pushed. */
function refuse(family: string, what: string): never {
  throw new MalformedBody(`collected metric ${JSON.stringify(family)} ${what}`);
}

function labelsOf({ labels }: MetricDraft, family: string): Labels {
  const found = new Map<string, string>();
  for (const [bytes, value] of labels) {
    const name = bytes.toString();
    if (!LABEL_NAME.test(name)) refuse(family, `has a label with an invalid name: ${JSON.stringify(name)}`);
    if (!isUtf8(value)) refuse(family, `has a label named "${name}" whose value is not utf8`);
    if (found.has(name)) refuse(family, `has two or more labels with the same name: ${name}`);
    found.set(name, value.toString());
  }
  return Object.fromEntries(found);
}

function finished({ name, help, type: number, metrics }: FamilyDraft): PushedFamily {
  const type = TYPES[number] ?? refuse(name, `is of an unknown type: ${number}`);
  const each = <S>(keep: (part: Part) => S) =>
    metrics.map((metric) => {
      const part = metric.parts.get(type) ?? refuse(name, `is not a ${type.toUpperCase()}`);
      return { labels: labelsOf(metric, name), ...keep(part) };
    });
  switch (type) {
    case 'histogram':
      return { name, help, type, series: each(({ buckets, sum, count }) => ({ buckets, sum, count })) };
    case 'summary':
      return { name, help, type, series: each(({ quantiles, sum, count }) => ({ quantiles, sum, count })) };
    default:
      return { name, help, type, series: each(({ value }) => ({ value })) };
  }
}

/** The next length of at most five bytes; undefined when there is none, or only a part of one. */
function readLength(reader: Reader): number | undefined {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    if (reader.left === 0) return undefined;
    const byte = reader.byte();
    length += (byte & 127) * 128 ** index;
    if (byte < 128) return length;
  }
  throw new MalformedBody('invalid varint32 encountered');
}

/**
 * Reads a body of MetricFamily messages, each after its length. Exemplars, and histograms without fixed buckets, are
 * read past. A body that is cut between two messages is whole to a gateway; one cut right behind a length, too.
 * Sources: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto,
 * https://protobuf.dev/programming-guides/encoding/
 *
 * @throws {MalformedBody} also for what a gateway refuses only after reading it, such as a label that comes twice.
 */
export function parseProtobuf(body: Buffer): PushedMetrics {
  const reader = new Reader(body);
  // Of two families with one name the later counts, whatever is wrong with the other.
  const drafts = new Map<string, FamilyDraft>();
  for (let length = readLength(reader); length !== undefined; length = readLength(reader)) {
    if (length > 0 && reader.left === 0) break;
    const draft = readFamily(reader.take(length));
    drafts.set(draft.name, draft);
  }
  const timestamped = [...drafts.values()].some(({ metrics }) => metrics.some((one) => one.timestamped));
  return { families: new Map([...drafts].map(([name, draft]) => [name, finished(draft)])), timestamped };
}
