// What a log line costs: our logger with its redaction, beside plain Powertools Logger and pino with the same fields.
// `npm run bench:logging [-- --lines N] [--rounds N] [--json FILE]`
import { spawn } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { parseArgs } from 'node:util';
import { type LoggingResults, measureLogging } from './logging-subjects.ts';
import { machine, type Spread } from './measure.ts';

const HELP = `npm run bench:logging [-- options]

  --lines N     lines a round (default 2000)
  --rounds N    rounds, in turns, each in the other order (default 21)
  --json FILE   the figures as JSON, too
  --help        this text

Microseconds of processor time a line, written to ${devNull}: median (10th–90th percentile) of the rounds.
`;

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '21' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
    child: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [lines, rounds] = [Number(values.lines), Number(values.rounds)];
if (![lines, rounds].every((n) => Number.isInteger(n) && n > 0)) {
  process.stderr.write(
    `--lines is "${values.lines}" and --rounds "${values.rounds}"; both may be whole numbers above 0.\n`,
  );
  process.exit(1);
}

/** In a process of its own, whose standard output is what the loggers write to. */
async function inChild(): Promise<LoggingResults> {
  const child = spawn(
    process.execPath,
    [import.meta.filename, '--child', '--lines', `${lines}`, '--rounds', `${rounds}`],
    {
      stdio: ['ignore', openSync(devNull, 'w'), 'inherit', 'ipc'],
    },
  );
  return new Promise((resolve, reject) => {
    child.once('message', (results) => resolve(results as LoggingResults));
    child.once('exit', (code) => reject(new Error(`the measuring process ended with ${code}`)));
  });
}

if (values.child) {
  process.send?.(measureLogging(lines, rounds));
  process.disconnect?.();
} else {
  process.stderr.write(`Measuring ${rounds} rounds of ${lines} lines for each logger and case ...\n`);
  const results = await inChild();
  const cell = ({ median, p10, p90 }: Spread) => `${median.toFixed(1)} (${p10.toFixed(1)}–${p90.toFixed(1)})`;
  console.table(
    Object.fromEntries(
      Object.entries(results.lines).map(([name, cases]) => [
        name,
        Object.fromEntries(Object.entries(cases).map(([title, found]) => [title, cell(found)])),
      ]),
    ),
  );
  console.log('Of that, the redaction alone:');
  console.table(
    Object.fromEntries(
      Object.entries(results.redaction).map(([title, found]) => [title, { µs: cell(found) }]),
    ),
  );
  console.log(
    `µs of processor time a line, median (p10–p90) of ${rounds} rounds of ${lines} lines; Node ${machine.node}, ${machine.cpus} CPUs (${machine.cpu})`,
  );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ machine, linesARound: lines, rounds, ...results }, null, 2)}\n`,
    );
}
