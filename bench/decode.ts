// What it takes to decode a gateway's answer of 10 to 5000 instances with 60 series each.
// `node bench/decode.ts [--json FILE]`
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Exemplar, Family, Labels } from '../src/observability/families.ts';
import { decodeDelimited } from '../src/observability/fleet/decode-protobuf.ts';
import { encodeDelimited } from '../src/observability/push/protobuf.ts';
import { entry, SERIES } from './entry.ts';
import { inTurns, machine, type Spread } from './measure.ts';

const INSTANCES = [10, 100, 1000, 5000];
const ROUNDS = 11;
/** Decodes of one body in one measurement: at least so many bytes. */
const BYTES_MEASURED = 20e6;
/** One series in so many carries an exemplar; a histogram in one of its buckets. */
const EXEMPLARS = 4;

/** Numbers from 0 to 1 that are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const hex = (next: () => number, digits: number) =>
  Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('');

/** A family as a gateway merges it from all instances: its labels sorted by name, its series by their labels. */
function merged(family: Family, instances: readonly Labels[], next: () => number): Family {
  const exemplar = (value: number): Exemplar => ({
    labels: { trace_id: hex(next, 32) },
    value,
    at: 1_750_000_000_000 + Math.floor(next() * 1e6),
  });
  const each = <S extends { readonly labels: Labels }>(
    series: readonly S[],
    change: (one: S, grown: (count: number) => number) => S,
  ) =>
    instances
      .flatMap((instance) =>
        series.map((one) => {
          // Some instances live for an invocation or two and some for thousands.
          const factor = 10 ** (next() * 4 - 2);
          const labels = Object.fromEntries(
            Object.entries({ ...one.labels, ...instance }).sort(([a], [b]) => (a < b ? -1 : 1)),
          );
          return change({ ...one, labels }, (count) => Math.round(count * factor));
        }),
      )
      .map((one) => ({ one, key: Object.values(one.labels).join('\xff') }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ one }) => one);
  switch (family.type) {
    case 'histogram':
      return {
        ...family,
        series: each(family.series, (one, grown) => ({
          ...one,
          count: grown(one.count),
          sum: one.sum * next(),
          buckets: one.buckets.map(([edge, count]) => [edge, grown(count)] as const),
          ...(next() < 1 / EXEMPLARS
            ? {
                exemplars: new Map([
                  [one.buckets.at(-1)?.[0] ?? Number.POSITIVE_INFINITY, exemplar(one.sum)],
                ]),
              }
            : {}),
        })),
      };
    case 'summary':
      return {
        ...family,
        series: each(family.series, (one, grown) => ({ ...one, count: grown(one.count) })),
      };
    default:
      return {
        ...family,
        series: each(family.series, (one, grown) => ({
          ...one,
          value: grown(one.value),
          ...(family.type === 'counter' && next() < 1 / EXEMPLARS ? { exemplar: exemplar(1) } : {}),
        })),
      };
  }
}

function body(families: readonly Family[], instances: number): Uint8Array {
  const next = random(instances);
  const groups = Array.from({ length: instances }, () => ({
    job: 'fte-instance',
    instance: hex(next, 32),
    lane: String(Math.floor(next() * 3)),
  }));
  // Family by family: all series of the largest body at once would be most of the memory.
  return Buffer.concat(families.map((family) => encodeDelimited([merged(family, groups, next)])));
}

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const families = await entry();
const bodies = new Map(INSTANCES.map((instances) => [String(instances), body(families, instances)]));
const bytesOf = (name: string) => bodies.get(name) ?? new Uint8Array();

/** Milliseconds of one decode. */
function time(name: string): number {
  const bytes = bytesOf(name);
  const times = Math.max(1, Math.round(BYTES_MEASURED / bytes.length));
  const started = performance.now();
  for (let left = times; left > 0; left -= 1) decodeDelimited(bytes);
  return (performance.now() - started) / times;
}

const first = performance.now();
decodeDelimited(bytesOf('10'));
const cold = performance.now() - first;
const names = [...bodies.keys()];
for (const name of names) time(name);
const times = inTurns(ROUNDS, names, time);

const results = names.map((name) => {
  const { median, p10, p90 } = times(name);
  const rate = (ms: number) => bytesOf(name).length / 1e3 / ms;
  return {
    instances: Number(name),
    bytes: bytesOf(name).length,
    ms: times(name),
    megabytesPerSecond: { median: rate(median), p10: rate(p90), p90: rate(p10) },
  };
});
const cell = ({ median, p10, p90 }: Spread, digits: number) =>
  `${median.toFixed(digits)} (${p10.toFixed(digits)}–${p90.toFixed(digits)})`;
console.table(
  Object.fromEntries(
    results.map(({ instances, bytes, ms, megabytesPerSecond }) => [
      `${instances} instances`,
      {
        MB: Number((bytes / 1e6).toFixed(2)),
        'ms, median (p10–p90)': cell(ms, 1),
        'MB/s': cell(megabytesPerSecond, 0),
      },
    ]),
  ),
);
console.log(
  `${SERIES} series an instance; wall time, ${ROUNDS} rounds; the first decode of 10 instances took ` +
    `${cold.toFixed(1)} ms; Node ${machine.node}, ${machine.cpus} CPUs (${machine.cpu})`,
);
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine, series: SERIES, rounds: ROUNDS, results }, null, 2)}\n`,
  );
