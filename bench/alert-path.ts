// How long it takes from a cause to the person, with everything as shipped: scrapes, evaluations, folds, groups.
// `npm run bench:alert-path [-- --rounds N] [-- --json FILE]`
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { config } from '../monitoring/source/config.ts';
import { allAlerts } from '../monitoring/source/groups.ts';
import { startAlerting } from '../tests/running/alerting.ts';
import { startService } from '../tests/running/service.ts';
import { startPushgateway } from '../tests/servers/pushgateway.ts';
import type { ServerProcess } from '../tests/servers/server-process.ts';
import { machine } from './measure.ts';

/** What a path may take beyond the alert's own `for`. */
const ALLOWED_SECONDS = 90;
/** The shipped interval of the folds: FTE_FOLD_EVERY_S. */
const FOLD_EVERY_MS = 15_000;
const PATIENCE_SECONDS = 600;
const HELP = `npm run bench:alert-path [-- options]

Stops a gateway, and gives a message up, in a running system with the shipped intervals, and measures the time until the news is at
the receiver of a webhook. Fails when that takes longer than the alert's \`for\` and ${ALLOWED_SECONDS} s. A round takes about five minutes.

  --rounds N     how often (default 3)
  --json FILE    writes the figures there, too
  --help         this text
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds is "${values.rounds}", but must be a whole number from 1 on`);
  process.exit(2);
}

// The servers end with this process, but not with one that a signal ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const gateways = await Promise.all([1, 2].map(() => startPushgateway({ consistencyCheck: false })));
const [first, second] = gateways as [ServerProcess, ServerProcess];
const service = await startService({
  environment: { FTE_STAGE: 'local', PUSHGATEWAY_URL: `${first.url},${second.url}` },
});
const sqs = new SQSClient({ region: process.env.AWS_REGION ?? '' });
let folding: Promise<unknown> = service.invoke('fleet', {});
const timer = setInterval(() => {
  folding = service.invoke('fleet', {}).catch(() => undefined);
}, FOLD_EVERY_MS);
const hosts = [first, second].map(({ url }) => new URL(url).host);
const alerting = await startAlerting({ gateways: hosts });

const queue = process.env.FTE_INCOMING_DLQ_URL;
let other = second;
const causes = [
  {
    alert: 'DeadLetterQueueNotEmpty',
    provoke: (round: number) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queue,
          MessageBody: '{}',
          MessageGroupId: 'bench',
          MessageDeduplicationId: `bench-${round}`,
        }),
      ),
    undo: () => sqs.send(new PurgeQueueCommand({ QueueUrl: queue })),
  },
  {
    alert: 'GatewayDown',
    provoke: () => other.close(),
    undo: async () => {
      other = await startPushgateway({ consistencyCheck: false, port: second.port });
    },
  },
];

const results: { alert: string; round: number; for: number; firing: number; resolved: number }[] = [];
const seconds = (ms: number) => Math.round(ms / 100) / 10;
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const { alert, provoke, undo } of causes) {
      console.error(`round ${round} of ${rounds}: ${alert} ...`);
      const [from, labels] = [Date.now(), { alertname: alert }];
      await provoke(round);
      const fired = await alerting.news.waitFor(labels, 'firing', PATIENCE_SECONDS);
      const end = Date.now();
      await undo();
      const over = await alerting.news.waitFor(labels, 'resolved', PATIENCE_SECONDS);
      const rule = allAlerts().find((one) => one.alert === alert);
      results.push({
        alert,
        round,
        for: rule?.for ?? Number.NaN,
        firing: seconds(fired.at - from),
        resolved: seconds(over.at - end),
      });
    }
  }
} finally {
  clearInterval(timer);
  await folding;
  await alerting.close();
  await service.stop().catch((error: unknown) => console.error(String(error)));
  for (const gateway of [first, other]) await gateway.close();
  sqs.destroy();
}

console.log(
  `scrapes and evaluations every ${config.scrapeInterval} s, folds every ${FOLD_EVERY_MS / 1000} s; ${machine.cpus} × ${machine.cpu}, Node ${machine.node}`,
);
console.table(
  results.map(({ firing, resolved, for: time, ...one }) => ({
    ...one,
    for: `${time} s`,
    'cause to webhook': `${firing} s`,
    allowed: `${time + ALLOWED_SECONDS} s`,
    'end to webhook': `${resolved} s`,
  })),
);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, undefined, 2));
const late = results.filter((one) => !(one.firing < one.for + ALLOWED_SECONDS));
if (late.length > 0) {
  console.error(`late: ${late.map(({ alert, round }) => `${alert} in round ${round}`).join(', ')}`);
  process.exitCode = 1;
}
