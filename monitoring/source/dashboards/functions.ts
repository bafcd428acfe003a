import { config } from '../config.ts';
import { buckets, counter, sum } from '../promql.ts';
import { percent } from '../words.ts';
import * as q from './queries.ts';
import { type Board, type Panel, PER_MINUTE } from './spec.ts';

const { functions } = config;
const BY = ['function'];
const invocations = q.chosen(counter('fte_lambda_invocations_total'), 'function');
const failed = q.chosen(counter('fte_lambda_invocations_total', { outcome: 'error' }), 'function');
const near = q.chosen(counter('fte_lambda_invocations_total', { outcome: 'timeout_near' }), 'function');
const cold = q.chosen(counter('fte_lambda_cold_starts_total'), 'function');

const work: readonly Panel[] = [
  {
    kind: 'lines', id: 1, width: 12, unit: PER_MINUTE, stacked: true,
    title: 'Invocations',
    description: 'A minute, by function. Healthy: fleet and upkeep once a minute, the rest with the traffic.',
    queries: [{ expr: `${sum(q.perMinute(invocations), BY)} > 0`, legend: '{{function}}' }],
  },
  {
    kind: 'lines', id: 2, width: 12, unit: PER_MINUTE, stacked: true,
    title: 'Invocations by outcome',
    description: 'error: threw, or answered 5xx. timeout_near: under a tenth of the time was left. Healthy: success alone.',
    alerts: ['FunctionNearTimeout'],
    queries: [{ expr: `${sum(q.perMinute(invocations), ['outcome'])} > 0`, legend: '{{outcome}}' }],
    colors: { success: 'green', error: 'red', timeout_near: 'orange' },
  },
  {
    kind: 'lines', id: 3, width: 12, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Duration p95',
    description: "A handler's time without the push. Healthy: flat; the doors under 0.5 s, the agent as slow as its model.",
    alerts: ['FunctionNearTimeout'],
    queries: [
      {
        expr: q.quantile(0.95, q.chosen(buckets('fte_lambda_duration_seconds'), 'function'), BY),
        legend: '{{function}}',
        exemplars: true,
      },
    ],
  },
  {
    kind: 'lines', id: 4, width: 12, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Duration p50',
    description: 'Half of the invocations are faster. Healthy: flat. Far below p95: some are slow; close to it: all are.',
    queries: [
      { expr: q.quantile(0.5, q.chosen(buckets('fte_lambda_duration_seconds'), 'function'), BY), legend: '{{function}}' },
    ],
  },
]; // biome-ignore format: a table

const limits: readonly Panel[] = [
  {
    kind: 'lines', id: 10, width: 8, unit: 'percentunit', min: 0,
    title: 'Errors',
    description: 'As a share of the invocations. Healthy: 0.',
    alerts: ['HighErrorRate'],
    steps: q.rising(config.service.errorShare),
    queries: [
      { expr: q.share(sum(q.perSecond(failed), BY), sum(q.perSecond(invocations), BY)), legend: '{{function}}' },
    ],
  },
  {
    kind: 'lines', id: 11, width: 8, unit: 'percentunit', min: 0,
    title: 'Nearly out of time',
    description: `Share that ended with under a tenth of the time left. Healthy: 0. The alert begins at ${percent(functions.nearTimeoutShare)}.`,
    alerts: ['FunctionNearTimeout'],
    steps: q.rising(functions.nearTimeoutShare),
    queries: [
      { expr: q.share(sum(q.perSecond(near), BY), sum(q.perSecond(invocations), BY)), legend: '{{function}}' },
    ],
  },
  {
    kind: 'lines', id: 12, width: 8, unit: 'percentunit', min: 0,
    title: 'Cold starts, share of an hour',
    description: `Healthy: under ${percent(functions.coldShare)} for a busy function; a quiet one starts cold often and that is fine.`,
    alerts: ['ColdStartsHigh'],
    steps: q.rising(functions.coldShare),
    queries: [
      {
        expr: q.share(sum(q.within(cold, functions.coldWindow), BY), sum(q.within(invocations, functions.coldWindow), BY)),
        legend: '{{function}}',
      },
    ],
  },
  {
    kind: 'lines', id: 13, width: 12, unit: 's',
    title: 'Start-up p95, an hour',
    description: "From the process's start to the end of the module load. Healthy: under 1 s. A step is a dependency that grew.",
    alerts: ['ColdStartsHigh'],
    queries: [
      {
        expr: q.quantileOf(0.95, q.within(q.chosen(buckets('fte_lambda_init_duration_seconds'), 'function'), functions.coldWindow), BY),
        legend: '{{function}}',
      },
    ],
  },
  {
    kind: 'lines', id: 14, width: 12, unit: 'bytes', interval: q.QUANTILE_INTERVAL,
    title: 'Memory p95',
    description: 'Resident set size at the end of an invocation. Healthy: flat, under two thirds of what the function has. A slow rise is a leak.',
    queries: [
      {
        expr: q.quantile(0.95, q.chosen(buckets('fte_lambda_memory_used_bytes'), 'function'), BY),
        legend: '{{function}}',
      },
    ],
  },
]; // biome-ignore format: a table

export const functionBoard: Board = {
  uid: 'fte-function',
  title: 'FTE · Functions',
  description:
    'The Lambda functions as such: how often, how long, how cold, how large. Choose one or several above.',
  variables: ['function'],
  rows: [
    { id: 100, title: 'Work', panels: work },
    { id: 101, title: 'Limits', panels: limits },
  ],
};
