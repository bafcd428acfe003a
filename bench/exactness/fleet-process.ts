// A process that folds again and again. Started by the storm with its configuration as the one argument.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as LedgerModule from '../../src/observability/fleet/file-ledger.ts';
import type * as FleetModule from '../../src/observability/fleet/fleet.ts';
import type * as GatewayModule from '../../src/observability/push/gateway.ts';
import { seeded } from '../../traffic/random.ts';
import { stormCatalogue } from './catalogue.ts';
import type { FleetConfig, FromFleet, ToFleet } from './protocol.ts';

const config = JSON.parse(process.argv[2] ?? '') as FleetConfig;
const { tempo } = config;
const load = (file: string) => import(pathToFileURL(join(config.source, file)).href);
const { createFleet } = (await load('fleet/fleet.ts')) as typeof FleetModule;
const { fileLedger } = (await load('fleet/file-ledger.ts')) as typeof LedgerModule;
const { createGatewayClient } = (await load('push/gateway.ts')) as typeof GatewayModule;

/** Of all deletions. */
const SLOW = 0.3;
const random = seeded(config.seed + 11);
let cut: ReadonlySet<string> = new Set();
let ending: Extract<ToFleet, { readonly at: unknown }> | undefined;
let publication: 'unanswered' | 'late' | undefined;
const tell = (message: FromFleet) => process.send?.(message);
const client = createGatewayClient();
const unanswered: GatewayModule.GatewayAnswer = {
  outcome: 'timeout',
  status: 0,
  body: Buffer.alloc(0),
  contentType: '',
  unanswered: true,
};

const ask: GatewayModule.AskGateway = async (request) => {
  if ([...cut].some((url) => request.url.startsWith(url)))
    return { ...unanswered, outcome: 'refused', unanswered: false };
  if (request.method === 'DELETE' && config.slowDeletions && random.chance(SLOW))
    await new Promise((resolve) => setTimeout(resolve, random.between(100, tempo.stall / 3)));
  if (request.method !== 'PUT' || publication === undefined) return client(request);
  const as = publication;
  publication = undefined;
  if (as === 'unanswered') await client(request);
  else {
    // Late, but within the time after which the gateway must have answered everything that was sent before. What is on
    // its way does not stand still together with this process: in that case it is lost.
    const sentAt = Date.now();
    setTimeout(() => {
      if (Date.now() - sentAt < tempo.grace * 0.8) void client(request);
    }, tempo.grace * 0.6);
  }
  return unanswered;
};

const fleet = createFleet({
  catalogue: stormCatalogue('current'),
  gateways: config.gateways,
  publishUrl: config.publishUrl,
  ledger: fileLedger(config.ledger),
  log: {
    debug() {},
    info() {},
    warn() {},
    error: (message, fields) => tell({ failed: `${message} ${JSON.stringify(fields)}` }),
  },
  ask,
  timings: {
    retireAfterMs: tempo.retire,
    forgetAfterMs: tempo.forget,
    graceMs: tempo.grace,
    publishWithinMs: tempo.publishWithin,
    debutMs: tempo.debut,
  },
  onStep: (step) => {
    if (ending?.at !== step) return;
    const { do: how } = ending;
    ending = undefined;
    if (how === 'hold') tell({ held: step });
    process.kill(process.pid, how === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  },
});

process.on('message', (order: ToFleet) => {
  if (order.do === 'cut') cut = new Set(order.urls);
  else if (order.do === 'publication') publication = order.as;
  else ending = order;
});
process.on('disconnect', () => process.exit(0));

for (;;) {
  const began = Date.now();
  try {
    const { complete, published } = await fleet.fold(() => []);
    tell({ folded: { began, complete, published } });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    tell({ failed: `${error instanceof Error ? error.message : String(error)}${cause}` });
  }
  // A pass that took too long is not caught up with, as with any timetable: what it published stands until the next.
  const took = Date.now() - began;
  await new Promise((resolve) => setTimeout(resolve, took < tempo.fold ? tempo.fold - took : tempo.fold));
}
