/** `npm run soak:faults`: messages on every road while every dependency fails in turn and processes die; then each is accounted for. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ROADS } from '../faults/letters.ts';
import { type StormReport, storm } from '../faults/storm.ts';
import { whole } from './options.ts';

const HELP = `npm run soak:faults [-- options]

  --messages N   how many messages, over all roads (default 1000)
  --seed N       what happens when (default 1); the same seed decides the same, as far as the machine's own timing lets it
  --json FILE    the report as JSON, too
  --help         this text

Every dependency fails in its turn (slow, failing, broken off, throttled, wrong, done with its answer lost), and processes
are killed at any call. Then all is well again, and each message must be answered, escalated, in a dead-letter queue, in
doubt with a person told, or refused with its sender knowing. Exits with 1 when one vanished, a reply was sent twice, or a
counter says more than what happened, or less than what died can explain.
`;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [messages, seed] = [whole('messages', values.messages, 1), whole('seed', values.seed, 0)];

let told = 0;
function progress({
  phase,
  sent,
  queued,
  killed,
}: Parameters<NonNullable<Parameters<typeof storm>[0]['progress']>>[0]) {
  const now = performance.now();
  const terminal = process.stderr.isTTY;
  if (now - told < (terminal ? 200 : 10_000)) return;
  told = now;
  const line = `${phase}: ${sent} of ${messages} sent, ${queued} queued, ${killed} processes killed`;
  process.stderr.write(terminal ? `\r${line.padEnd(78)}` : `${line}\n`);
}

function print(report: StormReport): void {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
  const rows = report.ledger.map(({ fate, byRoad }) => ({
    fate,
    ...byRoad,
    all: sum(Object.values(byRoad)),
  }));
  const total = {
    fate: 'sent by customers',
    ...Object.fromEntries(ROADS.map((road) => [road, sum(report.ledger.map(({ byRoad }) => byRoad[road]))])),
    all: sum(rows.map(({ all }) => all)),
  };
  console.log('\nWhat happened, and how often');
  console.table(Object.fromEntries([...report.met].map(([what, times]) => [what, { times }])));
  const { started, killed, timedOut } = report.processes;
  console.log(
    `${report.calls} calls; ${started} processes started, ${killed} killed at ${report.deaths.size} different steps, ${timedOut} out of time; ${report.askedAgain} messages were sent again by their senders`,
  );
  console.log('\nWhat became of the messages');
  console.table([...rows, total]);
  console.log(`${report.sends} sends to providers; ${report.sentTwice} replies sent twice`);
  console.log('\nWhat was counted');
  console.table(report.counters);
  for (const why of report.wrong) console.log(`wrong: ${why}`);
}

const report = await storm({ messages, seed, progress });
print(report);
if (values.json !== undefined) {
  const plain = { ...report, met: Object.fromEntries(report.met), deaths: Object.fromEntries(report.deaths) };
  writeFileSync(values.json, `${JSON.stringify(plain, null, 2)}\n`);
}
const accounted = report.ledger.reduce(
  (all, { byRoad }) => all + Object.values(byRoad).reduce((sum, n) => sum + n, 0),
  0,
);
const right =
  accounted === messages &&
  report.wrong.length === 0 &&
  report.sentTwice === 0 &&
  report.counters.every((row) => row.right);
console.log(`seed ${seed}, ${messages} messages, ${report.seconds.toFixed(0)} s: ${right ? 'ok' : 'NOT ok'}`);
process.exitCode = right ? 0 : 1;
