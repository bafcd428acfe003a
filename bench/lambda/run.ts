// What instrumentation costs a Lambda function: the same trivial handler, instrumented in different ways, each on AWS's own
// runtime interface client, in turns. `npm run bench:lambda -- --help`
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEnvironment } from '../../tests/artifact/environment.ts';
import { ROOT } from '../../tests/running/serverless-yml.ts';
import { startPushgateway } from '../../tests/servers/pushgateway.ts';
import { EVENT, median, quantile } from './invocations.ts';
import { bundle, VARIANTS, type Variant } from './variants.ts';

const HELP = `npm run bench:lambda -- [options]

  --rounds N         fresh environments of each variant, in turns (default 7)
  --invocations N    in each of them (default 300)
  --only TEXT        variants whose name has it, with commas
  --json FILE        the figures, as JSON
  --help             this text

Needs \`npm run test:artifact\` to have built the runtime interface client once.
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    invocations: { type: 'string', default: '300' },
    only: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [rounds, invocations] = [Number(values.rounds), Number(values.invocations)];
const wanted = values.only?.split(',');
const variants = VARIANTS.filter(({ name }) => wanted?.some((text) => name.includes(text)) ?? true);
/** The kernel counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** Takes whatever it is sent. */
async function startCollector() {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(202).end('{}'));
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

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
function peakRssMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
}

const folder = join(ROOT, '.local', 'bench-lambda');
mkdirSync(folder, { recursive: true });
const gateway = await startPushgateway({ consistencyCheck: false });
const collector = await startCollector();

interface Round {
  readonly initMs: number;
  readonly firstMs: number;
  readonly caller: readonly number[];
  readonly total: readonly number[];
  readonly cpuMs: number;
  readonly rssMb: number;
}
async function measure({ source, env }: Variant): Promise<Round> {
  const environment = await startEnvironment({
    folder,
    handler: `${source}.handler`,
    env: {
      PUSHGATEWAY_URL: gateway.url,
      OTLP_URL: `${collector.url}/v1/metrics`,
      POWERTOOLS_DEV: 'false',
      LOG_LEVEL: 'INFO',
      ...env,
    },
  });
  const caller: number[] = [];
  const total: number[] = [];
  const first = await environment.invoke(EVENT);
  await first.idle;
  const before = cpuMs(environment.pid);
  for (let i = 0; i < invocations; i += 1) {
    const { sentAt, answeredAt, idle, error } = await environment.invoke(EVENT);
    if (error !== undefined) throw new Error(`${source}: ${JSON.stringify(error)}`);
    caller.push(answeredAt - sentAt);
    total.push((await idle) - sentAt);
  }
  const round = {
    initMs: environment.initMs,
    firstMs: first.answeredAt - first.sentAt,
    caller,
    total,
    cpuMs: (cpuMs(environment.pid) - before) / invocations,
    rssMb: peakRssMb(environment.pid),
  };
  await environment.close();
  return round;
}

const sizes = new Map<string, number>();
for (const variant of variants) sizes.set(variant.source, await bundle(variant, folder));
const held = new Map(variants.map(({ name }) => [name, [] as Round[]]));
for (let round = 0; round < rounds; round += 1) {
  for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
    if (process.stderr.isTTY) process.stderr.write(`\r${round + 1}/${rounds} ${variant.name.padEnd(32)}`);
    held.get(variant.name)?.push(await measure(variant));
  }
}
if (process.stderr.isTTY) process.stderr.write('\r'.padEnd(48).concat('\r'));
await gateway.close();
collector.close();

const results = variants.map(({ name, source }) => {
  const all = held.get(name) ?? [];
  const caller = all.flatMap((round) => round.caller);
  return {
    variant: name,
    callerP50Ms: median(caller),
    callerP99Ms: quantile(caller, 0.99),
    totalP50Ms: median(all.flatMap((round) => round.total)),
    cpuMs: median(all.map((round) => round.cpuMs)),
    cpuSpreadMs: [0, 1].map((share) =>
      quantile(
        all.map((round) => round.cpuMs),
        share,
      ),
    ),
    initMs: median(all.map((round) => round.initMs)),
    firstMs: median(all.map((round) => round.firstMs)),
    bundleKb: sizes.get(source) ?? 0,
    rssMb: median(all.map((round) => round.rssMb)),
  };
});
console.table(
  Object.fromEntries(
    results.map(({ variant, cpuSpreadMs, ...figures }) => [
      variant,
      Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(2))])),
    ]),
  ),
);
const machine = `Node ${process.version}, ${cpus().length} CPUs (${cpus()[0]?.model})`;
console.log(`${rounds} environments of ${invocations} invocations each, in turns; ${machine}`);
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ machine, rounds, invocations, results }, null, 2)}\n`);
