// The fleet as a plain process beside a gateway, for who wants no schedule: npm run fleet -- --every 5s
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { ConfigError } from '../src/observability/errors.ts';

const HELP = `npm run fleet -- [options]

Reads what the instances pushed, adds it up and publishes the totals, again and again. One such process is enough; a
second one waits for its turn without doing harm.

  --every SECONDS    from one pass to the next, as in 5s (default 5s)
  --gateway URL      the gateways that instances push to, with commas (default: PUSHGATEWAY_URL, else
                     http://localhost:9091)
  --publish URL      where the totals go (default: FTE_PUBLISH_URL, else the first gateway)
  --listen [HOST:]PORT   serve the totals at /metrics for scraping instead of publishing them
  --ledger FOLDER    where the fleet's memory is kept (default .local/fleet-ledger)
  --once             one pass, then end
  --help             this text

Variables: FTE_GATEWAY_CA, FTE_GATEWAY_USER with FTE_GATEWAY_PASSWORD_PARAMETER or FTE_GATEWAY_TOKEN_PARAMETER,
FTE_SCRAPE_INTERVAL_S, LOG_LEVEL.
`;

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        every: { type: 'string', default: '5s' },
        gateway: { type: 'string' },
        publish: { type: 'string' },
        listen: { type: 'string' },
        ledger: { type: 'string', default: '.local/fleet-ledger' },
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return stop(`${(error as Error).message}\n\n${HELP}`);
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [, seconds] = /^(\d{1,4})s?$/.exec(options.every) ?? [];
if (seconds === undefined || Number(seconds) < 1)
  stop(`--every is "${options.every}"; it may be seconds from 1 on, as in 5s.`);
const everyMs = Number(seconds) * 1_000;
const [, host = '127.0.0.1', port] = /^(?:(.+):)?(\d{1,5})$/.exec(options.listen ?? '0') ?? [];
if (port === undefined || Number(port) > 65_535)
  stop(`--listen is "${options.listen}"; it may be a port, or host:port.`);
if (options.listen !== undefined && options.publish !== undefined)
  stop('--listen and --publish exclude each other: totals that are scraped twice count twice.');

process.env.PUSHGATEWAY_URL = options.gateway ?? (process.env.PUSHGATEWAY_URL || 'http://localhost:9091');
if (options.publish !== undefined) process.env.FTE_PUBLISH_URL = options.publish;

async function load() {
  try {
    return await import('../src/platform/telemetry.ts');
  } catch (error) {
    if (error instanceof ConfigError) stop(error.message);
    throw error;
  }
}
const { askGateway, log, metrics, observabilityConfig, pusher } = await load();
const { catalogue } = await import('../src/fte/catalogue.ts');
const { createFleet } = await import('../src/observability/fleet/fleet.ts');
const { fileLedger } = await import('../src/observability/fleet/file-ledger.ts');
const { createScrapeServer } = await import('../src/observability/fleet/scrape-server.ts');

const { gateways, publishUrl, scrapeIntervalS } = observabilityConfig;
const listening = options.listen === undefined ? undefined : createScrapeServer();
const fleet = createFleet({
  catalogue,
  gateways,
  publishUrl: listening === undefined ? publishUrl : undefined,
  ledger: fileLedger(options.ledger),
  log,
  ask: askGateway,
  timings: { debutMs: 2_000 * scrapeIntervalS },
});

let ending = false;
let wake: () => void = () => undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    ending = true;
    wake();
  });
}

if (listening !== undefined) {
  listening.server.on('error', (error) => stop(`--listen ${options.listen}: ${error.message}`));
  await once(listening.server.listen(Number(port), host), 'listening');
  const { port: taken } = listening.server.address() as AddressInfo;
  process.stderr.write(`The totals are at http://${host}:${taken}/metrics\n`);
}
const where = listening === undefined ? `publishing to ${publishUrl}` : 'serving them';
process.stderr.write(`Folding what is pushed to ${gateways.join(', ')} every ${seconds} s, ${where}\n`);

async function pass(): Promise<boolean> {
  const started = performance.now();
  try {
    const { families, instances, published, complete } = await fleet.fold(() => [], listening?.seen());
    listening?.update(families);
    metrics.observe('fte_fleet_fold_duration_seconds', {}, (performance.now() - started) / 1000);
    await pusher.push(metrics.snapshot, 1_000);
    log.info('folded', {
      instances,
      published,
      complete,
      duration_ms: Math.round(performance.now() - started),
    });
    return true;
  } catch (error) {
    // The next pass tries again: everything is still in the gateways and in the ledger.
    log.error('a pass failed', { error });
    return false;
  }
}

let succeeded = false;
do {
  const nextAt = performance.now() + everyMs;
  succeeded = await pass();
  if (options.once || ending) break;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, nextAt - performance.now()));
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
} while (!ending);
listening?.server.closeAllConnections();
listening?.server.close();
process.exitCode = options.once && !succeeded ? 1 : 0;
