// biome-ignore-all format: tables read better a row a line
import { type Case, casesOf, from, fte, jump, steady, up } from './case.ts';

const invoked = (fn: string, outcome: string, values: string) =>
  fte('fte_lambda_invocations_total', { function: fn, outcome }, values);
const cold = (fn: string, values: string) => fte('fte_lambda_cold_starts_total', { function: fn }, values);
const push = (outcome: string, values: string) => fte('fte_push_attempts_total', { outcome }, values);
const fold = (values: string) => fte('fte_fleet_last_fold_timestamp_seconds', {}, values);

const FTE = { job: 'fte' };
const near = casesOf('FunctionNearTimeout');
const colds = casesOf('ColdStartsHigh');
const gateway = casesOf('GatewayDown');
const stale = casesOf('FoldStale');
const failing = casesOf('PushFailing');
const stopped = casesOf('PushesStopped');
const growing = casesOf('InboxGrowing');
const late = casesOf('LatePushes');
const watchdog = casesOf('Watchdog');

const oneCounts = (alert: string, name: 'fte_fleet_refused_total' | 'fte_fleet_quarantined_total' | 'fte_fleet_regressions_total') => {
  const { fires, ends, silent, edge } = casesOf(alert);
  return [
    fires('one', [fte(name, {}, '0x29 1x100')], 30),
    ends('one, an hour ago', [fte(name, {}, '0x29 1x100')], 89),
    silent('one, hours ago', [fte(name, {}, '0x10 1x300')], 200),
    edge('none', [fte(name, {}, '0x100')], 60),
  ];
};

const overflow = casesOf('LabelOverflow');

export const functionCases: readonly Case[] = [
  near.fires('1.2 % of one function', [invoked('agent', 'success', steady(98.8)), invoked('agent', 'timeout_near', from(30, 1.2)), invoked('deliver', 'success', steady(900))], 48, { function: 'agent' }),
  near.silent('0.9 %', [invoked('agent', 'success', steady(99.1)), invoked('agent', 'timeout_near', steady(0.9))], 60),
  near.silent('errors', [invoked('agent', 'success', steady(50)), invoked('agent', 'error', steady(50))], 60),
  near.silent('two of twenty', [invoked('agent', 'success', steady(1)), invoked('agent', 'timeout_near', steady(0.15))], 60),
  near.fires('three of twenty are enough', [invoked('agent', 'success', steady(1)), invoked('agent', 'timeout_near', from(30, 0.25))], 47, { function: 'agent' }),
  near.edge('1 %', [invoked('agent', 'success', steady(99)), invoked('agent', 'timeout_near', steady(1))], 60),

  colds.fires('21 % of one function', [invoked('submit', 'success', steady(10)), cold('submit', from(120, 2.1)), invoked('agent', 'success', steady(90))], 193, { function: 'submit' }),
  colds.silent('19 %', [invoked('submit', 'success', steady(10)), cold('submit', steady(1.9))], 200),
  colds.silent('all of 90', [invoked('submit', 'success', steady(1.5)), cold('submit', steady(1.5))], 200),
  colds.fires('all of 100', [invoked('submit', 'success', from(120, 2)), cold('submit', from(120, 2))], 185, { function: 'submit' }),
  colds.edge('20 %', [invoked('submit', 'success', steady(10)), cold('submit', steady(2))], 200),
];

export const pipelineCases: readonly Case[] = [
  gateway.fires('one of two', [up('pushgateway:9091', '1x60'), up('pushgateway-2:9091', jump(5, 0, 1))], 6, { job: 'pushgateway', instance: 'pushgateway-2:9091' }),
  gateway.silent('both answer', [up('pushgateway:9091', '1x60'), up('pushgateway-2:9091', '1x60')], 30),
  gateway.silent('something else is down', [up('pushgateway:9091', '1x60'), ['up{job="prometheus", instance="localhost:9090"}', '0x60']], 30),
  gateway.edge('down for less than a minute', [up('pushgateway:9091', '1x10 0 1x60')], 11),

  // The last fold began 25 s after minute 10; 95 s are over in minute 12.
  stale.fires('no fold', [fold('0+60x10 625x60')], 13, FTE),
  stale.fires('there never was a fold', [], 1, FTE),
  stale.silent('a fold a minute', [fold('0+60x100')], 30),
  stale.edge('a fold of exactly 90 s ago', [fold('0x2 90+60x60')], 20),

  failing.fires('6 % fail', [push('success', steady(94)), push('timeout', from(30, 1.5)), push('refused', from(30, 1.5)), push('rejected', from(30, 1.5)), push('skipped', from(30, 1.5))], 44),
  failing.silent('4 % fail', [push('success', steady(96)), push('timeout', steady(4))], 60),
  failing.silent('19 pushes', [push('timeout', steady(1.9))], 60),
  failing.fires('20 pushes are enough', [push('timeout', from(30, 2.5))], 43),
  failing.edge('5 % fail', [push('success', steady(95)), push('timeout', steady(5))], 60),

  stopped.fires('none arrives', [push('success', '0+5x30 150x100'), push('timeout', steady(5))], 45),
  stopped.silent('pushes arrive', [push('success', steady(1))], 60),
  stopped.edge('a single one in ten minutes', [push('success', '0+5x30 150x9 151x9')], 45),

  growing.fires('301 instances', [fte('fte_fleet_instances', {}, jump(5, 301))], 20, FTE),
  growing.silent('270 instances', [fte('fte_fleet_instances', {}, '270x60')], 50),
  growing.edge('300 instances', [fte('fte_fleet_instances', {}, '300x60')], 50),

  late.fires('eleven', [fte('fte_fleet_late_pushes_total', {}, '0x29 11x100')], 30),
  late.ends('eleven, an hour ago', [fte('fte_fleet_late_pushes_total', {}, '0x29 11x100')], 89),
  late.silent('nine', [fte('fte_fleet_late_pushes_total', {}, '0x29 9x100')], 60),
  late.edge('ten within the hour', [fte('fte_fleet_late_pushes_total', {}, '0x29 10x300')], 89),

  ...oneCounts('EntriesRefused', 'fte_fleet_refused_total'),
  ...oneCounts('EntriesQuarantined', 'fte_fleet_quarantined_total'),
  ...oneCounts('TotalsWouldFall', 'fte_fleet_regressions_total'),

  overflow.fires('a value of one metric', [fte('fte_label_overflow_total', { metric: 'fte_errors_total' }, '0x29 1x100'), fte('fte_label_overflow_total', { metric: 'fte_escalations_total' }, '3x100')], 30, { metric: 'fte_errors_total' }),
  overflow.ends('a value, an hour ago', [fte('fte_label_overflow_total', { metric: 'fte_errors_total' }, '0x29 1x100')], 89, { metric: 'fte_errors_total' }),
  overflow.silent('a value, hours ago', [fte('fte_label_overflow_total', { metric: 'fte_errors_total' }, '0x10 1x300')], 200),
  overflow.edge('none', [fte('fte_label_overflow_total', { metric: 'fte_errors_total' }, '0x100')], 60),

  watchdog.fires('always', [], 0),
];
