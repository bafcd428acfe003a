// How long a pass of the fleet handler takes, part by part, and the memory it needs, for 10 to 5000 instances that
// have all pushed something new. `npm run bench:fold [-- --json FILE]`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPushgateway } from '../tests/servers/pushgateway.ts';
import { SERIES } from './entry.ts';
import type { PassTimes } from './fold-pass.ts';
import { createPush, newIds, type Push, pushAll } from './instances.ts';
import { machine, type Spread, spread } from './measure.ts';

const INSTANCES = [10, 100, 1000, 5000];
const ROUNDS = 9;
const PARTS = ['read', 'decode', 'merge', 'ledger', 'publish', 'all', 'cpu'] as const;

async function measure(push: Push, instances: number) {
  const gateway = await startPushgateway({ consistencyCheck: false });
  const folder = mkdtempSync(join(tmpdir(), 'fte-fold-'));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'fold-pass.ts'), gateway.url, folder],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const ended = new AbortController();
  child.once('exit', () => ended.abort(new Error('the process that folds has ended')));
  const heard = async () => (await once(child, 'message', { signal: ended.signal }))[0];
  try {
    await heard();
    const ids = newIds(instances);
    const passes: PassTimes[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      await pushAll(push, gateway.url, ids, round + 1);
      child.send('fold');
      passes.push((await heard()) as PassTimes);
    }
    const [first, ...others] = passes;
    const parts = Object.fromEntries(PARTS.map((part) => [part, spread(others.map((pass) => pass[part]))]));
    return { instances, first, parts, peakMegabytes: passes.at(-1)?.peakMegabytes ?? Number.NaN };
  } finally {
    child.kill();
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const push = await createPush();
const results = [];
for (const instances of INSTANCES) results.push(await measure(push, instances));

const cell = ({ median, p10, p90 }: Spread) => `${median.toFixed(0)} (${p10.toFixed(0)}–${p90.toFixed(0)})`;
console.table(
  Object.fromEntries(
    results.map(({ instances, parts, first, peakMegabytes }) => [
      `${instances} instances`,
      {
        ...Object.fromEntries(Object.entries(parts).map(([part, times]) => [part, cell(times)])),
        'first pass': first?.all.toFixed(0),
        'peak MB': peakMegabytes.toFixed(0),
      },
    ]),
  ),
);
console.log(
  `milliseconds, median (p10–p90) of ${ROUNDS} passes after the first; ${SERIES} series an instance, all pushed anew ` +
    `before each pass; cpu is of all threads of the handler; Node ${machine.node}, ${machine.cpus} CPUs (${machine.cpu})`,
);
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine, series: SERIES, rounds: ROUNDS, results }, null, 2)}\n`,
  );
process.exit();
