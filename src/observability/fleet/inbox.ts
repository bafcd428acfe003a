import { ServiceError } from '../errors.ts';
import type { Family, Labels } from '../families.ts';
import { askGateway } from '../push/gateway.ts';
import { INSTANCE_JOB } from '../push/pusher.ts';
import { newest } from './merge.ts';

/** A gateway that did not answer, or not with metrics. Nothing may be concluded from what it did not say. */
function unreadable(url: string, cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_INBOX_UNREADABLE',
    type: 'internal',
    status: 503,
    message: 'A gateway can not be read right now.',
    cause: new Error(`reading ${url}`, { cause }),
  });
}

/** What a gateway holds: the instances' entries by instance, and the groups of other jobs. */
export interface Inbox {
  readonly entries: ReadonlyMap<string, readonly Family[]>;
  /** The families that were published under `job`, by job. */
  readonly published: ReadonlyMap<string, readonly Family[]>;
}

/** The gateway's JSON form: numbers are strings, and a family's key is its name. */
interface RawFamily {
  readonly type: string;
  readonly help?: string;
  readonly metrics?: readonly {
    readonly labels?: Labels;
    readonly value?: string;
    readonly sum?: string;
    readonly count?: string;
    readonly buckets?: Readonly<Record<string, string>>;
  }[];
}
interface RawGroup {
  readonly labels: Labels;
  readonly [family: string]: unknown;
}

const GROUP_FIELDS = new Set([
  'labels', 'last_push_successful', 'push_time_seconds', 'push_failure_time_seconds',
]); // biome-ignore format: a table

/** The gateway writes numbers as Prometheus' text does. Throws for what is no number: half an entry must not be added. */
function numberOf(text: string | undefined): number {
  if (text === '+Inf' || text === '-Inf')
    return text === '+Inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const value = Number(text);
  if (text === undefined || text === '' || (Number.isNaN(value) && text !== 'NaN'))
    throw new Error(`not a number: ${text}`);
  return value;
}

/** Labels that a gateway adds to every series, `instance` also where the group has none. */
const ADDED = new Set(['job', 'instance']);

function toFamily(name: string, raw: RawFamily, grouping: Labels): Family | undefined {
  const own = (labels: Labels = {}) =>
    Object.fromEntries(Object.entries(labels).filter(([label]) => !(label in grouping || ADDED.has(label))));
  const help = raw.help ?? '';
  const metrics = raw.metrics ?? [];
  switch (raw.type) {
    case 'COUNTER':
    case 'GAUGE':
      return {
        name,
        help,
        type: raw.type === 'COUNTER' ? 'counter' : 'gauge',
        series: metrics.map((m) => ({ labels: own(m.labels), value: numberOf(m.value) })),
      };
    case 'SUMMARY':
      return {
        name,
        help,
        type: 'summary',
        series: metrics.map((m) => ({
          labels: own(m.labels),
          sum: numberOf(m.sum),
          count: numberOf(m.count),
        })),
      };
    case 'HISTOGRAM':
      return {
        name,
        help,
        type: 'histogram',
        series: metrics.map((m) => ({
          labels: own(m.labels),
          sum: numberOf(m.sum),
          count: numberOf(m.count),
          buckets: Object.entries(m.buckets ?? {})
            .map(([edge, count]) => [numberOf(edge), numberOf(count)] as const)
            .filter(([edge]) => Number.isFinite(edge))
            .sort(([a], [b]) => a - b),
        })),
      };
    default:
      return undefined;
  }
}

function toFamilies(group: RawGroup): readonly Family[] {
  return Object.entries(group)
    .filter(([name]) => !GROUP_FIELDS.has(name))
    .flatMap(([name, raw]) => toFamily(name, raw as RawFamily, group.labels) ?? []);
}

/**
 * Reads all that one gateway holds, through its JSON API, which answers even when its `/metrics` does not.
 *
 * @throws a 503 (`FTE_INBOX_UNREADABLE`) when the gateway gave no complete answer within `deadlineMs`.
 */
export async function readInbox(url: string, deadlineMs = 5_000): Promise<Inbox> {
  const answer = await askGateway({ method: 'GET', url: `${url}/api/v1/metrics`, deadlineMs });
  if (answer.outcome !== 'success') throw unreadable(url, `${answer.outcome} ${answer.status}`);
  try {
    return toInbox((JSON.parse(answer.body) as { data: readonly RawGroup[] }).data);
  } catch (cause) {
    throw unreadable(url, cause);
  }
}

function toInbox(groups: readonly RawGroup[]): Inbox {
  const entries = new Map<string, readonly Family[]>();
  const published = new Map<string, readonly Family[]>();
  for (const group of groups) {
    const { job = '', instance } = group.labels;
    if (job === INSTANCE_JOB && instance !== undefined) entries.set(instance, toFamilies(group));
    else if (job !== INSTANCE_JOB) published.set(job, toFamilies(group));
  }
  return { entries, published };
}

/** One view of every instance over all gateways, where two of them know the same one. */
export function mergeInboxes(inboxes: readonly Inbox[]): ReadonlyMap<string, readonly Family[]> {
  const merged = new Map<string, readonly Family[]>();
  for (const { entries } of inboxes) {
    for (const [instance, families] of entries) {
      const before = merged.get(instance);
      merged.set(instance, before === undefined ? families : newest(before, families));
    }
  }
  return merged;
}
