import { createHash } from 'node:crypto';

/** Each instance keeps its entry in at most so many gateways. */
const COPIES = 2;

/**
 * The inboxes of one instance out of all that there are: both of two; of more, the two that its id weighs most. Each
 * instance knows its own without asking, the load spreads evenly, and a gateway that is added or taken away moves only the
 * instances that it concerns. Rendezvous hashing, source: https://doi.org/10.1109/90.663936
 */
export function inboxesOf(id: string, gateways: readonly string[]): readonly string[] {
  if (gateways.length <= COPIES) return gateways;
  const weigh = (url: string) => createHash('sha256').update(`${id} ${url}`).digest('hex');
  return gateways
    .map((url) => ({ url, weight: weigh(url) }))
    .toSorted((a, b) => (a.weight < b.weight ? 1 : -1))
    .slice(0, COPIES)
    .map(({ url }) => url);
}
