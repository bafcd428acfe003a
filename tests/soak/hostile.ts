/** `npm run soak:hostile`: generated webhook and form requests, none of them meant well, against every HTTP function. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type StormReport, storm } from './hostile/storm.ts';
import { type WireReport, wireStorm } from './hostile/wire.ts';
import { openWorld } from './hostile/world.ts';
import { whole } from './options.ts';

const HELP = `npm run soak:hostile [-- options]

  --requests N   how many requests go straight to the functions, as API Gateway's events (default 100000)
  --wire N       how many more go over real HTTP, before those, to a local mode of its own (default 0: none)
  --seed N       which requests: the same seed, the same requests (default 1)
  --json FILE    the report as JSON, too
  --help         this text

Exits with 1 when an answer is a 5xx, tells of the inside or lacks a security header; when something is thrown that nobody
handles; when a counter differs from the answers; or when the heap has grown by more than ${megabytes(maxGrown())} MiB after the first 2000.
`;
function maxGrown(): number {
  return 32 * 1024 * 1024;
}
function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    wire: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [requests, wire, seed] = [
  whole('requests', values.requests, 1),
  whole('wire', values.wire, 0),
  whole('seed', values.seed, 0),
];

const progress = (of: number, what: string) => (done: number) =>
  process.stderr.write(
    `${process.stderr.isTTY ? '\r' : ''}${done} of ${of} ${what}${process.stderr.isTTY ? ' ' : '\n'}`,
  );

function tell(report: StormReport): boolean {
  const wrong = report.counters.filter(({ answered, counted }) => answered !== counted);
  const refused = report.counters.filter(({ series }) => series.startsWith('fte_webhook_rejections_total'));
  console.table(refused);
  console.table(wrong.length > 0 ? wrong : report.byStatus);
  for (const failure of report.failures.slice(0, 20)) console.log(`failed: ${failure}`);
  for (const error of report.unhandled.slice(0, 20)) console.log(`unhandled: ${error}`);
  const grown = report.grownBytes ?? 0;
  console.log(
    `${report.requests} requests in ${report.seconds.toFixed(0)} s (${Math.round(report.requests / report.seconds)}/s): ` +
      `${report.failures.length} failed, ${report.unhandled.length} unhandled, ${report.counters.length} series compared, ` +
      `${wrong.length} differ; the heap grew by ${(grown / 1024 / 1024).toFixed(1)} MiB (bound ${megabytes(maxGrown())})`,
  );
  return report.failures.length + report.unhandled.length + wrong.length === 0 && grown <= maxGrown();
}

function tellWire(report: WireReport): boolean {
  console.table(report.byStatus);
  for (const failure of report.failures.slice(0, 20)) console.log(`failed over HTTP: ${failure}`);
  console.log(
    `${report.requests} requests over HTTP in ${report.seconds.toFixed(0)} s: ${report.answered} answered by the functions, ` +
      `${report.counted} counted, ${report.elsewhere} refused before them, ${report.failures.length} failed`,
  );
  return report.failures.length === 0 && report.answered === report.counted;
}

// First: what opens a world in this process changes the environment, which a local mode would inherit.
const wired =
  wire > 0 ? await wireStorm({ requests: wire, seed, progress: progress(wire, 'over HTTP') }) : undefined;
let right = wired === undefined || tellWire(wired);
const world = await openWorld();
let report: StormReport;
try {
  report = await storm(world, { requests, seed, progress: progress(requests, 'requests') });
} finally {
  await world.close();
}
right = tell(report) && right;
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ ...report, wired }, null, 2)}\n`);
console.log(right ? 'ok' : 'NOT ok');
process.exitCode = right ? 0 : 1;
