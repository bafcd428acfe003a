import { createHash } from 'node:crypto';
import { type Catalogue, fromUnits, type MetricSpec, scaleOf } from '../catalogue.ts';
import type { Family, SummarySeries, ValueSeries } from '../families.ts';

/** The job under which instances keep their entries. Prometheus never stores it; the fleet's totals are job "fte". */
export const INSTANCE_JOB = 'fte-instance';
/** The entry's sequence number; its family comes last, so that an entry without it is known to be cut. */
export const SEQUENCE = 'fte_push_seq';

/** What an entry's family name says beside the metric's name: how its numbers are to be read. */
export interface WireName {
  readonly metric: string;
  readonly type: 'counter' | 'histogram' | 'summary';
  /** Sums and counters are whole units of 10^-scale. */
  readonly scale: number;
}

const KIND = { counter: 'c', histogram: 'h', summary: 's' } as const;
const TYPE_OF: Readonly<Record<string, WireName['type']>> = { c: 'counter', h: 'histogram', s: 'summary' };
const WIRE_NAME = /^([a-z][a-z0-9_]*?)__([chs])(m?\d)(?:_[0-9a-f]{8})?$/;

/**
 * The name of a metric inside entries. It carries kind, scale and, for a histogram, a hash of the edges: two versions
 * that are alive at once never clash with each other, nor with the published names.
 */
export function wireName(metric: string, spec: MetricSpec): string {
  if (spec.type === 'gauge') throw new Error(`a gauge has one writer and is in no entry: ${metric}`);
  const scale = scaleOf(spec);
  const hash =
    spec.type === 'histogram'
      ? `_${createHash('sha256').update(spec.buckets.join(' ')).digest('hex').slice(0, 8)}`
      : '';
  return `${metric}__${KIND[spec.type]}${scale < 0 ? `m${-scale}` : scale}${hash}`;
}

/** What a name inside an entry means; undefined for one that no instance of ours gives. */
export function parseWireName(name: string): WireName | undefined {
  const [, metric, kind, scale] = WIRE_NAME.exec(name) ?? [];
  const type = TYPE_OF[kind ?? ''];
  if (metric === undefined || scale === undefined || type === undefined) return undefined;
  return { metric, type, scale: Number(scale.replace('m', '-')) };
}

/** Numbers in whole units: what a natural value was made from, by the one rounding that undoes the division. */
function inUnits(family: Family, spec: MetricSpec, name: string): Family {
  const units = (value: number) => Math.round(fromUnits(-scaleOf(spec), value));
  const { help } = family;
  switch (family.type) {
    case 'counter':
    case 'gauge': {
      const series = family.series.map((s): ValueSeries => ({ ...s, value: units(s.value) }));
      return { name, help, type: family.type, series };
    }
    case 'summary': {
      const series = family.series.map((s): SummarySeries => ({ ...s, sum: units(s.sum) }));
      return { name, help, type: 'summary', series };
    }
    case 'histogram':
      return {
        name,
        help,
        type: 'histogram',
        series: family.series.map((s) => ({ ...s, sum: units(s.sum) })),
      };
  }
}

/**
 * What an instance pushes: everything that it has touched, in whole units, under names that carry their schema, and
 * the sequence number last. Gauges are left out: they have one writer, and it is not this one.
 */
export function createEntryFormat(catalogue: Catalogue) {
  const names = new Map<string, string>();
  const nameOf = (metric: string, spec: MetricSpec) => {
    const known = names.get(metric) ?? wireName(metric, spec);
    names.set(metric, known);
    return known;
  };
  return function toEntry(snapshot: readonly Family[], sequence: number): readonly Family[] {
    const families = snapshot.flatMap((family) => {
      const spec = catalogue[family.name];
      if (spec === undefined || spec.type === 'gauge' || family.series.length === 0) return [];
      return [inUnits(family, spec, nameOf(family.name, spec))];
    });
    const last: Family = {
      name: SEQUENCE,
      help: '',
      type: 'gauge',
      series: [{ labels: {}, value: sequence }],
    };
    return [...families, last];
  };
}
