/** `npm run soak:form`: forms at an even rate against a local mode of its own; what came back, next to the counters. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { forgetLocalMode, startLocalMode } from '../running/local-mode.ts';
import { loadWithForms } from './form-load.ts';

const HELP = `npm run soak:form [-- options]

  --messages N   how many forms (default 300)
  --rate N       forms a second (default 10)
  --json FILE    the report as JSON, too
  --help         this text

Exits with 1 when a message was lost or answered twice, a counter differs, or the p95 of the response time is 3 s or more.
`;
const TARGET_P95_SECONDS = 3;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '300' },
    rate: { type: 'string', default: '10' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [messages, rate] = [Number(values.messages), Number(values.rate)];
if (!(Number.isInteger(messages) && messages > 0 && rate > 0)) {
  process.stderr.write(
    `--messages is "${values.messages}" and --rate "${values.rate}"; both may be numbers above 0.\n`,
  );
  process.exit(1);
}

function bar({ sent, answered }: { sent: number; answered: number }): void {
  if (!process.stderr.isTTY) return;
  const width = 40;
  const filled = (n: number) => Math.round((n / messages) * width);
  const picture = `${'█'.repeat(filled(answered))}${'▒'.repeat(filled(sent) - filled(answered))}`.padEnd(
    width,
    '·',
  );
  process.stderr.write(`\r${picture} ${sent} sent, ${answered} answered of ${messages} `);
}

const NAME = 'soak-form';
process.stderr.write('Starting local mode ...\n');
const local = await startLocalMode({ name: NAME });
try {
  const report = await loadWithForms({
    url: local.url,
    messages,
    rate,
    progress: bar,
    outbox: () => local.lines('outbox.jsonl'),
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  const { p50, p95, max } = report.responseSeconds;
  console.table(report.counters);
  for (const why of report.failedRequests) console.log(`failed: ${why}`);
  console.log(
    `start ${local.startSeconds.toFixed(1)} s; ${messages} sent at ${rate}/s: ${report.accepted} accepted, ${report.failedRequests.length} requests failed, ${report.answered} answered, ${report.escalated} escalated, ${report.answeredTwice} answered twice, ${report.errors} errors`,
  );
  console.log(`response time p50 ${p50.toFixed(2)} s, p95 ${p95.toFixed(2)} s, max ${max.toFixed(2)} s`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  const right =
    report.accepted === messages &&
    report.failedRequests.length === 0 &&
    report.answered === messages &&
    report.answeredTwice === 0 &&
    report.errors === 0 &&
    report.counters.every(({ expected, counted }) => expected === counted) &&
    p95 < TARGET_P95_SECONDS;
  console.log(right ? 'ok' : 'NOT ok');
  process.exitCode = right ? 0 : 1;
} finally {
  await local.stop();
  forgetLocalMode(NAME);
}
