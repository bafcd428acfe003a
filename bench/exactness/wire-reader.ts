// Reads the entry that an instance pushes, with nothing of the code that the storm is to judge.
// Source: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
import { EDGES } from './catalogue.ts';
import { placeOf, zeroes } from './samples.ts';

type Field = readonly [number: number, value: number | Uint8Array];

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) yield [tag >> 3, varint()];
    else if ((tag & 7) === 1) {
      yield [tag >> 3, view.getFloat64(at, true)];
      at += 8;
    } else if ((tag & 7) === 2) {
      const length = varint();
      yield [tag >> 3, bytes.subarray(at, at + length)];
      at += length;
    } else throw new Error(`a field of wire type ${tag & 7}`);
  }
}

const text = (value: number | Uint8Array | undefined) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
const all = (bytes: number | Uint8Array | undefined, field: number) =>
  bytes instanceof Uint8Array
    ? [...fieldsOf(bytes)].filter(([n]) => n === field).map(([, value]) => value)
    : [];
const one = (bytes: number | Uint8Array | undefined, field: number) => all(bytes, field)[0];
const number = (value: number | Uint8Array | undefined) => (typeof value === 'number' ? value : 0);

const FAMILY = { name: 1, metric: 4 } as const;
const METRIC = { label: 1, gauge: 2, counter: 3, summary: 4, histogram: 7 } as const;

/** What one push said: its sequence number, and the numbers of the instance in their places. */
export interface PushedEntry {
  readonly sequence: number;
  readonly content: readonly number[];
}

function families(body: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  // A length before each message looks like a field without its tag: read it by hand.
  for (let at = 0; at < body.length; ) {
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = body[at++] ?? 0;
      length += (byte & 127) * factor;
      if (byte < 128) break;
    }
    found.push(body.subarray(at, at + length));
    at += length;
  }
  return found;
}

export function readEntry(body: Uint8Array): PushedEntry {
  const content = zeroes();
  let sequence = 0;
  const put = (name: string, labels: Readonly<Record<string, string>>, value: number) => {
    const place = placeOf(name, labels);
    if (place !== undefined) content[place] = (content[place] ?? 0) + value;
  };
  for (const family of families(body)) {
    const name = text(one(family, FAMILY.name));
    const metric = name.split('__')[0] ?? '';
    for (const raw of all(family, FAMILY.metric)) {
      const labels = Object.fromEntries(
        all(raw, METRIC.label).map((pair) => [text(one(pair, 1)), text(one(pair, 2))] as const),
      );
      const [gauge, counter] = [one(raw, METRIC.gauge), one(raw, METRIC.counter)];
      const [summary, histogram] = [one(raw, METRIC.summary), one(raw, METRIC.histogram)];
      if (gauge !== undefined && name === 'fte_push_seq') sequence = number(one(gauge, 1));
      if (counter !== undefined) put(metric, labels, number(one(counter, 1)));
      const sums = summary ?? histogram;
      if (sums === undefined) continue;
      put(`${metric}_count`, labels, number(one(sums, 1)));
      put(`${metric}_sum`, labels, number(one(sums, 2)));
      if (histogram === undefined) continue;
      const buckets = all(histogram, 3).map((b) => [number(one(b, 2)), number(one(b, 1))] as const);
      put(`${metric}_bucket`, { ...labels, le: '+Inf' }, number(one(sums, 1)));
      for (const edge of EDGES.current) {
        // A foreign bucket counts in the smallest edge that is not below it.
        const below = buckets.filter(([upper]) => upper <= edge).map(([, count]) => count);
        put(`${metric}_bucket`, { ...labels, le: String(edge) }, Math.max(0, ...below));
      }
    }
  }
  return { sequence, content };
}
