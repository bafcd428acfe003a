// biome-ignore-all format: tables read better a row a line
import { type Case, casesOf, fte, histogram, type Series } from './case.ts';

/** A minute's events, good and bad, from a minute on. */
type Phase = readonly [minutes: number, events: number, bad: number];

/** A counter that grows by a phase's amount a minute. */
function counter(phases: readonly Phase[], amount: (phase: Phase) => number): string {
  let total = 0;
  return phases
    .map((phase, i) => {
      const step = amount(phase);
      const first = i === 0 ? 0 : total + step;
      const count = phase[0] - 1 + (i === 0 ? 1 : 0);
      total = first + step * count;
      return `${Number(first.toFixed(6))}+${step}x${count}`;
    })
    .join(' ');
}
const all = ([, events]: Phase) => events;
const bad = ([, , failed]: Phase) => failed;
const good = ([, events, failed]: Phase) => Number((events - failed).toFixed(6));

/** `firesAt`: the minute in which the fifth bad event is counted, and the time for which it must last. */
const SLOS = [
  {
    alert: 'AvailabilityBudgetBurn', slo: 'availability', budget: 0.001, firesAt: { '1h': 8, '6h': 25, '1d': 78, '3d': 230 },
    series: (phases: readonly Phase[]): readonly Series[] => [
      fte('fte_http_requests_total', { method: 'GET', endpoint: '/', status_code: '200' }, counter(phases, good)),
      fte('fte_http_requests_total', { method: 'GET', endpoint: '/', status_code: '503' }, counter(phases, bad)),
    ],
  },
  {
    alert: 'ProcessingBudgetBurn', slo: 'processing', budget: 0.05, firesAt: { '1h': 3, '6h': 16, '1d': 62, '3d': 183 },
    series: (phases: readonly Phase[]) =>
      // As Prometheus stores the edge when it read protobuf.
      histogram('fte_customer_response_time_seconds', { channel: 'email' }, { '3.0': counter(phases, good), '5.0': counter(phases, all), '+Inf': counter(phases, all) }),
  },
  {
    alert: 'DeliveryBudgetBurn', slo: 'delivery', budget: 0.01, firesAt: { '1h': 4, '6h': 18, '1d': 64, '3d': 187 },
    series: (phases: readonly Phase[]) =>
      histogram('fte_delivery_duration_seconds', { channel: 'email' }, { '15': counter(phases, (phase) => good(phase) / 2), '30': counter(phases, good), '60': counter(phases, all), '+Inf': counter(phases, all) }),
  },
] as const;

/** `step`: minutes between what is recorded, where a case gives that itself. */
const WINDOWS = [
  { factor: 14.4, long: '1h', longMinutes: 60, short: '5m', shortMinutes: 5, for: 2, step: 1 },
  { factor: 6, long: '6h', longMinutes: 360, short: '30m', shortMinutes: 30, for: 15, step: 5 },
  { factor: 3, long: '1d', longMinutes: 1440, short: '2h', shortMinutes: 120, for: 60, step: 20 },
  { factor: 1, long: '3d', longMinutes: 4320, short: '6h', shortMinutes: 360, for: 180, step: 60 },
] as const;

/** Values at some steps, and no sample at any other: a window adds up what lies in it. */
function sparse(at: Readonly<Record<number, number>>): string {
  let next = 0;
  return Object.entries(at).map(([key, value]) => {
    const gap = Number(key) - next;
    next = Number(key) + 1;
    return `${gap > 0 ? `_x${gap} ` : ''}${value}`;
  }).join(' ');
}

/**
 * What the alert itself reads, without the way there: the two shares, which rise in a minute, and the bad events a second.
 * The first of them lie in the window, but not in half of it; `before` only in one twice as long.
 */
function readCases({ alert, slo, budget }: (typeof SLOS)[number], window: (typeof WINDOWS)[number]): readonly Case[] {
  const { step } = window;
  const labels = { long_window: window.long, short_window: window.short };
  const { fires, silent, edge } = casesOf(alert, labels, step);
  const limit = Number((window.factor * budget).toFixed(9));
  /** In steps, as everything up to the evaluations. */
  const length = window.longMinutes / step;
  const recorded = (name: string, values: string): Series => [`slo:fte_${name}{slo="${slo}"}`, values];
  const shares = (rise: number, long: number, short: number) => [
    recorded(`bad_share:ratio_${window.long}`, `0x${rise - 1} ${long}x400`),
    recorded(`bad_share:ratio_${window.short}`, `0x${rise - 1} ${short}x400`),
  ];
  const bad = (rise: number, each: number, before = 0) =>
    recorded('bad:rate5m', sparse({ [rise - Math.floor(1.45 * length)]: before, [rise - Math.floor(0.75 * length)]: each, [rise - 1]: each }));
  const [early, late] = [Math.floor(1.5 * length), 2 * length];
  const over = limit * 1.05;
  const since = (rise: number) => rise * step + window.for;
  return [
    fires('five bad events', [...shares(early, over, over), bad(early, 2.5 / 60)], since(early), { ...labels, slo }),
    silent('hardly five', [...shares(late, over, over), bad(late, 2.35 / 60, 1)], since(late) + step),
    edge('at the limit in the long window', [...shares(early, limit, 1), bad(early, 1)], since(early) + step),
    edge('at the limit in the short window', [...shares(early, 1, limit), bad(early, 1)], since(early) + step),
  ];
}

function burnCases(objective: (typeof SLOS)[number], window: (typeof WINDOWS)[number]): readonly Case[] {
  const { alert, slo, budget, firesAt, series } = objective;
  const labels = { long_window: window.long, short_window: window.short };
  const { fires, silent } = casesOf(alert, labels);
  const limit = window.factor * budget;
  const share = (factor: number) => Number(Math.min(100, 100 * limit * factor).toFixed(9));
  const length = window.shortMinutes + window.for;
  return [
    fires('just over the limit', series([[length * 3 + 200, 100, share(1.05)]]), firesAt[window.long], { ...labels, slo }),
    silent('it is over', series([[window.shortMinutes + 60, 100, share(4)], [length * 3, 100, 0]]), window.shortMinutes * 2 + 80 + window.for),
    silent('a short burst after a long good time', series([[60, 100_000, 0], [length * 3, 100, share(1.5)]]), 60 + Math.ceil(length * 1.4) + 6),
    silent('hardly anything happens', series([[1000, 0.0004, 0.0004]]), length + 300),
    ...readCases(objective, window),
  ];
}

export const sloCases: readonly Case[] = SLOS.flatMap((slo) => WINDOWS.flatMap((window) => burnCases(slo, window)));
