import { config } from '../config.ts';
import { buckets, counter, gauge, sum } from '../promql.ts';
import { percent } from '../words.ts';
import * as q from './queries.ts';
import { type Board, type Panel, PER_MINUTE } from './spec.ts';

const { pipeline } = config;
const pushes = counter('fte_push_attempts_total');
const failed = counter('fte_push_attempts_total', { outcome: ['timeout', 'refused', 'rejected', 'skipped'] });
const lastFold = gauge('fte_fleet_last_fold_timestamp_seconds');
const gatewayScrape = (series: string) => `${series}{job="${config.gatewayJob}"}`;

const fresh: readonly Panel[] = [
  {
    kind: 'stat', id: 1, width: 4, unit: 's', decimals: 0, sparkline: true,
    title: 'Age of the last complete fold',
    description: `Seconds since all inboxes were read. Healthy: under ${pipeline.staleSeconds} s, a saw tooth.`,
    alerts: ['FoldStale'],
    steps: q.rising(pipeline.staleSeconds, config.service.unpublishedSeconds),
    queries: [{ expr: q.AGE_OF_NUMBERS(lastFold), legend: 'age' }],
    noValue: 'no fold yet',
  },
  {
    kind: 'stat', id: 2, width: 4, unit: 'none',
    title: 'Gateways',
    description: 'Whether Prometheus can read them. Healthy: up.',
    alerts: ['GatewayDown'],
    words: { 0: { text: 'DOWN', color: 'red' }, 1: { text: 'up', color: 'green' } },
    queries: [{ expr: q.gatewayUp, legend: '{{instance}}', instant: true }],
  },
  {
    kind: 'stat', id: 3, width: 4, unit: 'short', decimals: 0, sparkline: true,
    title: 'Instances',
    description: `Whose entries the last fold found. Healthy: as many as Lambda runs, and those of the last 15 minutes. Over ${pipeline.mostInstances} the totals want a gateway of their own.`,
    alerts: ['InboxGrowing'],
    steps: q.rising(pipeline.mostInstances),
    queries: [{ expr: `max(${gauge('fte_fleet_instances')})`, legend: 'instances' }],
  },
  {
    kind: 'stat', id: 4, width: 4, unit: 'short', decimals: 0, sparkline: true,
    title: 'Ledger version',
    description: 'Grows with each fold that changed something. Healthy: it never falls.',
    alerts: ['TotalsWouldFall'],
    queries: [{ expr: `max(${gauge('fte_ledger_version')})`, legend: 'version' }],
  },
  {
    kind: 'lines', id: 5, width: 8, unit: 's',
    title: 'Time of a fold',
    description: 'Read, merge, write the ledger, publish. Healthy: under 1 s. It grows with the instances.',
    alerts: ['FoldStale'],
    queries: [0.5, 0.95].map((at) => ({
      expr: q.quantile(at, buckets('fte_fleet_fold_duration_seconds')),
      legend: `p${at * 100}`,
    })),
    colors: { p50: 'green', p95: 'blue' },
    interval: q.QUANTILE_INTERVAL,
  },
]; // biome-ignore format: a table

const arriving: readonly Panel[] = [
  {
    kind: 'lines', id: 10, width: 8, unit: PER_MINUTE, stacked: true,
    title: 'Pushes by outcome',
    description: 'A minute. Healthy: success alone. Nothing is lost while instances live: the next push carries everything.',
    alerts: ['PushFailing', 'PushesStopped'],
    queries: [{ expr: `${sum(q.perMinute(pushes), ['outcome'])} > 0`, legend: '{{outcome}}' }],
    colors: { success: 'green', timeout: 'orange', refused: 'red', rejected: 'purple', skipped: 'yellow' },
  },
  {
    kind: 'lines', id: 11, width: 8, unit: 'percentunit', min: 0,
    title: 'Failed pushes',
    description: `As a share of all. Healthy: 0. The alert begins at ${percent(pipeline.failedPushShare)}.`,
    alerts: ['PushFailing'],
    steps: q.rising(pipeline.failedPushShare),
    queries: [{ expr: q.share(sum(q.perSecond(failed)), sum(q.perSecond(pushes))), legend: 'failed' }],
    colors: { failed: 'red' },
  },
  {
    kind: 'lines', id: 12, width: 8, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Time of a push',
    description: 'What a push adds to an invocation, at most its budget of 0.15 s. Healthy: a few milliseconds.',
    alerts: ['PushFailing'],
    queries: [0.5, 0.95].map((at) => ({
      expr: q.quantile(at, buckets('fte_push_duration_seconds')),
      legend: `p${at * 100}`,
    })),
    colors: { p50: 'green', p95: 'blue' },
  },
]; // biome-ignore format: a table

