import type { Catalogue } from '../catalogue.ts';
import type { Log } from '../logger.ts';
import { parseWireName, wireName } from '../push/wire.ts';
import type { SeriesTable } from './series-table.ts';

/**
 * Says once of each schema that is not this version's own that instances push it: during a deploy two versions live at
 * once, and whoever changed a bucket wants to know what becomes of the other's counts.
 */
export function schemaNotes(catalogue: Catalogue, table: SeriesTable, log: Log) {
  const noted = new Set<string>();
  let checked = 0;

  function note(name: string): void {
    const wire = parseWireName(name);
    if (wire === undefined || noted.has(name)) return;
    noted.add(name);
    const { metric, type } = wire;
    const spec = Object.hasOwn(catalogue, metric) ? catalogue[metric] : undefined;
    if (spec === undefined || spec.type !== type) {
      log.warn('instances push a metric that this version does not know; it is kept and not published', {
        metric,
        type,
      });
    } else if (wireName(metric, spec) !== name) {
      log.warn('instances push a metric in buckets or a scale of another version; both are added up', {
        metric,
        pushed_as: name,
        current: wireName(metric, spec),
      });
    }
  }

  function newOnes(): void {
    for (; checked < table.size; checked += 1) note(table.at(checked).name);
  }
  /** What the ledger brought needs no word: it was said when it was new. */
  function seen(): void {
    checked = table.size;
  }
  return Object.assign(newOnes, { seen });
}
