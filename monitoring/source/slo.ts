import { FAILED } from './alerts/service.ts';
import { type BurnWindow, config } from './config.ts';
import type { Alert, Group, Recording } from './model.ts';
import { all, bucket, counter, countOf, served, sum, type Timed } from './promql.ts';

const { slo } = config;
const RATE_WINDOW = 300;

export type ObjectiveName = 'availability' | 'processing' | 'delivery';

interface Objective {
  readonly slo: ObjectiveName;
  readonly alert: string;
  readonly objective: number;
  /** Events a second, good and bad. */
  readonly events: string;
  readonly bad: string;
  readonly what: string;
}

/** The objectives, each with its two sides as events a second. */
function objectives({ rate }: Timed): readonly Objective[] {
  const response = 'fte_customer_response_time_seconds';
  const delivery = 'fte_delivery_duration_seconds';
  const perSecond = (selector: string) => sum(rate(selector, RATE_WINDOW));
  const failed = [
    counter('fte_deliveries_in_doubt_total'),
    counter('fte_customer_interactions_total', { direction: 'outbound', status: 'failed' }),
  ].map((selector) => rate(selector, RATE_WINDOW));
  return [
    {
      slo: 'availability',
      alert: 'AvailabilityBudgetBurn',
      objective: slo.availability.objective,
      events: perSecond(served()),
      bad: perSecond(served({ status_code: FAILED })),
      what: 'API requests fail',
    },
    {
      slo: 'processing',
      alert: 'ProcessingBudgetBurn',
      objective: slo.processing.objective,
      events: perSecond(countOf(response)),
      bad: `${perSecond(countOf(response))} - ${perSecond(bucket(response, slo.processing.withinSeconds))}`,
      what: `messages are answered after more than ${slo.processing.withinSeconds} s`,
    },
    {
      slo: 'delivery',
      alert: 'DeliveryBudgetBurn',
      objective: slo.delivery.objective,
      events: perSecond(countOf(delivery)),
      // A provider that fails does so at once: quickly is not well.
      bad: `${perSecond(countOf(delivery))} - ${perSecond(bucket(delivery, slo.delivery.withinSeconds))} + (sum(${failed.join('\nor\n')}) or vector(0))`,
      what: `deliveries fail, are in doubt, or take more than ${slo.delivery.withinSeconds} s`,
    },
  ];
}

const named = (name: string) => `{slo="${name}"}`;
/** A budget, without the error of binary fractions: 1 - 0.999 is not 0.001. */
const budgetOf = (objective: number) => Number((1 - objective).toFixed(9));

/** Bad events as a share of all within a window; empty when nothing happened. */
function badShare(name: string, seconds: number, { range }: Timed): string {
  const over = (series: string) => `sum_over_time(${series}${named(name)}[${range(seconds)}])`;
  return `${over('slo:fte_bad:rate5m')} / (${over('slo:fte_events:rate5m')} > 0)`;
}

/**
 * Two series an objective, summed over every series once, and shares of any window out of those two: a window of 30
 * days over all series of `fte_http_requests_total` would be more samples than Prometheus loads for a query.
 */
export function sloRecordings(time: Timed): Group {
  const { range } = time;
  const rules = objectives(time).flatMap(({ slo: name, objective, events, bad }): Recording[] => [
    { record: 'slo:fte_events:rate5m', labels: { slo: name }, expr: events },
    { record: 'slo:fte_bad:rate5m', labels: { slo: name }, expr: bad },
    { record: 'slo:fte_objective:ratio', labels: { slo: name }, expr: `vector(${objective})` },
    ...[...new Set(slo.burn.flatMap(({ long, short }) => [short, long]))].map((window) => ({
      record: `slo:fte_bad_share:ratio_${range(window)}`,
      labels: { slo: name },
      expr: badShare(name, window, time),
    })),
    {
      record: 'slo:fte_error_budget_left:ratio',
      labels: { slo: name },
      expr: `1 - (${badShare(name, slo.budgetWindow, time)}) / ${budgetOf(objective)}`,
    },
  ]);
  return { name: 'fte-slo-recordings', interval: config.sloInterval, rules };
}

function burnAlert(objective: Objective, window: BurnWindow, { range, seconds }: Timed): Alert {
  const { slo: name, what, alert } = objective;
  const limit = Number((window.factor * budgetOf(objective.objective)).toFixed(9));
  const share = (length: number) => `slo:fte_bad_share:ratio_${range(length)}${named(name)} > ${limit}`;
  const count = `sum_over_time(slo:fte_bad:rate5m${named(name)}[${range(window.long)}]) * ${seconds(config.sloInterval)}`;
  return {
    alert,
    expr: all(share(window.long), share(window.short), `${count} >= ${slo.fewestBad}`),
    for: window.for,
    severity: window.severity,
    labels: { long_window: range(window.long), short_window: range(window.short) },
    summary: `The ${name} budget burns ${window.factor} times too fast`,
    description: `{{ $value | humanizePercentage }} within ${range(window.long)}: ${what}. At this speed the budget of 30 days is gone in ${Math.round(720 / window.factor)} hours.`,
    dashboard: 'fte-slo',
  };
}

/** Each objective's four burn rates. */
export function sloAlerts(time: Timed): readonly Alert[] {
  return objectives(time).flatMap((objective) =>
    slo.burn.map((window) => burnAlert(objective, window, time)),
  );
}
