// Every rule switched off in turn: the storm must notice.
import { join } from 'node:path';
import { MUTANTS, type Mutant } from './mutants.ts';
import { mutate } from './mutate.ts';
import type { Options } from './options.ts';
import { countByKind, isRed, wrongIncreases } from './report.ts';
import { runStorm, SOURCE, type StormOptions, type StormResult } from './storm.ts';

/** Beside the packages that the code imports. */
const COPIES = join(import.meta.dirname, '..', '..', '.local', 'mutants');
const SEEDS = 3;

export interface MutantRun {
  readonly rule: string;
  readonly expected: string;
  readonly seen: string;
  readonly red: boolean;
  readonly seed: number;
  /** Red where a symptom is expected, green where the reason says so. */
  readonly asExpected: boolean;
}

function seen(result: StormResult): string {
  const kinds = Object.entries(countByKind(result.verdict.violations)).map(([kind, n]) => `${n} ${kind}`);
  const wrong = wrongIncreases(result).length;
  return [
    ...kinds,
    ...(result.mismatches.length > 0 ? [`${result.mismatches.length} mismatch`] : []),
    ...(wrong > 0 ? [`${wrong} increase()`] : []),
  ].join(', ');
}

export function findMutant(rule: string): Mutant {
  const found = MUTANTS.filter((mutant) => mutant.rule.includes(rule));
  const [mutant] = found;
  if (mutant === undefined || found.length > 1)
    throw new Error(
      `"${rule}" is ${found.length} rules; there are: ${MUTANTS.map((m) => m.rule).join('; ')}`,
    );
  return mutant;
}

async function runOnce(mutant: Mutant, source: string, storm: StormOptions): Promise<MutantRun> {
  const expected = mutant.symptom ?? `green: ${mutant.because}`;
  const done = (red: boolean, what: string): MutantRun => ({
    rule: mutant.rule,
    expected,
    seen: what,
    red,
    seed: storm.seed,
    asExpected: red === (mutant.symptom !== undefined),
  });
  try {
    const result = await runStorm({
      ...storm,
      source,
      inboxes: mutant.inboxes ?? 2,
      seconds: Math.max(storm.seconds, mutant.seconds ?? 0),
      faults: new Set(mutant.faults),
    });
    return done(isRed(result), seen(result));
  } catch (error) {
    // A storm that never comes to rest has not been survived either.
    return done(true, `no end: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One mutant, with up to three seeds until the storm notices. */
export async function runMutant(mutant: Mutant, storm: StormOptions): Promise<MutantRun> {
  const source = join(COPIES, mutant.rule.replaceAll(/\W+/g, '-'));
  await mutate(mutant, SOURCE, source);
  let run = await runOnce(mutant, source, storm);
  const tries = mutant.symptom === undefined ? 1 : SEEDS;
  for (let i = 1; i < tries && !run.red; i += 1)
    run = await runOnce(mutant, source, { ...storm, seed: storm.seed + i });
  return run;
}

export async function runMutants(
  { mutant }: Options,
  storm: StormOptions,
  report: (run: MutantRun) => void,
): Promise<readonly MutantRun[]> {
  const chosen = mutant === undefined ? MUTANTS : [findMutant(mutant)];
  const runs: MutantRun[] = [];
  for (const one of chosen) {
    const run = await runMutant(one, storm);
    runs.push(run);
    report(run);
  }
  return runs;
}
