import { config } from '../config.ts';
import { duration } from '../promql.ts';
import { percent } from '../words.ts';
import * as q from './queries.ts';
import type { Board, Panel } from './spec.ts';

const { slo, panels } = config;
const ALERTS = ['AvailabilityBudgetBurn', 'ProcessingBudgetBurn', 'DeliveryBudgetBurn'];
const BURN_WINDOWS = slo.burn.map(({ long, factor }) => ({ window: duration(long), factor }));
const objective = 'slo:fte_objective:ratio';
const budget = `on (slo) (1 - ${objective})`;
const badShare = (window: string) => `slo:fte_bad_share:ratio_${window}`;

const budgets: readonly Panel[] = [
  {
    kind: 'stat', id: 1, width: 12, height: 6, unit: 'percentunit', decimals: 1,
    title: 'Error budget left, 30 days',
    description:
      `How much of what may go wrong within 30 days is still allowed. Healthy: over ${percent(panels.budgetLeft)}. Below 0 the objective is missed: no risky deployment until it recovers.`,
    alerts: ALERTS,
    steps: q.falling(0, panels.budgetLeft),
    queries: [{ expr: 'slo:fte_error_budget_left:ratio', legend: '{{slo}}', instant: true }],
  },
  {
    kind: 'stat', id: 2, width: 12, height: 6, unit: 'percentunit', decimals: 1, steps: { base: 'text', from: [] },
    title: 'Objective',
    description: `availability: requests without a 5xx, without those of the health check, of /metrics and of no route. processing: messages answered within ${slo.processing.withinSeconds} s. delivery: replies that the provider took, within ${slo.delivery.withinSeconds} s.`,
    queries: [{ expr: objective, legend: '{{slo}}', instant: true }],
  },
  {
    kind: 'lines', id: 3, width: 24, unit: 'percentunit', max: 1, last: '30d', interval: '1h',
    title: 'Error budget left',
    description: 'Healthy: slowly down and up again around a level. A cliff is an incident.',
    alerts: ALERTS,
    steps: q.falling(0, panels.budgetLeft),
    queries: [{ expr: 'slo:fte_error_budget_left:ratio', legend: '{{slo}}' }],
  },
]; // biome-ignore format: a table

const burning: readonly Panel[] = BURN_WINDOWS.map(({ window, factor }, i) => ({
  kind: 'lines' as const,
  id: 10 + i,
  width: 12,
  unit: 'none' as const,
  decimals: 1,
  title: `Burn rate over ${window}`,
  description: `1 uses up exactly the budget in 30 days. Healthy: under 1. The alert begins at ${factor}. No line: nothing happened.`,
  alerts: ALERTS,
  steps: q.rising(factor),
  queries: [{ expr: `${badShare(window)} / ${budget}`, legend: '{{slo}}' }],
}));

const events: readonly Panel[] = [
  {
    kind: 'lines', id: 20, width: 12, unit: 'ops',
    title: 'Events',
    description: 'What an objective counts: requests, answered messages, deliveries, a second.',
    queries: [{ expr: 'slo:fte_events:rate5m', legend: '{{slo}}' }],
  },
  {
    kind: 'lines', id: 21, width: 12, unit: 'ops',
    title: 'Bad events',
    description: 'Those that use up the budget, a second. Healthy: 0, with short spikes.',
    alerts: ALERTS,
    queries: [{ expr: 'slo:fte_bad:rate5m', legend: '{{slo}}' }],
  },
]; // biome-ignore format: a table

export const objectives: Board = {
  uid: 'fte-slo',
  title: 'FTE · SLO',
  description: 'The objectives, what is left of their budgets, and how fast it goes.',
  variables: [],
  rows: [
    { id: 100, title: 'Budget', panels: budgets },
    { id: 101, title: 'How fast it burns', panels: burning },
    { id: 102, title: 'What is counted', panels: events },
  ],
};
