/** `npm run soak:pii`: planted identities through every channel while everything fails; then all output is searched. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { whole } from './options.ts';
import { runPii } from './pii-run.ts';

const HELP = `npm run soak:pii [-- options]

  --identities N   how many (default 1000)
  --seed N         the same run again (default 1)
  --json FILE      the report as JSON, too
  --help           this text

Plants names, addresses, numbers and texts by form, Twilio, Meta and mail with LOG_LEVEL=DEBUG, while the model, the
providers and the team's webhook fail and repeat what they were told. Exits with 1 when any of it stands in log lines,
metrics, error responses or what the runtime would print.
`;

const { values } = parseArgs({
  options: {
    identities: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [howMany, seed] = [whole('identities', values.identities, 1), whole('seed', values.seed, 0)];

// Bound now: the run takes the streams over.
const write = process.stderr.write.bind(process.stderr);
const SAY_EVERY_MS = process.stderr.isTTY ? 200 : 10_000;
let said = 0;
const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
write(`Planting ${howMany} identities, seed ${seed} ...\n`);
const report = await runPii({
  identities: howMany,
  seed,
  progress({ sent, waiting }) {
    if (performance.now() - said < SAY_EVERY_MS) return;
    said = performance.now();
    const rest = waiting === undefined ? '' : `, ${waiting} messages in the queues`;
    write(
      `${process.stderr.isTTY ? '\r' : ''}${seconds()} s: ${sent} of ${howMany} sent${rest}${process.stderr.isTTY ? '   ' : '\n'}`,
    );
  },
});
if (process.stderr.isTTY) write('\n');

console.table(
  Object.fromEntries(
    [...report.requests].map(([what, statuses]) => [
      what,
      { answers: [...statuses].map(([status, times]) => `${status} × ${times}`).join(', ') },
    ]),
  ),
);
console.table(
  Object.fromEntries([...report.faults].toSorted().map(([fault, times]) => [fault, { injected: times }])),
);
console.table(
  Object.fromEntries(
    report.searched.map(({ place, pieces, bytes, findings }) => [
      place,
      { 'lines or answers': pieces, bytes, found: findings.length },
    ]),
  ),
);
for (const { place, findings } of report.searched) {
  for (const { identity, part, excerpt } of findings.slice(0, 20)) {
    console.log(`FOUND in ${place}: the ${part} of identity ${identity}: ${JSON.stringify(excerpt)}`);
  }
}
const blind = Object.entries(report.control).filter(([, found]) => found !== howMany);
console.log(
  `The same search finds in what was sent: ${Object.entries(report.control)
    .map(([part, found]) => `${part} ${found}`)
    .join(', ')}, of ${howMany} each.`,
);
console.log(
  `${seconds()} s; seed ${seed}; log lines by level: ${[...report.levels].map(([level, lines]) => `${level} ${lines}`).join(', ')}; ${report.replies} requests taken by providers`,
);
if (values.json !== undefined) {
  const plain = (_: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);
  writeFileSync(values.json, `${JSON.stringify(report, plain, 2)}\n`);
}
const clean = report.searched.every(({ findings }) => findings.length === 0) && blind.length === 0;
console.log(clean ? 'ok: nothing found' : 'NOT ok');
process.exit(clean ? 0 : 1);
