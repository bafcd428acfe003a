// biome-ignore-all format: tables read better a row a line
import type { catalogue } from '../../../src/fte/catalogue.ts';
import { config } from '../config.ts';

type Name = keyof typeof catalogue & string;
type SeriesName = Name | `${Name}_bucket` | `${Name}_count` | `${Name}_sum` | 'up';
export type Labels = Readonly<Record<string, string>>;

/** One input series: its name with labels, and its values a step apart in promtool's notation. */
export type Series = readonly [series: string, values: string];

export interface Case {
  readonly alert: string;
  /** Labels that tell rules with the same name apart. */
  readonly rule?: Labels;
  readonly kind: 'fires' | 'ends' | 'silent' | 'edge';
  readonly what: string;
  readonly series: readonly Series[];
  /** Minutes between two samples of a series, and between two evaluations: days of minutes take promtool long. */
  readonly step: number;
  /** Minutes. What `fires` did not a step before; what `ends` fires for the last time. */
  readonly at: number;
  /** The labels of what fires, without name and severity. */
  readonly firing: readonly Labels[];
}

const text = (name: string, labels: Labels) =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ')}}`;

/** A series of the fleet's totals. */
export function fte(name: SeriesName, labels: Labels, values: string): Series {
  return [text(name, { job: config.job, ...labels }), values];
}

/** What Prometheus itself says of a gateway. */
export function up(instance: string, values: string): Series {
  return [text('up', { job: config.gatewayJob, instance }), values];
}

/** A histogram whose observations, so many a minute, all lie at or below each edge by the given counts. */
export function histogram(name: Name, labels: Labels, cumulative: Readonly<Record<string, string>>): readonly Series[] {
  const total = cumulative['+Inf'] ?? '';
  return [
    ...Object.entries(cumulative).map(([le, values]) => fte(`${name}_bucket`, { ...labels, le }, values)),
    fte(`${name}_count`, labels, total),
  ];
}

const LONG = 400;
/** A counter that grows by so much a minute, from the start. */
export const steady = (perMinute: number) => `0+${perMinute}x${LONG}`;
/** A counter that grows by `before` a minute, and by `after` from the given minute on. */
export function from(minute: number, after: number, before = 0, minutes = LONG): string {
  const reached = before * minute;
  return `0+${before}x${minute} ${reached + after}+${after}x${minutes}`;
}
/** A counter that grows by so much a minute between two minutes, and then no more. */
export function during(minute: number, until: number, perMinute: number): string {
  const minutes = until - minute;
  return `0x${minute} ${perMinute}+${perMinute}x${minutes - 1} ${perMinute * minutes}x${LONG}`;
}
/** A gauge that jumps to a value in the given minute. */
export const jump = (minute: number, value: number, before = 0) => `${before}x${minute - 1} ${value}x${LONG}`;

/** The cases of one alert (or of one rule of it), in few words. */
export function casesOf(alert: string, rule?: Labels, step = 1) {
  const base = { alert, step, ...(rule && { rule }) };
  return {
    /** Begins to fire in this very minute. */
    fires: (what: string, series: readonly Series[], at: number, ...firing: readonly Labels[]): Case => ({
      ...base, kind: 'fires', what, series, at, firing: firing.length === 0 ? [{}] : firing,
    }),
    /** Fires for the last time in this minute. */
    ends: (what: string, series: readonly Series[], at: number, ...firing: readonly Labels[]): Case => ({
      ...base, kind: 'ends', what, series, at, firing: firing.length === 0 ? [{}] : firing,
    }),
    /** Does not fire, in this minute. */
    silent: (what: string, series: readonly Series[], at: number): Case => ({
      ...base, kind: 'silent', what, series, at, firing: [],
    }),
    /** Exactly at the threshold: silent. */
    edge: (what: string, series: readonly Series[], at: number): Case => ({
      ...base, kind: 'edge', what, series, at, firing: [],
    }),
  };
}
