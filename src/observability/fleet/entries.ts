import type { Exemplar, Family, HistogramSeries, SummarySeries, ValueSeries } from '../families.ts';
import { bornAt } from '../push/identity.ts';
import { INSTANCE_JOB, parseWireName, SEQUENCE } from '../push/wire.ts';
import { edgesOf, faultOf, type SeriesTable, type Values, valuesOf } from './series-table.ts';

/** The job under which the fleet's totals are published: the one that Prometheus stores. */
export const FLEET_JOB = 'fte';

/** What one group of a gateway holds of one instance. */
export interface Entry {
  readonly id: string;
  readonly lane: number;
  readonly sequence: number;
  readonly values: ReadonlyMap<number, Values>;
}

/** A group under the instances' job that no instance of ours can have pushed. */
export interface Poisoned {
  readonly labels: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly families: readonly Family[];
}

/** What a gateway holds, sorted out. */
export interface Inbox {
  readonly entries: readonly Entry[];
  readonly poisoned: readonly Poisoned[];
  /** The fleet's totals, where this gateway has them, without the group's labels. */
  readonly published: readonly Family[];
  /** The newest exemplar of each bucket, by series and edge. */
  readonly exemplars: ReadonlyMap<number, ReadonlyMap<number, Exemplar>>;
}

interface Draft {
  readonly instance: string;
  readonly lane: string;
  sequence: number | undefined;
  fault: string | undefined;
  readonly values: Map<number, Values>;
}
type AnySeries = ValueSeries | HistogramSeries | SummarySeries;

/** Families that a gateway adds to every group. */
const ADDED = new Set(['push_time_seconds', 'push_failure_time_seconds']);
const LANE = /^\d{1,9}$/;

/** Reads the families of a gateway, every series of which carries its group's labels. */
export function sortOut(families: readonly Family[], table: SeriesTable): Inbox {
  const drafts = new Map<string, Draft>();
  const published: Family[] = [];
  const exemplars = new Map<number, Map<number, Exemplar>>();

  function draftOf({ instance = '', lane = '' }: Readonly<Record<string, string>>): Draft {
    const key = `${instance}\n${lane}`;
    const draft = drafts.get(key) ?? {
      instance,
      lane,
      sequence: undefined,
      fault: undefined,
      values: new Map(),
    };
    drafts.set(key, draft);
    return draft;
  }

  function note(index: number, series: AnySeries): void {
    if (!('exemplars' in series) || series.exemplars === undefined) return;
    const newest = exemplars.get(index) ?? new Map<number, Exemplar>();
    exemplars.set(index, newest);
    for (const [edge, exemplar] of series.exemplars) {
      if ((exemplar.at ?? 0) >= (newest.get(edge)?.at ?? 0)) newest.set(edge, exemplar);
    }
  }

  function take(family: Family, series: AnySeries): void {
    const draft = draftOf(series.labels);
    if (family.name === SEQUENCE && 'value' in series) {
      draft.sequence = series.value;
      return;
    }
    if (parseWireName(family.name)?.type !== family.type) {
      draft.fault ??= `${family.name} is no ${family.type} of an entry`;
      return;
    }
    const values = valuesOf(series);
    const index = table.indexOf(family.name, series.labels, edgesOf(series));
    const fault = faultOf(values, family.type) ?? foreignEdges(series, table.at(index).edges);
    if (fault === undefined) {
      draft.values.set(index, values);
      note(index, series);
    } else draft.fault ??= `${family.name}: ${fault}`;
  }

  for (const family of families) {
    if (ADDED.has(family.name)) continue;
    const totals: AnySeries[] = [];
    for (const series of family.series as readonly AnySeries[]) {
      const { job, instance = '', lane } = series.labels;
      if (job === INSTANCE_JOB) take(family, series);
      else if (job === FLEET_JOB && instance === '' && lane === undefined) totals.push(series);
    }
    if (totals.length > 0) published.push(withoutGroup(family, totals));
  }

  const entries: Entry[] = [];
  const poisoned: Poisoned[] = [];
  for (const { instance: id, lane, sequence, fault, values } of drafts.values()) {
    const wrong = bornAt(id) === undefined || !LANE.test(lane) ? 'its group is no instance of ours' : fault;
    if (wrong !== undefined) {
      poisoned.push({ labels: groupLabels(id, lane), reason: wrong, families: held(families, id, lane) });
    } else if (sequence !== undefined) entries.push({ id, lane: Number(lane), sequence, values });
  }
  return { entries, poisoned, published, exemplars };
}

function foreignEdges(series: AnySeries, edges: readonly number[]): string | undefined {
  if (!('buckets' in series)) return undefined;
  const same =
    series.buckets.length === edges.length && series.buckets.every(([edge], i) => edge === edges[i]);
  return same ? undefined : 'its edges are not those that its name stands for';
}

function groupLabels(instance: string, lane: string): Readonly<Record<string, string>> {
  return { ...(instance === '' ? {} : { instance }), ...(lane === '' ? {} : { lane }) };
}

function withoutGroup(family: Family, series: readonly AnySeries[]): Family {
  const own = series.map((one) => {
    const { job: _, instance: __, ...labels } = one.labels;
    return { ...one, labels };
  });
  return { ...family, series: own } as Family;
}

/** All that one group holds, to be kept when the group is deleted. */
function held(families: readonly Family[], id: string, lane: string): readonly Family[] {
  return families.flatMap((family) => {
    const series = (family.series as readonly AnySeries[]).filter(
      ({ labels }) =>
        labels.job === INSTANCE_JOB && (labels.instance ?? '') === id && (labels.lane ?? '') === lane,
    );
    return series.length === 0 ? [] : [{ ...family, series } as Family];
  });
}
