import type { Family } from '../../src/observability/families.ts';
import { encodeDelimited } from '../../src/observability/push/protobuf.ts';
import { mergedFamilies } from './merge.ts';
import type { PushedFamily } from './pushed.ts';
import type { Group } from './store.ts';

/** A family as this project knows them: quantiles are left out, and so is what has no type. */
function toFamilies(pushed: PushedFamily): readonly Family[] {
  const { name, help = '' } = pushed;
  switch (pushed.type) {
    case 'untyped':
      return [];
    case 'histogram': {
      const series = pushed.series.map(({ buckets, count, ...rest }) => ({
        ...rest,
        count: Number(count),
        buckets: buckets
          .filter(([edge]) => edge !== Number.POSITIVE_INFINITY)
          .map(([edge, held]) => [edge, Number(held)] as const),
      }));
      return [{ name, help, type: pushed.type, series }];
    }
    case 'summary': {
      const series = pushed.series.map(({ labels, sum, count }) => ({ labels, sum, count: Number(count) }));
      return [{ name, help, type: pushed.type, series }];
    }
    default:
      return [{ name, help, type: pushed.type, series: pushed.series }];
  }
}

/**
 * All groups as MetricFamily messages, each after its length: the one form that shows exemplars.
 *
 * @throws {InconsistentGroups} when a scrape would stumble over it.
 */
export function renderProtobuf(groups: readonly Group[]): Uint8Array {
  return encodeDelimited(mergedFamilies(groups).flatMap(toFamilies));
}
