// Folds when it is told to, and says how long each part took. Started by bench/fold.ts, in a process of its own, so
// that the peak of its memory is that of one size.
import { fileLedger } from '../src/observability/fleet/file-ledger.ts';
import { createFleet, type FoldStep } from '../src/observability/fleet/fleet.ts';
import { type AskGateway, askGateway } from '../src/observability/push/gateway.ts';
import { entryCatalogue } from './entry.ts';

/** Milliseconds of each part of one pass. */
export interface PassTimes {
  readonly read: number;
  readonly decode: number;
  readonly merge: number;
  readonly ledger: number;
  readonly publish: number;
  readonly all: number;
  /** Of all threads, for all parts. */
  readonly cpu: number;
  readonly peakMegabytes: number;
}

const DEADLINE_MS = 60_000;
const [url = '', folder = ''] = process.argv.slice(2);
const at = new Map<FoldStep, number>();
let answered = 0;
const ask: AskGateway = async (request) => {
  // What takes too long is to be measured, not given up.
  const answer = await askGateway({ ...request, deadlineMs: DEADLINE_MS });
  if (request.method === 'GET') answered = performance.now();
  return answer;
};
const fleet = createFleet({
  catalogue: entryCatalogue,
  gateways: [url],
  publishUrl: url,
  ledger: fileLedger(folder),
  log: { debug() {}, info() {}, warn: console.error, error: console.error },
  ask,
  onStep: (step) => at.set(step, performance.now()),
});

process.on('message', async () => {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const { published } = await fleet.fold(() => []);
  const ended = performance.now();
  if (!published) throw new Error('the pass did not publish');
  const { user, system } = process.cpuUsage(cpu);
  const step = (name: FoldStep) => at.get(name) ?? Number.NaN;
  process.send?.({
    read: answered - started,
    decode: step('read') - answered,
    merge: step('merged') - step('read'),
    ledger: step('ledger written') - step('merged'),
    publish: step('noted') - step('ledger written'),
    all: ended - started,
    cpu: (user + system) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  } satisfies PassTimes);
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
