import type { DASHBOARDS } from '../model.ts';

/** Messages, tickets and errors come a few a minute: 0.05 a second says nobody anything. */
export const PER_MINUTE = 'suffix:/min';

/** What a panel shows its numbers in: ids of Grafana's units, and custom ones in its notation. */
export type Unit =
  | 'none'
  | 'short'
  | 'percentunit'
  | 's'
  | 'bytes'
  | 'reqps'
  | 'ops'
  | typeof PER_MINUTE
  | 'currencyUSD'
  | 'dateTimeFromNow';

export type Color = 'green' | 'orange' | 'red' | 'blue' | 'purple' | 'yellow' | 'text';

/** Where a number becomes worth a look. The first step has no value: it is what all smaller numbers get. */
export interface Steps {
  readonly base: Color;
  readonly from: readonly { readonly value: number; readonly color: Color }[];
}

export interface Query {
  readonly expr: string;
  /** The series' name; `{{label}}` is filled from the result. */
  readonly legend: string;
  /** The value at the end of the time range alone. */
  readonly instant?: boolean;
  /** Exemplars lead from a dot to the message behind it; only a histogram's buckets carry them. */
  readonly exemplars?: boolean;
}

interface Base {
  /** Stays when panels move: links to a panel are made of it. */
  readonly id: number;
  readonly title: string;
  /** What is shown, and what a healthy picture looks like. */
  readonly description: string;
  readonly width: number;
  readonly height?: number;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** The alerts whose runbooks say what to do about it. */
  readonly alerts?: readonly string[];
  readonly steps?: Steps;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** A time range of the panel's own, for trends. */
  readonly last?: string;
  /** The finest resolution; default: the scrape interval. */
  readonly interval?: string;
}

export interface Lines extends Base {
  readonly kind: 'lines';
  readonly stacked?: boolean;
  readonly bars?: boolean;
  /** Colors by the series' names, where a color means something. */
  readonly colors?: Readonly<Record<string, Color>>;
  /** The names of series that are drawn dashed. */
  readonly dashed?: readonly string[];
}

export interface Stat extends Base {
  readonly kind: 'stat';
  /** Words for values, each with its color. */
  readonly words?: Readonly<Record<string, { readonly text: string; readonly color: Color }>>;
  /** Draws the value's course behind it. */
  readonly sparkline?: boolean;
  readonly noValue?: string;
}

export interface Bars extends Base {
  readonly kind: 'bars';
}

export interface Table extends Base {
  readonly kind: 'table';
  /** Columns in their order: the field's name and its heading. */
  readonly columns: Readonly<Record<string, string>>;
  /** What a column's cell leads to; `${__value.raw}` is its content. */
  readonly links?: Readonly<Record<string, string>>;
  readonly units?: Readonly<Record<string, Unit>>;
}

export type Panel = Lines | Stat | Bars | Table;

export interface Row {
  readonly id: number;
  readonly title: string;
  readonly panels: readonly Panel[];
}

export type VariableName = 'channel' | 'function';

export interface Board {
  readonly uid: (typeof DASHBOARDS)[number];
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableName[];
  readonly rows: readonly Row[];
}
