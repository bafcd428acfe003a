import { config } from '../config.ts';
import { counter, countOf, sum, sumOf } from '../promql.ts';
import { percent } from '../words.ts';
import { CHANNEL_COLORS } from './channels.ts';
import * as q from './queries.ts';
import type { Panel } from './spec.ts';

const { escalations, panels } = config;
const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const SCORES = 'fte_customer_satisfaction_score';
const inbound = q.chosen(
  counter('fte_customer_interactions_total', { direction: 'inbound', status: 'success' }),
  'channel',
);
const escalated = counter('fte_escalations_total');
const created = counter('fte_ticket_operations_total', { operation: 'create', status: 'success' });
const daily = (selector: string) => sum(q.within(selector, DAY));

/** What shows only over weeks. They need Prometheus' retention of 45 days. */
export const trends: readonly Panel[] = [
  {
    kind: 'lines', id: 30, width: 12, height: 8, unit: 'none', last: '7d', interval: '1h', decimals: 0,
    title: 'Messages per hour: this week and the last',
    description: 'Healthy: the two lines have the same shape. A gap that opens is growth, a channel that broke, or a holiday.',
    alerts: ['ChannelSilent'],
    queries: [
      { expr: sum(q.within(inbound, HOUR)), legend: 'this week' },
      { expr: sum(q.within(inbound, HOUR, WEEK)), legend: 'last week' },
    ],
    colors: { 'this week': 'blue', 'last week': 'text' },
    dashed: ['last week'],
  },
  {
    kind: 'lines', id: 31, width: 12, height: 8, unit: 'none', last: '30d', interval: '1d', decimals: 0,
    stacked: true, bars: true,
    title: 'Messages per day, by channel',
    description: 'Each bar is the day before it. Healthy: five high days, two low ones, slowly growing.',
    queries: [{ expr: sum(q.within(inbound, DAY), ['channel']), legend: '{{channel}}' }],
    colors: CHANNEL_COLORS,
  },
  {
    kind: 'lines', id: 32, width: 8, unit: 'percentunit', last: '30d', interval: '6h', min: 0,
    title: 'Escalations per new ticket, a day at a time',
    description: `Healthy: flat or falling, under ${percent(escalations.warning)}. A step beside a deployment is that deployment.`,
    alerts: ['HighEscalationRate'],
    steps: q.rising(escalations.warning, escalations.critical),
    queries: [{ expr: q.share(daily(escalated), daily(created)), legend: 'escalated' }],
    colors: { escalated: 'blue' },
  },
  {
    kind: 'lines', id: 33, width: 8, unit: 'none', last: '30d', interval: '6h', decimals: 2, min: 1, max: 5,
    title: 'Satisfaction, a day at a time',
    description: `Mean rating of 24 hours. Healthy: over ${panels.goodRating}, flat.`,
    alerts: ['LowCustomerSatisfaction'],
    queries: [{ expr: q.share(daily(sumOf(SCORES)), daily(countOf(SCORES))), legend: 'mean rating' }],
    colors: { 'mean rating': 'green' },
  },
  {
    kind: 'stat', id: 34, width: 8, unit: 'percentunit', decimals: 0,
    title: 'Messages: this week against the last',
    description: 'Change of seven days against the seven before. Healthy: within ±20 %.',
    queries: [
      {
        // Not before there are two whole weeks: part of one would look like a leap.
        expr: `${q.share(sum(q.within(inbound, WEEK)), sum(q.within(inbound, WEEK, WEEK)))} - 1 and on () sum(${inbound} offset 2w)`,
        legend: 'change',
        instant: true,
      },
    ],
    noValue: 'no two weeks yet',
  },
]; // biome-ignore format: a table
