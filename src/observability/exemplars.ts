import { type Exemplar, type Family, type Labels, seriesKey } from './families.ts';

export interface ExemplarSample {
  readonly name: string;
  /** The series, as `seriesKey` gives it. */
  readonly key: string;
  /** Upper edges, ascending. */
  readonly buckets: readonly number[];
  readonly value: number;
  /** Where the observation leads; without them there is nothing to keep. */
  readonly labels: Labels | undefined;
}

/** The newest exemplar of each bucket of each histogram. */
export function createExemplars(now: () => number = () => Date.now()) {
  const held = new Map<string, Map<number, Exemplar>>();
  return {
    keep({ name, key, buckets, value, labels }: ExemplarSample): void {
      if (labels === undefined) return;
      const edge = buckets.find((upper) => value <= upper) ?? Number.POSITIVE_INFINITY;
      const place = `${name} ${key}`;
      const series = held.get(place) ?? new Map<number, Exemplar>();
      held.set(place, series.set(edge, { labels, value, at: now() }));
    },
    /** The same family, with what is kept for it. */
    on(family: Family): Family {
      if (family.type !== 'histogram') return family;
      const series = family.series.map((one) => {
        const exemplars = held.get(`${family.name} ${seriesKey(one.labels)}`);
        return exemplars === undefined ? one : { ...one, exemplars };
      });
      return { ...family, series };
    },
  };
}
