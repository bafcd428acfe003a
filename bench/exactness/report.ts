// What a storm showed, for a person and as JSON.
import type { EndState, Violation, ViolationKind } from './oracle.ts';
import { LAYOUTS, type Layout } from './plain-layouts.ts';
import { SAMPLES } from './samples.ts';
import type { StormResult } from './storm.ts';

/** The metrics' sums over their series, in their own unit. */
interface Row {
  readonly metric: string;
  readonly truth: number;
  readonly reached: number;
  readonly published: number;
  readonly increase: number;
}

const nameOf = (sample: string) => sample.slice(0, sample.indexOf('{'));
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

function rows({ verdict, shown }: StormResult): readonly Row[] {
  const places = new Map<string, readonly number[]>(
    [...Map.groupBy(SAMPLES.keys(), (place) => nameOf(SAMPLES[place]?.key ?? ''))].map(([n, p]) => [n, p]),
  );
  return [...places].map(([metric, own]) => {
    const unit = 10 ** (SAMPLES[own[0] ?? 0]?.scale ?? 0);
    const sum = (value: (end: EndState, place: number) => number) =>
      own.reduce((total, place) => total + value(verdict.end[place] as EndState, place), 0) / unit;
    return {
      metric,
      truth: sum(({ truth }) => truth),
      reached: sum(({ reached }) => reached),
      published: sum(({ published = 0 }) => published),
      increase: sum((_, place) => shown.increases.get(place) ?? 0),
    };
  });
}

/** Samples whose `increase()` over the whole run is not what the last scrape showed. */
export function wrongIncreases({ verdict, shown }: StormResult): readonly string[] {
  return verdict.end.flatMap(({ sample, published = 0 }, place) => {
    const increase = shown.increases.get(place) ?? 0;
    return Math.abs(increase - published) < 1 + published * 1e-12
      ? []
      : [`${sample}: ${increase}, not ${published}`];
  });
}

export function isRed(result: StormResult): boolean {
  return (
    result.verdict.violations.length > 0 || result.mismatches.length > 0 || wrongIncreases(result).length > 0
  );
}

export function countByKind(
  violations: readonly Violation[],
): Readonly<Partial<Record<ViolationKind, number>>> {
  const counts: Partial<Record<ViolationKind, number>> = {};
  for (const { kind } of violations) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

export function summary(result: StormResult) {
  const { verdict, shown, happened, folds, mismatches, failures, lossy } = result;
  const events = verdict.end.filter(({ sample }) => sample.startsWith('storm_events_total'));
  const truth = events.reduce((sum, end) => sum + end.truth, 0);
  return {
    red: isRed(result),
    scrapes: verdict.scrapes,
    ids: verdict.ids,
    folds,
    lossAllowed: lossy,
    happened: Object.fromEntries(happened),
    violations: countByKind(verdict.violations),
    firstViolations: verdict.violations.slice(0, 10),
    mismatches: mismatches.slice(0, 10),
    wrongIncreases: wrongIncreases(result).slice(0, 10),
    failures: failures.length,
    fleet: Object.fromEntries(shown.fleet),
    metrics: rows(result),
    layouts: Object.fromEntries(
      Object.entries(shown.layouts).map(([layout, { final, increase }]) => [
        layout,
        { final, increase, finalShare: share(final, truth), increaseShare: share(increase, truth) },
      ]),
    ),
  };
}

export function print(result: StormResult): void {
  const { verdict } = result;
  const report = summary(result);
  console.table(
    Object.fromEntries(
      report.metrics.map(({ metric, truth, reached, published, increase }) => [
        metric,
        {
          truth: Number(truth.toFixed(9)),
          'reached a gateway': Number(reached.toFixed(9)),
          'in Prometheus': Number(published.toFixed(9)),
          'increase()': Number(increase.toFixed(9)),
          'lost with instances': share(truth - reached, truth),
        },
      ]),
    ),
  );
  console.log('What the usual layouts show of the same storm_events_total, spared all faults but deaths:');
  console.table(
    Object.fromEntries(
      Object.entries(report.layouts).map(([layout, { finalShare, increaseShare }]) => [
        LAYOUTS[layout as Layout],
        { 'last value': finalShare, 'increase()': increaseShare },
      ]),
    ),
  );
  const happened = [...result.happened].map(([fault, times]) => `${fault} ${times}`).join(', ');
  console.log(
    `${verdict.scrapes} scrapes, ${verdict.ids} ids, ${result.folds} folds; ${happened || 'no faults directed'}`,
  );
  console.log(
    `of the fleet: ${[...result.shown.fleet].map(([name, value]) => `${name} ${value}`).join(', ')}`,
  );
  if (result.lossy)
    console.log('something was lost that the rules can not save: the end may be lower by that much');
  for (const mismatch of result.mismatches.slice(0, 10))
    console.log(`an entry is not what was counted: ${mismatch}`);
  for (const wrong of wrongIncreases(result).slice(0, 10)) console.log(`increase(): ${wrong}`);
  for (const { kind, sample, at, value, bound } of verdict.violations.slice(0, 10))
    console.log(`${kind} at ${new Date(at).toISOString()}: ${sample} ${value}, bound ${bound}`);
  const kinds = Object.entries(report.violations).map(([kind, count]) => `${count} ${kind}`);
  console.log(
    report.red
      ? `RED: ${kinds.join(', ') || 'entries or increase() differ'}`
      : 'GREEN: exact, no dip, no bound broken',
  );
}
