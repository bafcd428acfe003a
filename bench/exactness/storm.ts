// One storm: starts everything, lets it blow, waits until all is quiet, and asks the oracle.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../tests/running/until.ts';
import { startPrometheus } from '../../tests/servers/prometheus.ts';
import { direct } from './director.ts';
import { gather, type Shown } from './evidence.ts';
import type { Fault } from './faults.ts';
import { createFleetSide } from './fleet-side.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { createHostSide } from './host-side.ts';
import { judge, type Verdict } from './oracle.ts';
import { planOf } from './plan.ts';
import { createPrometheusClient, prometheusConfig } from './prometheus.ts';
import { startSampler } from './sampler.ts';
import type { Tempo } from './tempo.ts';

export interface StormOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly instances: number;
  readonly hosts: number;
  readonly inboxes: 1 | 2;
  readonly faults: ReadonlySet<Fault>;
  readonly tempo: Tempo;
  /** Where its files go; emptied first. */
  readonly folder: string;
  /** The folder of the code under test. */
  readonly source: string;
  readonly progress?: (phase: string, share: number) => void;
}

export interface StormResult {
  readonly verdict: Verdict;
  readonly shown: Shown;
  readonly mismatches: readonly string[];
  /** What the fleet handlers said went wrong; most of it was done to them. */
  readonly failures: readonly string[];
  readonly happened: ReadonlyMap<Fault, number>;
  readonly folds: number;
  readonly lossy: boolean;
}

const PATIENCE_S = 90;

export const SOURCE = join(import.meta.dirname, '..', '..', 'src', 'observability');

async function quiesce(work: readonly (() => unknown)[]): Promise<void> {
  for (const step of work) await Promise.resolve(step()).catch(() => {});
}

export async function runStorm(options: StormOptions): Promise<StormResult> {
  const { seed, seconds, faults, tempo, folder, source, progress = () => {} } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'ledger'), { recursive: true });
  const ending: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const ends = <T extends { close(): Promise<void> }>(server: T): T => {
    ending.unshift(() => server.close());
    return server;
  };
  try {
    // The publishing gateway runs without a memory of its own: what it would come back with are older totals.
    const restoring = faults.has('restore');
    const inboxes: Gateway[] = [];
    for (let i = 1; i <= options.inboxes; i += 1) {
      const remembers = restoring && i === options.inboxes;
      inboxes.push(ends(await startGateway(remembers ? join(folder, 'gateway.bin') : undefined)));
    }
    const apart = restoring && options.inboxes === 1;
    const publishing = apart ? ends(await startGateway()) : (inboxes[0] as Gateway);
    const plain = ends(await startGateway());
    const prometheus = ends(
      await startPrometheus({
        config: JSON.stringify(prometheusConfig({ published: publishing.url, plain: plain.url }, tempo)),
      }),
    );
    const client = createPrometheusClient(prometheus.url);
    const gateways = inboxes.map(({ url }) => url);
    const fleet = createFleetSide({
      source,
      gateways,
      publishUrl: publishing.url,
      ledger: join(folder, 'ledger'),
      tempo,
      seed,
      slowDeletions: faults.has('deletes'),
    });
    ending.unshift(() => fleet.end());
    const openedAt = Date.now();
    progress('beginning', 0);
    const folded = () => client.number('max(fte_fleet_last_fold_timestamp_seconds)');
    /** Until whatever was to be seen by now has been published, has had its debut, and was scraped. */
    async function settled(): Promise<void> {
      await fleet.complete(3, { published: true });
      const since = (Date.now() + tempo.debut) / 1000;
      await until('all is published and scraped', async () => ((await folded()) ?? 0) > since, PATIENCE_S);
    }
    // The zeroes must have been there for long enough that what follows is shown at once.
    await settled();

    const startedAt = Date.now();
    const endsAt = startedAt + seconds * 1000;
    const hosts = createHostSide({
      plan: planOf(options),
      folder,
      source,
      gateways,
      plain: plain.url,
      faults: [...faults],
      tempo,
      startedAt,
    });
    ending.unshift(() => hosts.end());
    const sampler = startSampler(gateways);
    const bar = setInterval(
      () => progress('storm', Math.min(1, (Date.now() - startedAt) / (seconds * 1000))),
      500,
    );
    ending.unshift(() => clearInterval(bar));
    const directed = await direct({
      seed,
      faults,
      tempo,
      inboxes,
      remembering: restoring ? inboxes.at(-1) : undefined,
      hosts,
      fleet,
      ledger: join(folder, 'ledger'),
      endsAt,
    });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, endsAt - Date.now())));
    clearInterval(bar);

    progress('ending', 0);
    await hosts.finish();
    await settled();
    const taken = await sampler.stop();
    const { evidence, shown, mismatches } = await gather({
      folder,
      client,
      taken,
      losses: directed.losses,
      seconds: (Date.now() - openedAt) / 1000 + 10,
      tempo,
    });
    progress('done', 1);
    return {
      verdict: judge(evidence),
      shown,
      mismatches,
      failures: fleet.failures,
      happened: directed.happened,
      folds: fleet.folds.length,
      lossy: directed.losses.length > 0,
    };
  } finally {
    await quiesce(ending);
  }
}
