// What an instance's entry costs in text and in protobuf: its bytes, and the processor's time to encode it.
// `node bench/encode.ts [--json FILE]`
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderText } from '../src/observability/exposition.ts';
import type { Family } from '../src/observability/families.ts';
import { encodeDelimited } from '../src/observability/push/protobuf.ts';
import { entry, SERIES } from './entry.ts';
import { inTurns, machine, type Spread } from './measure.ts';

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

/** Microseconds of processor time, of all threads: what the collector of garbage needs is part of the price. */
function cost(encode: () => unknown, times: number): number {
  const before = process.cpuUsage();
  for (let left = times; left > 0; left -= 1) encode();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
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
