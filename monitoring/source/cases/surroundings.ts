import { catalogue } from '../../../src/fte/catalogue.ts';
import { config } from '../config.ts';
import type { Series } from './case.ts';

const ELSEWHERE = 'another-service';
const OURS = `job="${config.job}"`;
const ADDED_UP = new Set(['counter', 'histogram', 'summary']);

/** A series of ours as another service would have it. */
export const elsewhere = ([name, values]: Series): Series => [
  name.replace(OURS, `job="${ELSEWHERE}"`),
  values,
];

function isAddedUp(name: string): boolean {
  const [metric = ''] = name.split('{');
  const specs: Readonly<Record<string, { readonly type: string }>> = catalogue;
  const spec = specs[metric] ?? specs[metric.replace(/_(bucket|count|sum)$/, '')];
  return ADDED_UP.has(spec?.type ?? '');
}

/** Promtool's notation, every number of it divided by two: `0+6x10 60x4` → `0+3x10 30x4`. */
const halved = (values: string) =>
  values.replace(
    /(^|[ +])([\d.e-]+)(?=[ +x]|$)/g,
    (_, before: string, number: string) => `${before}${Number(number) / 2}`,
  );

/** A counter in two parts, as if one more label told them apart: what forgets to add them up sees half. */
function parts([name, values]: Series, part: (values: string) => string): readonly Series[] {
  if (!isAddedUp(name)) return [[name, values]];
  return ['a', 'b'].map((label) => [name.replace('{', `{part="${label}", `), part(values)]);
}

/**
 * The series of a case as they would stand in a real Prometheus: counters in several parts, and the same once more from
 * somebody else's service, which has twice the traffic and is none of our business.
 */
export function amidOthers(series: readonly Series[]): readonly Series[] {
  return [
    ...series.flatMap((one) => parts(one, halved)),
    ...series
      .filter(([name]) => name.includes(OURS))
      .map(elsewhere)
      .flatMap((one) => parts(one, (values) => values)),
  ];
}
