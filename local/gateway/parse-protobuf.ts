import { isUtf8 } from 'node:buffer';
import type { Exemplar, Labels } from '../../src/observability/families.ts';
import { CUT, eachField, Reader, type Value } from './protobuf-fields.ts';
import { MalformedBody, type PushedFamily, type PushedMetrics } from './pushed.ts';

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
  exemplar: Exemplar | undefined;
  /** By their bucket's edge. */
  readonly exemplars: Map<number, Exemplar>;
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

/** Milliseconds since 1970. */
function readTime(message: Buffer): number {
  let seconds = 0n;
  let nanos = 0n;
  eachField(message, (field, value) => {
    if (typeof value !== 'bigint') return;
    if (field === 1) seconds = BigInt.asIntN(64, value);
    else if (field === 2) nanos = BigInt.asIntN(32, value);
  });
  return Number(seconds) * 1000 + Number(nanos) / 1e6;
}

function readExemplar(message: Buffer): Exemplar {
  const labels: [string, string][] = [];
  let observed = 0;
  let at: number | undefined;
  eachField(message, (field, value) => {
    if (field === 2 && typeof value === 'number') observed = value;
    if (typeof value !== 'object') return;
    if (field === 1) {
      const [name, held] = readPair(value, NOTHING);
      labels.push([name.toString(), held.toString()]);
    } else if (field === 3) at = readTime(value);
  });
  return { labels: Object.fromEntries(labels), value: observed, ...(at === undefined ? {} : { at }) };
}

function readBucket(part: Part, message: Buffer): void {
  const bucket: [number, bigint] = [0, 0n];
  let exemplar: Exemplar | undefined;
  eachField(message, (field, value) => {
    if (field === 1 && typeof value === 'bigint') bucket[1] = value;
    else if (field === 2 && typeof value === 'number') bucket[0] = value;
    else if (field === 3 && typeof value === 'object') exemplar = readExemplar(value);
  });
  part.buckets.push(bucket);
  if (exemplar !== undefined) part.exemplars.set(bucket[0], exemplar);
}

/** The parts of a native histogram have to be well-formed, and are dropped. */
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
    if (field === 2 && type === 'counter') part.exemplar = readExemplar(value);
    else if (field === 3 && type === 'summary') part.quantiles.push(readPair(value, 0));
    else if (field === 3 && type === 'histogram') readBucket(part, value);
    else if (type === 'histogram') checkNative(field, value);
  });
}

const emptyPart = (): Part => ({
  value: 0,
  sum: 0,
  count: 0n,
  buckets: [],
  quantiles: [],
  exemplar: undefined,
  exemplars: new Map(),
});

function readMetric(message: Buffer): MetricDraft {
  const draft: MetricDraft = { labels: [], parts: new Map(), timestamped: false };
  eachField(message, (field, value) => {
    if (field === 6 && typeof value === 'bigint') draft.timestamped = true;
    if (typeof value !== 'object') return;
    if (field === 1) draft.labels.push(readPair(value, NOTHING));
    const type = TYPES[FIELDS.indexOf(field)];
    if (type === undefined) return;
    const part = draft.parts.get(type) ?? emptyPart();
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
      return {
        name,
        help,
        type,
        series: each(({ buckets, sum, count, exemplars }) =>
          exemplars.size === 0 ? { buckets, sum, count } : { buckets, sum, count, exemplars },
        ),
      };
    case 'summary':
      return { name, help, type, series: each(({ quantiles, sum, count }) => ({ quantiles, sum, count })) };
    default:
      return {
        name,
        help,
        type,
        series: each(({ value, exemplar }) => (exemplar === undefined ? { value } : { value, exemplar })),
      };
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
 * Reads a body of MetricFamily messages, each after its length. Histograms without fixed buckets are read past. A body that is cut between two messages is whole to a gateway; one cut right behind a length, too.
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
