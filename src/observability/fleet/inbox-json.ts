import type { Family, Labels } from '../families.ts';

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

function toFamily(name: string, raw: RawFamily): Family | undefined {
  const help = raw.help ?? '';
  const metrics = raw.metrics ?? [];
  const labelsOf = ({ labels = {} }: { readonly labels?: Labels }) => labels;
  switch (raw.type) {
    case 'COUNTER':
    case 'GAUGE':
      return {
        name,
        help,
        type: raw.type === 'COUNTER' ? 'counter' : 'gauge',
        series: metrics.map((m) => ({ labels: labelsOf(m), value: numberOf(m.value) })),
      };
    case 'SUMMARY':
      return {
        name,
        help,
        type: 'summary',
        series: metrics.map((m) => ({ labels: labelsOf(m), sum: numberOf(m.sum), count: numberOf(m.count) })),
      };
    case 'HISTOGRAM':
      return {
        name,
        help,
        type: 'histogram',
        series: metrics.map((m) => ({
          labels: labelsOf(m),
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

/**
 * Reads the answer of a gateway's JSON API. Groups may contradict each other there: a name can come twice.
 *
 * @throws {Error} for what is no such answer
 */
export function decodeJson(text: string): readonly Family[] {
  const { data } = JSON.parse(text) as { data: readonly RawGroup[] };
  return data.flatMap((group) =>
    Object.entries(group)
      .filter(([name]) => !GROUP_FIELDS.has(name))
      .flatMap(([name, raw]) => toFamily(name, raw as RawFamily) ?? []),
  );
}
