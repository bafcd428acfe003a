/** The JSON API's answer, with its times made comparable. */

export interface JsonMetric {
  readonly labels: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}
export interface JsonFamily {
  readonly time_stamp: string;
  readonly type: string;
  readonly help?: string;
  readonly metrics: readonly JsonMetric[];
}
export interface JsonGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly last_push_successful: boolean;
  readonly [family: string]: unknown;
}

export const TIMES = ['push_time_seconds', 'push_failure_time_seconds'];
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function timeless(name: string, field: unknown): unknown {
  if (typeof field !== 'object' || field === null || !('time_stamp' in field)) return field;
  const family = field as JsonFamily;
  const metrics = family.metrics.map((metric) => {
    if (!TIMES.includes(name) || metric.value === '0') return metric;
    const age = Date.now() / 1000 - Number(metric.value);
    return { ...metric, value: Math.abs(age) < 60 ? 'just now' : metric.value };
  });
  return { ...family, time_stamp: RFC3339.test(family.time_stamp) ? 'a time' : family.time_stamp, metrics };
}

const sortKey = (group: JsonGroup) => JSON.stringify(Object.entries(group.labels).sort());

/** The groups of an answer, sorted by their labels, with every plausible time replaced by a word. */
export function readGroups(body: string): readonly JsonGroup[] {
  const { status, data } = JSON.parse(body) as { status: string; data: JsonGroup[] };
  if (status !== 'success') throw new Error(body);
  return data
    .map(
      (group) =>
        Object.fromEntries(
          Object.entries(group).map(([name, field]) => [name, timeless(name, field)]),
        ) as unknown as JsonGroup,
    )
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** One group without what every group has. */
export function pushedIn(group: JsonGroup | undefined): Readonly<Record<string, JsonFamily>> {
  const { labels: _labels, last_push_successful: _success, ...families } = group ?? {};
  return Object.fromEntries(Object.entries(families).filter(([name]) => !TIMES.includes(name))) as Readonly<
    Record<string, JsonFamily>
  >;
}
