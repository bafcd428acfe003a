import { faultText, Page } from './consistency.ts';
import type { PushedFamily } from './pushed.ts';
import type { Group } from './store.ts';

/** What can't be shown as one page: with the check off, groups may contradict each other. */
export class InconsistentGroups extends Error {
  override readonly name = 'InconsistentGroups';
}

type Series = PushedFamily['series'][number];

/** Those with few labels first, then by the labels' values, byte by byte. */
function bySeries({ labels: a }: Series, { labels: b }: Series): number {
  const [values, others] = [Object.values(a), Object.values(b)];
  if (values.length !== others.length) return values.length - others.length;
  const index = values.findIndex((value, at) => value !== others[at]);
  return index < 0 ? 0 : Buffer.compare(Buffer.from(values[index] ?? ''), Buffer.from(others[index] ?? ''));
}

/** One family of several of one name and type; of their help texts, the first one's. */
function merged([first, ...rest]: readonly [PushedFamily, ...PushedFamily[]]): PushedFamily {
  const series = [first, ...rest].flatMap((family): readonly Series[] => family.series);
  return { ...first, series: series.sort(bySeries) } as PushedFamily;
}

/**
 * The families of all groups as a page shows them, sorted by name and by labels.
 *
 * @throws {InconsistentGroups} when a scrape would stumble over them.
 */
export function mergedFamilies(groups: readonly Group[]): readonly PushedFamily[] {
  const checked = new Page();
  const found: string[] = [];
  const byName = new Map<string, [PushedFamily, ...PushedFamily[]]>();
  for (const stored of groups.flatMap((group) => [...group.families.values()])) {
    found.push(...checked.add(stored));
    const { family } = stored;
    const namesakes = byName.get(family.name);
    if (namesakes === undefined) byName.set(family.name, [family]);
    else namesakes.push(family);
  }
  if (found.length > 0) throw new InconsistentGroups(faultText(found));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, namesakes]) => merged(namesakes));
}
