// `npm run monitoring:mutate`: makes the rules wrong in one place at a time and asks whether a unit test of theirs notices.
import { parseArgs } from 'node:util';
import { findExecutable } from '../../../tests/servers/executable.ts';
import { seeded } from '../../../traffic/random.ts';
import { allowanceOf } from './allowed.ts';
import { allMutants, type Mutant } from './plan.ts';
import { allSubjects, type Subject } from './subjects.ts';
import { type Bench, createBench, type Verdict } from './verdict.ts';

export const WORKERS = 2;

/** What became of a mutant. `unheard`: no rule changes, so no test of a rule can notice. */
export interface Outcome {
  readonly mutant: Mutant;
  readonly verdict: Verdict | 'unheard';
  /** Why it may live. */
  readonly reason?: string;
}

export const keyOf = ({ of, what }: Mutant): string => `${of}: ${what}`;

/** The cheap tests first: one that fails is enough. */
async function judge(bench: Bench, { refused, trials }: Mutant): Promise<Outcome['verdict']> {
  if (refused) return 'killed';
  const cheapFirst = trials.toSorted((a, b) => costOf(a.subject) - costOf(b.subject));
  for (const { subject, rules } of cheapFirst)
    if ((await bench.judge(rules, subject.name, subject.tests)) === 'killed') return 'killed';
  return trials.length === 0 ? 'unheard' : 'survived';
}
const costOf = ({ tests }: Subject) => JSON.stringify(tests).length;

/**
 * Judges all mutants, two at a time.
 *
 * @throws {Error} when the tests of an unchanged rule fail: then they would 'kill' everything.
 */
export async function judgeAll(
  mutants: readonly Mutant[],
  judged: (outcome: Outcome) => void = () => undefined,
): Promise<readonly Outcome[]> {
  const promtool = findExecutable({ command: 'promtool', debianPackage: 'prometheus' });
  const subjects = [...new Set(mutants.flatMap(({ trials }) => trials.map(({ subject }) => subject)))];
  const outcomes: Outcome[] = [];
  const healthy = subjects.values();
  const queue = mutants.values();
  // One worker's error ends the other's work, too.
  let failed: Error | undefined;
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      const bench = createBench(promtool);
      try {
        for (const { name, rule, rulesWith, tests } of healthy) {
          if ((await bench.judge(rulesWith(rule), name, tests)) === 'survived') continue;
          failed = new Error(`the unit tests of ${name} fail as it stands`);
        }
        for (const mutant of queue) {
          if (failed !== undefined) throw failed;
          const verdict = await judge(bench, mutant);
          const reason = verdict === 'killed' ? undefined : allowanceOf(mutant.of, mutant.what)?.reason;
          const outcome = { mutant, verdict, ...(reason !== undefined && { reason }) };
          outcomes.push(outcome);
          judged(outcome);
        }
      } finally {
        bench.close();
      }
    }),
  );
  return outcomes;
}

const HELP = `npm run monitoring:mutate [-- options]

Makes every rule and every setting of the monitoring wrong in one place at a time, and runs the rules' own unit tests by promtool.
Ends with 1 when something wrong is noticed by no test and stands on no list with its reason.

  --only NAMES   only rules whose names begin so, with commas (FoldStale,slo:fte_bad); or config
  --sample N     so many mutants, drawn by chance
  --seed N       of the chance (default 1)
  --quiet        only what survives, and the summary
  --help         this text
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const whole = (name: string, text: string) => {
    if (!/^\d+$/.test(text)) throw new Error(`--${name} is "${text}", but must be a whole number`);
    return Number(text);
  };
  return {
    ...values,
    seed: whole('seed', values.seed),
    ...(values.sample !== undefined && { most: whole('sample', values.sample) }),
  };
}

/** So many of all, by chance, in their order. */
export function sampleOf<T>(all: readonly T[], most: number, seed: number): readonly T[] {
  const random = seeded(seed);
  const drawn = all.map((_, i) => [random.next(), i] as const).toSorted(([a], [b]) => a - b);
  const chosen = new Set(drawn.slice(0, most).map(([, i]) => i));
  return all.filter((_, i) => chosen.has(i));
}

async function main(): Promise<void> {
  const { only, most, seed, quiet, help } = readOptions();
  if (help) return void process.stdout.write(HELP);
  const names = only?.split(',');
  const all = allMutants().filter(({ of }) => names?.some((name) => of.startsWith(name)) ?? true);
  if (all.length === 0)
    throw new Error(
      `--only ${only} fits none of: config, ${allSubjects()
        .map(({ name }) => name)
        .join(', ')}`,
    );
  const mutants = most === undefined ? all : sampleOf(all, most, seed);
  const started = performance.now();
  let done = 0;
  const outcomes = await judgeAll(mutants, ({ mutant, verdict, reason }) => {
    done += 1;
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${mutants.length} `);
    const unexplained = verdict !== 'killed' && reason === undefined;
    if (!quiet || unexplained)
      console.log(`${verdict.padEnd(8)} ${keyOf(mutant)}${reason === undefined ? '' : ` (${reason})`}`);
  });
  const killed = outcomes.filter(({ verdict }) => verdict === 'killed').length;
  const explained = outcomes.filter(({ reason }) => reason !== undefined).length;
  const open = outcomes.length - killed - explained;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `\n${outcomes.length} mutants in ${seconds} s: ${killed} killed, ${explained} live for a reason, ${open} survived`,
  );
  if (open > 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
