import { config } from '../config.ts';
import type { Alert } from '../model.ts';
import { all, any, counter, gauge, sum, type Timed } from '../promql.ts';
import { lasting } from '../words.ts';

const { pipeline } = config;
const DASHBOARD = 'fte-pipeline';

/** What the metrics themselves come through: instances, gateways, the fold. */
export function pipelineAlerts({ increase, seconds }: Timed): readonly Alert[] {
  const lastFold = gauge('fte_fleet_last_fold_timestamp_seconds');
  const pushes = sum(increase(counter('fte_push_attempts_total'), pipeline.window));
  const failed = counter('fte_push_attempts_total', {
    outcome: ['timeout', 'refused', 'rejected', 'skipped'],
  });
  const arrived = counter('fte_push_attempts_total', { outcome: 'success' });
  const grown = (selector: string) => sum(increase(selector, pipeline.countWindow));
  return [
    {
      alert: 'GatewayDown',
      expr: `up{job="${config.gatewayJob}"} == 0`,
      for: 60,
      severity: 'critical',
      summary: 'A Pushgateway is down',
      description:
        "Prometheus can't read {{ $labels.instance }}; while an inbox is missing, what was pushed only there is not in the totals.",
      dashboard: DASHBOARD,
    },
    {
      alert: 'FoldStale',
      expr: any(`time() - ${lastFold} > ${seconds(pipeline.staleSeconds)}`, `absent(${lastFold})`),
      for: 60,
      severity: 'warning',
      summary: 'The totals lack something',
      description: `No fold has read every inbox for more than ${pipeline.staleSeconds} s: what only the missing one holds is not in the totals. If ServiceDown fires without a name, none are published at all.`,
      dashboard: DASHBOARD,
    },
    {
      alert: 'PushFailing',
      expr: all(
        `${sum(increase(failed, pipeline.window))} / ${pushes} > ${pipeline.failedPushShare}`,
        `${pushes} >= ${pipeline.fewestPushes}`,
      ),
      for: 300,
      severity: 'warning',
      summary: 'Pushes of metrics fail',
      description:
        '{{ $value | humanizePercentage }} of the pushes failed. Nothing is lost while instances live: the next push carries it.',
      dashboard: DASHBOARD,
    },
    {
      alert: 'PushesStopped',
      expr: `${sum(increase(arrived, pipeline.window))} == 0`,
      for: 300,
      severity: 'critical',
      summary: 'No instance pushes any more',
      description: `Not even the functions that run every minute have pushed for ${lasting(pipeline.window)}.`,
      dashboard: DASHBOARD,
    },
    {
      alert: 'InboxGrowing',
      expr: `${gauge('fte_fleet_instances')} > ${pipeline.mostInstances}`,
      for: 900,
      severity: 'warning',
      summary: 'The inbox holds many instances',
      description:
        '{{ $value }} instances have entries in the gateway; Prometheus parses all of them with every scrape.',
      dashboard: DASHBOARD,
    },
    {
      alert: 'LatePushes',
      expr: `${grown(counter('fte_fleet_late_pushes_total'))} > ${pipeline.mostLatePushes}`,
      for: 0,
      severity: 'info',
      summary: 'Entries come back after their retirement',
      description:
        '{{ $value | printf "%.0f" }} entries grew within an hour after they had been retired. They are counted all the same.',
      dashboard: DASHBOARD,
    },
    {
      alert: 'EntriesRefused',
      expr: `${grown(counter('fte_fleet_refused_total'))} > 0`,
      for: 0,
      severity: 'warning',
      summary: 'Entries from before the horizon were refused',
      description:
        '{{ $value | printf "%.0f" }} entries of instances that were born before the horizon: a gateway was probably restored from an old file.',
      dashboard: DASHBOARD,
    },
    {
      alert: 'EntriesQuarantined',
      expr: `${grown(counter('fte_fleet_quarantined_total'))} > 0`,
      for: 0,
      severity: 'warning',
      summary: "Entries can't be decoded",
      description:
        '{{ $value | printf "%.0f" }} entries within an hour could not be decoded; they were saved and left out.',
      dashboard: DASHBOARD,
    },
    {
      alert: 'TotalsWouldFall',
      expr: `${grown(counter('fte_fleet_regressions_total'))} > 0`,
      for: 0,
      severity: 'critical',
      summary: 'A total was about to go down',
      description:
        '{{ $value | printf "%.0f" }} totals came out below what was published before: a bug, or a ledger that was rolled back.',
      dashboard: DASHBOARD,
    },
    {
      alert: 'LabelOverflow',
      expr: `${sum(increase(counter('fte_label_overflow_total'), pipeline.countWindow), ['metric'])} > 0`,
      for: 0,
      severity: 'warning',
      summary: 'A label had a value outside its set',
      description:
        '{{ $labels.metric }} was given values that its catalogue does not know; they are counted as other.',
      dashboard: DASHBOARD,
    },
    {
      alert: 'Watchdog',
      expr: 'vector(1)',
      for: 0,
      severity: 'none',
      summary: 'Alerting works',
      description:
        'Fires always. Whoever expects it and does not see it knows that Prometheus or Alertmanager is down.',
      dashboard: DASHBOARD,
    },
  ];
}
