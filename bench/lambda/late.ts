// A gateway that is late: does the caller notice, is anything lost, and how many environments does it take?
// `npm run bench:late-gateway -- --help`
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Environment, startEnvironment } from '../../tests/artifact/environment.ts';
import { sumOf, totalsIn } from '../../tests/running/counted.ts';
import { ROOT } from '../../tests/running/serverless-yml.ts';
import { until } from '../../tests/running/until.ts';
import { startPushgateway } from '../../tests/servers/pushgateway.ts';
import { catalogue } from './catalogue.ts';
import { EVENT, median, quantile } from './invocations.ts';
import { bundle, VARIANTS } from './variants.ts';

const HELP = `npm run bench:late-gateway -- [options]

  --delay MS         how late the gateway is (default 2000)
  --environments N   of each variant, all at once (default 8)
  --rounds N         invocations of each environment (default 60)
  --every MS         a round begins at most so often (default 250)
  --json FILE        the figures, as JSON
  --help             this text

Every environment is called once a round, one after the other and in another order each time; a round begins when all of
them are idle again. So all variants are called at the same pace, and the same variant twice shows the run's noise.
Needs \`npm run test:artifact\` to have built the runtime interface client once.
`;

const { values } = parseArgs({
  options: {
    delay: { type: 'string', default: '2000' },
    environments: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '60' },
    every: { type: 'string', default: '250' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const delayMs = Number(values.delay);
const environments = Number(values.environments);
const rounds = Number(values.rounds);
const everyMs = Number(values.every);

/** Takes a push at once, and brings it to the gateway, and its answer back, when it is late. */
async function startLateProxy(target: string) {
  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming);
    setTimeout(() => {
      const { method, headers, url = '/' } = incoming;
      const onward = httpRequest(new URL(url, target), { method, headers, agent: false }, async (answer) => {
        response.writeHead(answer.statusCode ?? 502).end(await buffer(answer));
      });
      onward.end(body);
    }, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const folder = join(ROOT, '.local', 'bench-lambda');
mkdirSync(folder, { recursive: true });
const gateway = await startPushgateway({ consistencyCheck: false });
const late = await startLateProxy(gateway.url);
const variants = [
  { name: 'middy', source: 'middy', env: {} },
  { name: 'middy again', source: 'middy', env: {} },
  { name: 'ours, pushing nothing', source: 'ours', env: { PUSHGATEWAY_URL: '' } },
  { name: 'ours, to the late gateway', source: 'ours', env: { PUSHGATEWAY_URL: late.url } },
];
for (const variant of VARIANTS.filter(({ source }) => source === 'middy' || source === 'ours'))
  await bundle(variant, folder);

interface Running {
  readonly variant: string;
  readonly environment: Environment;
  readonly caller: number[];
  readonly held: number[];
}
const running: Running[] = [];
for (let i = 0; i < environments; i += 1)
  for (const { name, source, env } of variants) {
    const environment = await startEnvironment({
      folder,
      handler: `${source}.handler`,
      env: { POWERTOOLS_DEV: 'false', LOG_LEVEL: 'INFO', ...env },
    });
    running.push({ variant: name, environment, caller: [], held: [] });
  }

/** The first of each is the coldest, and nobody's median. */
const WARM_UP = 5;
for (let round = 0; round < WARM_UP + rounds; round += 1) {
  if (process.stderr.isTTY) process.stderr.write(`\r${round + 1}/${WARM_UP + rounds} rounds`);
  const order = round % 2 === 0 ? running : running.toReversed();
  const shift = round % running.length;
  const idle: Promise<unknown>[] = [new Promise((resolve) => setTimeout(resolve, everyMs))];
  for (const { environment, caller, held } of [...order.slice(shift), ...order.slice(0, shift)]) {
    const invoked = await environment.invoke(EVENT);
    if (invoked.error !== undefined) throw new Error(JSON.stringify(invoked.error));
    const rest = invoked.idle.then((idleAt) => {
      if (round >= WARM_UP) held.push(idleAt - invoked.sentAt);
    });
    idle.push(rest);
    if (round >= WARM_UP) caller.push(invoked.answeredAt - invoked.sentAt);
  }
  await Promise.all(idle);
}
if (process.stderr.isTTY) process.stderr.write('\r'.padEnd(32).concat('\r'));

const rows = variants.map(({ name }) => {
  const mine = running.filter(({ variant }) => variant === name);
  const caller = mine.flatMap((one) => one.caller);
  const held = mine.flatMap((one) => one.held);
  const medians = mine.map((one) => median(one.caller));
  return {
    variant: name,
    invocations: caller.length,
    callerP50Ms: median(caller),
    // From one environment to the next: what is less than this is nobody's difference.
    p50SpreadMs: quantile(medians, 1) - quantile(medians, 0),
    callerP99Ms: quantile(caller, 0.99),
    heldMeanMs: held.reduce((sum, ms) => sum + ms, 0) / held.length,
  };
});
for (const { environment } of running) await environment.shutDown();

const truth = environments * (WARM_UP + rounds);
let counted = 0;
await until(
  'everything is counted',
  async () => {
    counted = sumOf(await totalsIn(catalogue, gateway.url), 'hello_total');
    return counted === truth;
  },
  (3 * delayMs) / 1000 + 10,
).catch(() => undefined);
for (const { environment } of running) await environment.close();
late.close();
await gateway.close();

const round = (value: number) => Number(value.toFixed(2));
console.table(
  Object.fromEntries(
    rows.map(({ variant, ...figures }) => [
      variant,
      Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)])),
    ]),
  ),
);
const [first, again, quiet, pushing] = rows as [
  (typeof rows)[0],
  (typeof rows)[0],
  (typeof rows)[0],
  (typeof rows)[0],
];
const differences = (
  [
    ['A/A: Middy, and Middy again', first, again],
    ['the push: nothing pushed, and to the late gateway', quiet, pushing],
    ['all of it: Middy, and to the late gateway', first, pushing],
  ] as const
).map(([what, a, b]) => ({
  what,
  p50Ms: b.callerP50Ms - a.callerP50Ms,
  p99Ms: b.callerP99Ms - a.callerP99Ms,
}));
for (const { what, p50Ms, p99Ms } of differences)
  console.log(`${what}: p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`);
console.log(`counted: ${counted} of ${truth}${counted === truth ? ', nothing is lost' : ''}`);
const perHundred = (ms: number) => ((100 * ms) / 1000).toFixed(1);
console.log(
  `environments for 100 invocations a second: ${perHundred(first.heldMeanMs)} bare, ${perHundred(pushing.heldMeanMs)} held by the late gateway`,
);
const machine = `Node ${process.version}, ${cpus().length} CPUs (${cpus()[0]?.model})`;
console.log(
  `gateway ${delayMs} ms late, ${environments} environments of each, ${rounds} rounds, each called every ${everyMs} ms at most; ${machine}`,
);
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine, delayMs, environments, rounds, rows, differences, counted, truth }, null, 2)}\n`,
  );
process.exit(counted === truth ? 0 : 1);
