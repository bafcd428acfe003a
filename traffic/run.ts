/** `npm run traffic`: conversations over all channels; what came back, next to the counters. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSamples, type Sample } from '../tests/running/exposition.ts';
import { forgetLocalMode, startLocalMode } from '../tests/running/local-mode.ts';
import { ROOT } from '../tests/running/serverless-yml.ts';
import { type CounterRow, compare, expectedCounters } from './counters.ts';
import { type Done, drive } from './drive.ts';
import { BadOption, HELP, type Options, readOptions } from './options.ts';
import { follow } from './outbox.ts';
import { planTraffic } from './plan.ts';
import { misunderstood, problems, roadTable } from './report.ts';
import { twilioWebhookUrl } from './requests.ts';
import { Line } from './send.ts';
import { Watch } from './talks.ts';

const NAME = 'traffic';
/** Without a new answer for this long, the rest counts as lost. */
const PATIENCE_SECONDS = 60;
/** The totals are folded every five seconds. */
const COUNTER_SECONDS = 20;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

function bar(total: number, done: number, watch: Watch): void {
  if (!process.stderr.isTTY) return;
  const width = 40;
  const asked = watch.talks.reduce((sum, { told }) => sum + told.length, 0);
  const filled = Math.round((done / total) * width);
  const open = asked - watch.answered;
  process.stderr.write(
    `\r${'█'.repeat(filled).padEnd(width, '·')} ${done} of ${total} sent, ${watch.answered} answered, ${open} open `,
  );
}

async function scrape(url: string): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/metrics`).catch((cause: unknown) => {
    throw new BadOption(`Nobody answers at ${url} (${String(Object(Object(cause).cause).code ?? cause)}).
Start the employee with npm start, name another one with --url, or let --own start one.`);
  });
  const text = await response.text();
  if (response.status !== 200)
    throw new BadOption(`${url}/metrics answers ${response.status}: ${text.slice(0, 200)}`);
  return readSamples(text);
}

/** The totals once two folds in a row say the same, so that nothing from before is counted as ours. */
async function settled(url: string): Promise<readonly Sample[]> {
  const ours = (samples: readonly Sample[]) =>
    JSON.stringify(samples.filter(({ name }) => name.startsWith('fte_customer_interactions_total')));
  let last = await scrape(url);
  for (let tried = 0; tried < 20; tried++) {
    await pause(1500);
    const now = await scrape(url);
    if (now.length > 0 && ours(now) === ours(last)) return now;
    last = now;
  }
  throw new BadOption(`The counters at ${url} do not come to rest; somebody else is using it.`);
}

/** Ends when all is answered, or nothing more comes. */
async function untilAnswered(watch: Watch, shown: () => void): Promise<void> {
  let [answered, since] = [watch.answered, Date.now()];
  while (watch.unanswered.length > 0 && Date.now() - since < PATIENCE_SECONDS * 1000) {
    await pause(250);
    if (watch.answered !== answered) [answered, since] = [watch.answered, Date.now()];
    shown();
  }
}

async function settledCounters(rows: () => Promise<readonly CounterRow[]>): Promise<readonly CounterRow[]> {
  const end = Date.now() + COUNTER_SECONDS * 1000;
  let now = await rows();
  while (Date.now() < end && now.some(({ expected, counted }) => expected !== counted)) {
    await pause(1000);
    now = await rows();
  }
  // What was counted twice may come with the next fold.
  await pause(6000);
  return rows();
}

async function traffic(options: Options, url: string, home: string): Promise<boolean> {
  const before = await settled(url);
  const log = join(home, 'logs.jsonl');
  if (!existsSync(log))
    throw new BadOption(
      `${log} does not exist; --home may be the folder that the employee at ${url} writes to.`,
    );
  const readLog = follow(log);
  const line = new Line(url);
  const watch = new Watch(line, follow(join(home, 'outbox.jsonl')));
  const plan = planTraffic(options);
  const done: Done[] = [];
  const skipped: string[] = [];
  const shown = () => bar(plan.length, done.length + skipped.length, watch);

  let driving = true;
  const watching = (async () => {
    while (driving) {
      await watch.tick();
      await pause(300);
    }
  })();
  const started = performance.now();
  await drive({
    plan,
    line,
    watch,
    run: Date.now(),
    twilioUrl: twilioWebhookUrl(url),
    done: (one) => {
      done.push(one);
      shown();
    },
    skipped: ({ kind, road }, why) => skipped.push(`${kind} (${road}): ${why}`),
  });
  const sendSeconds = (performance.now() - started) / 1000;
  await untilAnswered(watch, shown);
  driving = false;
  await watching;
  // What would be answered twice is so within this time.
  await pause(2000);
  await watch.lookAtAll();
  if (process.stderr.isTTY) process.stderr.write('\n');

  const expected = expectedCounters(done, watch.talks, line.exchanges);
  const counters = await settledCounters(async () => compare(expected, before, await scrape(url)));
  const roads = roadTable(done, watch.talks);
  const wrong = problems({ done, talks: watch.talks, misdirected: watch.misdirected, counters });
  const notes = misunderstood(done, readLog());
  const failures = line.exchanges.flatMap(({ failure, answer, endpoint }) =>
    failure !== undefined || (answer?.status ?? 0) >= 500 ? [`${endpoint}: ${failure ?? answer?.text}`] : [],
  );

  console.table(roads);
  console.table(counters.filter(({ expected, counted }) => expected !== 0 || counted !== 0));
  const ratings = done.filter(({ outcome }) => outcome === 'rated').length;
  const statuses = done.filter(({ outcome }) => outcome === 'told').length;
  console.log(
    `${done.length} requests in ${sendSeconds.toFixed(1)} s, ${ratings} of them ratings and ${statuses} delivery statuses; ${skipped.length} steps skipped, ${failures.length} requests failed; ${counters.length} counters compared; seed ${options.seed}`,
  );
  for (const [title, lines] of Object.entries({
    skipped,
    failed: failures,
    'understood otherwise': notes,
    wrong,
  })) {
    for (const one of lines) console.log(`${title}: ${one}`);
  }
  console.log(wrong.length === 0 ? 'ok' : 'NOT ok');
  if (options.json !== undefined) {
    const report = {
      ok: wrong.length === 0,
      options,
      url,
      sendSeconds,
      roads,
      counters,
      skipped,
      failures,
      notes,
      wrong,
    };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  return wrong.length === 0;
}

async function withOwn(options: Options): Promise<boolean> {
  process.stderr.write('Starting local mode ...\n');
  const local = await startLocalMode({ name: NAME });
  // It has a process group of its own, which Ctrl-C does not reach.
  const interrupted = () => void local.kill().then(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  let right = false;
  try {
    right = await traffic(options, local.url, join(ROOT, '.local', NAME));
    return right;
  } finally {
    await local.stop();
    if (right) forgetLocalMode(NAME);
    else console.log(`Its logs and outbox are in .local/${NAME}.`);
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else {
    const right = options.own
      ? await withOwn(options)
      : await traffic(options, options.url, resolve(options.home));
    process.exitCode = right ? 0 : 1;
  }
} catch (error) {
  if (!(error instanceof BadOption)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
