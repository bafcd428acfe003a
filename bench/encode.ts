// What an instance's entry costs in text and in protobuf: its bytes, and the processor's time to encode it.
// `node bench/encode.ts [--json FILE]`
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { renderText } from '../src/observability/exposition.ts';
import type { Family } from '../src/observability/families.ts';
import { libraryMetrics } from '../src/observability/library-metrics.ts';
import { createMetrics } from '../src/observability/metrics.ts';
import { encodeDelimited } from '../src/observability/push/protobuf.ts';

const SERIES = 60;
const ROUNDS = 41;
/** Encodes in one measurement: the clock of processor time is too coarse for one. */
const ENCODES = 200;
/** Fresh processes: an instance encodes while nothing is compiled yet. */
const COLD_ROUNDS = 15;

const ENCODERS: Readonly<Record<string, (families: readonly Family[]) => Uint8Array>> = {
  // A body goes out as bytes, so that making them belongs to the cost of text.
  text: (families) => Buffer.from(renderText(families)),
  protobuf: (families) => encodeDelimited(families),
};

/** The entry of an instance that has touched 60 series of the library's metrics. */
async function entry(): Promise<readonly Family[]> {
  const functions = ['orders', 'payments', 'mails'];
  const routes = [
    'GET /orders',
    'POST /orders',
    'GET /orders/{id}',
    'PUT /orders/{id}',
    'POST /payments',
  ] as const;
  const metrics = createMetrics(libraryMetrics({ functions, routes, components: ['shop', 'bank'] }));
  routes.forEach((route, index) => {
    const [method, endpoint] = route.split(' ') as ['GET', '/orders'];
    for (const status_code of ['200', '400', '404', '422', '500', '503'] as const)
      metrics.inc('fte_http_requests_total', { method, endpoint, status_code }, 1 + index * 7);
    for (let call = 0; call < 40; call += 1)
      metrics.observe('fte_http_request_duration_seconds', { method, endpoint }, 0.004 * 1.2 ** call);
  });
  for (const name of functions) {
    metrics.inc('fte_lambda_cold_starts_total', { function: name });
    for (const outcome of ['success', 'error'] as const)
      metrics.inc('fte_lambda_invocations_total', { function: name, outcome }, 40);
    for (let call = 0; call < 40; call += 1) {
      metrics.observe('fte_lambda_duration_seconds', { function: name }, 0.003 * 1.25 ** call);
      metrics.observe('fte_lambda_memory_used_bytes', { function: name }, 9e7 + call * 1e6);
    }
    metrics.observe('fte_lambda_init_duration_seconds', { function: name }, 0.31);
  }
  for (const outcome of ['success', 'timeout', 'refused', 'rejected', 'skipped'] as const)
    metrics.inc('fte_push_attempts_total', { outcome });
  metrics.observe('fte_push_duration_seconds', {}, 0.0042);
  metrics.inc('fte_label_overflow_total', { metric: 'fte_errors_total' });
  return metrics.snapshot();
}

const seriesIn = (families: readonly Family[]) =>
  families.reduce((sum, { series }) => sum + series.length, 0);

/** Microseconds of processor time, of all threads: what the collector of garbage needs is part of the price. */
function cost(encode: () => unknown, times: number): number {
  const before = process.cpuUsage();
  for (let left = times; left > 0; left -= 1) encode();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}
function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), p10: at(0.1), p90: at(0.9) };
}

/** Measures `names` in turns, each round in the other order, so that what the machine does else hits them alike. */
function inTurns(rounds: number, names: readonly string[], measure: (name: string) => number) {
  const found = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) found.get(name)?.push(measure(name));
  }
  return (name: string) => spread(found.get(name) ?? []);
}

const { values } = parseArgs({
  options: { json: { type: 'string' }, first: { type: 'string' }, encodes: { type: 'string' } },
});
const families = await entry();
const encoder = (name: string) => () => ENCODERS[name]?.(families) ?? new Uint8Array();

if (values.first !== undefined) {
  const started = performance.now();
  for (let left = Number(values.encodes); left > 0; left -= 1) encoder(values.first)();
  process.stdout.write(String((performance.now() - started) * 1000));
} else {
  const touched = seriesIn(families);
  if (touched !== SERIES) throw new Error(`the entry has ${touched} series, not ${SERIES}`);
  const names = Object.keys(ENCODERS);
  const fresh = (encodes: number) =>
    inTurns(COLD_ROUNDS, names, (name) =>
      Number(
        execFileSync(
          process.execPath,
          [import.meta.filename, '--first', name, '--encodes', String(encodes)],
          {
            encoding: 'utf8',
          },
        ),
      ),
    );
  const first = fresh(1);
  const firstTen = fresh(10);
  for (const name of names) cost(encoder(name), ENCODES);
  const warm = inTurns(ROUNDS, names, (name) => cost(encoder(name), ENCODES));

  const results = names.map((name) => ({
    format: name,
    bytes: encoder(name)().length,
    firstEncodeWallUs: first(name),
    firstTenEncodesWallUs: firstTen(name),
    cpuUs: warm(name),
  }));
  const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' };
  const cell = ({ median, p10, p90 }: Spread) => `${median.toFixed(0)} (${p10.toFixed(0)}–${p90.toFixed(0)})`;
  console.table(
    Object.fromEntries(
      results.map(({ format, bytes, cpuUs, firstEncodeWallUs, firstTenEncodesWallUs }) => [
        format,
        {
          bytes,
          'µs CPU, median (p10–p90)': cell(cpuUs),
          'µs wall, first': cell(firstEncodeWallUs),
          'first ten': cell(firstTenEncodesWallUs),
        },
      ]),
    ),
  );
  console.log(
    `${SERIES} series in ${families.length} families; ${ROUNDS} rounds of ${ENCODES} encodes, ${COLD_ROUNDS} fresh ` +
      `processes; Node ${machine.node}, ${machine.cpus} CPUs (${machine.cpu})`,
  );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ machine, series: SERIES, rounds: ROUNDS, results }, null, 2)}\n`,
    );
}
