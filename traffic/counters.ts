import { type Sample, sampled } from '../tests/running/exposition.ts';
import type { Done, Outcome } from './drive.ts';
import { channelOf } from './plan.ts';
import type { Exchange } from './send.ts';
import type { Talk } from './talks.ts';

export interface CounterRow {
  readonly metric: string;
  /** From what the callers got back. */
  readonly expected: number;
  /** By how much /metrics grew. */
  readonly counted: number;
}
export interface Expected {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly by: number;
}

const CHANNELS = ['web_form', 'whatsapp', 'email'] as const;
const MESSAGES = 'fte_customer_interactions_total';
/** The service's reasons for refusing, by what the caller sees of them. */
const REASONS: Readonly<Record<string, readonly number[]>> = {
  malformed: [400, 415, 422],
  signature: [403],
  unauthorized: [401],
};

/** Every request by route and status, the look-ups included. */
function requestRows(exchanges: readonly Exchange[]): readonly Expected[] {
  const answered = exchanges.flatMap(({ method, endpoint, answer }) =>
    answer === undefined ? [] : [`${method} ${endpoint} ${answer.status}`],
  );
  const groups = [...Map.groupBy(answered, (one) => one)].sort(([a], [b]) => a.localeCompare(b));
  return groups.map(([key, { length }]) => {
    const [method = '', endpoint = '', status_code = ''] = key.split(' ');
    return { metric: 'fte_http_requests_total', labels: { method, endpoint, status_code }, by: length };
  });
}

/** In their order; said again rather than taken from the service, whose reading of them is what is compared. */
const RANKS = ['queued', 'sent', 'delivered', 'read', 'failed'] as const;

/** A reply's status only rises: a word that comes late or twice is not counted. */
function statusRows(done: readonly Done[]): readonly Expected[] {
  const highest = new Map<number, number>();
  const counts = RANKS.map(() => 0);
  for (const { step, outcome } of done) {
    if (step.kind !== 'status' || outcome !== 'told') continue;
    const rank = RANKS.indexOf(step.status);
    if (rank <= (highest.get(step.conversation) ?? -1)) continue;
    highest.set(step.conversation, rank);
    counts[rank] = (counts[rank] ?? 0) + 1;
  }
  return RANKS.map((status, rank) => ({
    metric: 'fte_delivery_status_total',
    labels: { channel: 'whatsapp', status },
    by: counts[rank] ?? 0,
  }));
}

/** What the counters should have grown by, told from the service's answers alone. */
export function expectedCounters(
  done: readonly Done[],
  talks: readonly Talk[],
  exchanges: readonly Exchange[],
): readonly Expected[] {
  const rows = CHANNELS.flatMap((channel): Expected[] => {
    const here = done.filter(
      ({ road, step }) => channelOf(road) === channel && !['rating', 'status'].includes(step.kind),
    );
    const count = (outcome: Outcome) => here.filter((one) => one.outcome === outcome).length;
    const refused = (statuses: readonly number[]) =>
      here.filter(({ exchange }) => statuses.includes(exchange.answer?.status ?? 0)).length;
    const own = talks.filter(({ road }) => channelOf(road) === channel);
    const inbound = (status: string, by: number) => ({
      metric: MESSAGES,
      labels: { channel, direction: 'inbound', status },
      by,
    });
    return [
      inbound('success', count('accepted')),
      inbound('duplicate', count('duplicate')),
      inbound('rejected', count('rejected')),
      inbound('rate_limited', count('limited')),
      {
        metric: MESSAGES,
        labels: { channel, direction: 'outbound', status: 'success' },
        by: own.reduce((sum, { replies }) => sum + replies, 0),
      },
      { metric: MESSAGES, labels: { channel, direction: 'outbound', status: 'failed' }, by: 0 },
      { metric: 'fte_duplicate_messages_total', labels: { channel }, by: count('duplicate') },
      ...Object.entries(REASONS).map(([reason, statuses]) => ({
        metric: 'fte_webhook_rejections_total',
        labels: { channel, reason },
        by: refused(statuses),
      })),
      {
        metric: 'fte_escalations_total',
        labels: { channel },
        by: own.filter(({ status }) => status === 'escalated').length,
      },
    ];
  });
  const tickets = new Set(talks.flatMap(({ ticketId }) => ticketId ?? []));
  const rated = done.filter(({ outcome }) => outcome === 'rated').length;
  return [
    ...rows,
    {
      metric: 'fte_ticket_operations_total',
      labels: { operation: 'create', status: 'success' },
      by: tickets.size,
    },
    { metric: 'fte_csat_ratings_total', labels: { channel: 'web_form' }, by: rated },
    ...statusRows(done),
    ...requestRows(exchanges),
  ];
}

/** What was expected next to what was counted. */
export function compare(
  expected: readonly Expected[],
  before: readonly Sample[],
  after: readonly Sample[],
): readonly CounterRow[] {
  return expected.map(({ metric, labels, by }) => ({
    metric: `${metric} ${Object.values(labels).join(' ')}`,
    expected: by,
    counted: (sampled(after, metric, labels) ?? 0) - (sampled(before, metric, labels) ?? 0),
  }));
}
