// biome-ignore-all format: tables read better a row a line
import { FAILED } from '../alerts/service.ts';
import { config } from '../config.ts';
import type { ObjectiveName } from '../slo.ts';
import { fte, histogram, type Series } from './case.ts';

/** What a recorded series holds at one moment, given what its expression reads. */
export interface RecordingCase {
  readonly record: string;
  readonly slo: ObjectiveName;
  readonly what: string;
  readonly series: readonly Series[];
  /** Seconds from one sample of `series` to the next. */
  readonly step: number;
  /** Seconds from one evaluation to the next. */
  readonly evaluation: number;
  /** Seconds; a multiple of `evaluation`. */
  readonly at: number;
  /** Left out where there is nothing to record. */
  readonly value?: number;
}

const EVENTS = 'slo:fte_events:rate5m';
const BAD = 'slo:fte_bad:rate5m';
/** Written out, as every number of a case: what is taken from the source says nothing of the source. */
const OBJECTIVES = { availability: { objective: 0.999, budget: 0.001 }, processing: { objective: 0.95, budget: 0.05 }, delivery: { objective: 0.99, budget: 0.01 } } as const;
const HOUR = 3600;
const DAY = 24 * HOUR;
const SHARES = { '5m': 300, '30m': 1800, '1h': HOUR, '2h': 2 * HOUR, '6h': 6 * HOUR, '1d': DAY, '3d': 3 * DAY } as const;
const BUDGET = 30 * DAY;

/** Idle, then so many a minute, then twice as many: a window that is too long or too short sees another mean. */
const BUSY_FROM = 20;
const AT_MINUTE = 25;
const growing = (perMinute: number) =>
  `0x${BUSY_FROM} ${perMinute}+${perMinute}x2 ${5 * perMinute}+${2 * perMinute}x10`;
/** What the five minutes before `AT_MINUTE` see of it, a second. */
const seen = (perMinute: number) => (7 * perMinute) / 300;

const requests = (status_code: string, perMinute: number, method = 'GET', endpoint = '/') =>
  fte('fte_http_requests_total', { method, endpoint, status_code }, growing(perMinute));
/** Nobody's business, each in another number. */
const notServed = ['__unmatched__', '/health', '/metrics'].flatMap((endpoint, i) =>
  ['200', '503'].map((code) => requests(code, 600 * 2 ** i, 'GET', endpoint)));
/** Each 5xx by itself: were one of them left out, the sum would be another. */
const failures = FAILED.map((code, i) => ({ code, perMinute: 300 * 2 ** i }));
const failed = failures.reduce((sum, { perMinute }) => sum + perMinute, 0);
const elsewhere = (all: readonly Series[]) =>
  all.map(([name]): Series => [name.replace(`job="${config.job}"`, 'job="another-service"'), '0+7x40']);
const withOthers = (all: readonly Series[]) => [...all, ...elsewhere(all)];

const answers = (channel: string, edges: Readonly<Record<string, number>>) =>
  histogram('fte_customer_response_time_seconds', { channel }, Object.fromEntries(Object.entries(edges).map(([le, n]) => [le, growing(n)])));
const deliveries = (channel: string, edges: Readonly<Record<string, number>>) =>
  histogram('fte_delivery_duration_seconds', { channel }, Object.fromEntries(Object.entries(edges).map(([le, n]) => [le, growing(n)])));

const timelyAndLate = [...deliveries('email', { '15': 300, '30': 2100, '60': 2400, '+Inf': 3000 }), ...deliveries('whatsapp', { '15.0': 0, '30.0': 300, '60.0': 600, '+Inf': 900 })];
const outbound = (status: string, perMinute: number, direction = 'outbound') =>
  fte('fte_customer_interactions_total', { channel: 'email', direction, status }, growing(perMinute));
const undelivered = [
  fte('fte_deliveries_in_doubt_total', { channel: 'email' }, growing(60)), fte('fte_deliveries_in_doubt_total', { channel: 'whatsapp' }, growing(90)),
  outbound('failed', 120), outbound('success', 3000), outbound('failed', 3000, 'inbound'),
];

/** What happens a minute, in all and badly, by objective. */
const HAPPENS: Readonly<Record<ObjectiveName, { readonly series: readonly Series[]; readonly events: number; readonly bad: number }>> = {
  availability: {
    series: [requests('200', 3000), requests('404', 2100, 'POST'), ...failures.map(({ code, perMinute }) => requests(code, perMinute)), ...notServed],
    events: 5100 + failed, bad: failed,
  },
  processing: {
    series: [...answers('email', { '2': 300, '3': 2100, '5': 2400, '+Inf': 3000 }), ...answers('whatsapp', { '2.0': 0, '3.0': 300, '5.0': 600, '+Inf': 900 })],
    events: 3900, bad: 1500,
  },
  delivery: { series: [...timelyAndLate, ...undelivered], events: 3900, bad: 1500 + 60 + 90 + 120 },
};

function rateCases(slo: ObjectiveName): readonly RecordingCase[] {
  const { series, events, bad } = HAPPENS[slo];
  const base = { slo, what: 'what happens a second', series: withOthers(series), step: 60, evaluation: 60, at: AT_MINUTE * 60 };
  return [
    { ...base, record: EVENTS, value: seen(events) },
    { ...base, record: BAD, value: seen(bad) },
    ...(slo === 'delivery' ? [{ ...base, record: BAD, what: 'none has failed yet', series: withOthers(timelyAndLate), value: seen(1500) }] : []),
    { ...base, record: 'slo:fte_objective:ratio', what: 'the objective', value: OBJECTIVES[slo].objective },
  ];
}

/** The recorded rates themselves, three phases long: before the window, its first half, its second half. */
function recorded(slo: string, events: readonly number[], bad: readonly number[]): readonly Series[] {
  const [before = 0, first = 0, second = 0] = events;
  const [badBefore = 0, badFirst = 0, badSecond = 0] = bad;
  const values = (a: number, b: number, c: number) => `${a}x10 ${b}x3 ${c}x8`;
  return [
    [`${EVENTS}{slo=${JSON.stringify(slo)}}`, values(before, first, second)],
    [`${BAD}{slo=${JSON.stringify(slo)}}`, values(badBefore, badFirst, badSecond)],
  ];
}

/** A window holds eight samples, none of them on its border, where versions of Prometheus differ. */
function windowCases(slo: ObjectiveName, record: string, window: number, ofShare: (share: number) => number): readonly RecordingCase[] {
  const base = { record, slo, step: window / 8, evaluation: window / 12, at: (28 * window) / 12 };
  const another = recorded('another', [8, 8, 8], [4, 4, 4]);
  // Few events: sums below one count, too.
  const value = ofShare((4 / 128 + 4 / 512) / (4 / 32 + 4 / 64));
  return [
    { ...base, what: 'all of the window, and nothing before it', series: [...recorded(slo, [1 / 16, 1 / 32, 1 / 64], [1 / 64, 1 / 128, 1 / 512]), ...another], value },
    { ...base, what: 'nothing where nothing happened', series: [...recorded(slo, [0, 0, 0], [0, 0, 0]), ...another] },
  ];
}

export const recordingCases: readonly RecordingCase[] = (Object.keys(OBJECTIVES) as ObjectiveName[]).flatMap((slo) => [
  ...rateCases(slo),
  ...Object.entries(SHARES).flatMap(([name, window]) => windowCases(slo, `slo:fte_bad_share:ratio_${name}`, window, (share) => share)),
  ...windowCases(slo, 'slo:fte_error_budget_left:ratio', BUDGET, (share) => 1 - share / OBJECTIVES[slo].budget),
]);
