import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalogue } from '../../src/observability/catalogue.ts';
import { type Family, seriesKey } from '../../src/observability/families.ts';
import { fileLedger } from '../../src/observability/fleet/file-ledger.ts';
import { createFleet } from '../../src/observability/fleet/fleet.ts';
import { createLogger } from '../../src/observability/logger.ts';

type Labels = Readonly<Record<string, string>>;

/** What the fleet's families say of one series: a counter's value, a histogram's or summary's count and sum. */
export function read(
  families: readonly Family[],
  name: string,
  labels: Labels = {},
): { value: number; sum: number } {
  const family = families.find((one) => one.name === name);
  const series = family?.series.find((one) => seriesKey(one.labels) === seriesKey(labels));
  if (series === undefined) return { value: 0, sum: 0 };
  return 'value' in series
    ? { value: series.value, sum: series.value }
    : { value: series.count, sum: series.sum };
}

/** The sum over all series whose labels hold `labels`. */
export function sumOf(families: readonly Family[], name: string, labels: Labels = {}): number {
  const family = families.find((one) => one.name === name);
  return (family?.series ?? [])
    .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    .reduce((sum, one) => sum + ('value' in one ? one.value : one.count), 0);
}

/** What the entries in a gateway add up to, as the fleet reads them that has no ledger. */
export function totalsIn(catalogue: Catalogue, url: string): Promise<readonly Family[]> {
  return createFleet({
    catalogue,
    gateways: [url],
    publishUrl: url,
    ledger: fileLedger(join(tmpdir(), 'fte-no-ledger')),
    log: createLogger('test', 'SILENT'),
  }).read();
}