const trouble: readonly Panel[] = [
  {
    kind: 'stat', id: 20, width: 12, height: 5, unit: 'short', decimals: 0,
    title: 'What should not happen, within the time range',
    description:
      'Late: grew after retirement (counted all the same). Refused: born before the horizon. Quarantined: not decodable. Regressions: totals about to fall. Healthy: all 0.',
    alerts: ['LatePushes', 'EntriesRefused', 'EntriesQuarantined', 'TotalsWouldFall'],
    steps: q.rising(1),
    queries: [
      { expr: `label_replace(round(${sum(q.inRange(counter('fte_fleet_late_pushes_total')))}), "what", "late", "", "")`, legend: '{{what}}', instant: true },
      { expr: `label_replace(round(${sum(q.inRange(counter('fte_fleet_refused_total')))}), "what", "refused", "", "")`, legend: '{{what}}', instant: true },
      { expr: `label_replace(round(${sum(q.inRange(counter('fte_fleet_quarantined_total')))}), "what", "quarantined", "", "")`, legend: '{{what}}', instant: true },
      { expr: `label_replace(round(${sum(q.inRange(counter('fte_fleet_regressions_total')))}), "what", "regressions", "", "")`, legend: '{{what}}', instant: true },
    ],
  },
  {
    kind: 'bars', id: 21, width: 12, height: 5, unit: 'none', decimals: 0,
    title: 'Labels outside their set',
    description: 'By metric, within the time range: values that were counted as other. Healthy: none.',
    alerts: ['LabelOverflow'],
    queries: [
      {
        expr: q.orNone(`round(${sum(q.inRange(counter('fte_label_overflow_total')), ['metric'])})`, 'metric'),
        legend: '{{metric}}',
      },
    ],
  },
  {
    kind: 'lines', id: 22, width: 8, unit: PER_MINUTE,
    title: 'Retired instances',
    description: 'Folded for good and deleted from the gateway, a minute. Healthy: about the rate at which Lambda starts instances.',
    queries: [{ expr: sum(q.perMinute(counter('fte_fleet_retired_instances_total'))), legend: 'retired' }],
    colors: { retired: 'blue' },
  },
  {
    kind: 'lines', id: 23, width: 8, unit: 's',
    title: 'Time of a scrape',
    description: 'What Prometheus needs to read a gateway. Healthy: well under its timeout of 10 s.',
    alerts: ['InboxGrowing'],
    queries: [{ expr: gatewayScrape('scrape_duration_seconds'), legend: '{{instance}}' }],
  },
  {
    kind: 'lines', id: 24, width: 8, unit: 'short',
    title: 'Series kept',
    description: 'After the entries of instances are dropped. Healthy: flat; it does not grow with the fleet.',
    alerts: ['LabelOverflow'],
    queries: [
      { expr: gatewayScrape('scrape_samples_post_metric_relabeling'), legend: '{{instance}}' },
    ],
  },
]; // biome-ignore format: a table

export const pipelineBoard: Board = {
  uid: 'fte-pipeline',
  title: 'FTE · Fleet & pipeline',
  description: 'Whether the numbers of all other dashboards can be believed.',
  variables: [],
  rows: [
    { id: 100, title: 'Are the numbers fresh?', panels: fresh },
    { id: 101, title: 'Do they arrive?', panels: arriving },
    { id: 102, title: 'Are they whole?', panels: trouble },
  ],
};
