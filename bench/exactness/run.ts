// `npm run bench:exactness`
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMutants } from './mutant-runs.ts';
import { HELP, type Options, parseOptions } from './options.ts';
import { isRed, print, summary } from './report.ts';
import { runStorm, SOURCE } from './storm.ts';
import { STORM } from './tempo.ts';

function bar(phase: string, share: number): void {
  if (!process.stderr.isTTY) return;
  const width = 40;
  const filled = Math.round(share * width);
  process.stderr.write(`\r${'█'.repeat(filled)}${'·'.repeat(width - filled)} ${phase.padEnd(10)}`);
  if (phase === 'done') process.stderr.write('\n');
}

const stormOf = (options: Options) => ({
  ...options,
  tempo: STORM,
  folder: join(tmpdir(), `fte-storm-${process.pid}`),
  source: SOURCE,
  progress: bar,
});

function save(file: string | undefined, report: object): void {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

async function one(options: Options): Promise<boolean> {
  const result = await runStorm(stormOf(options));
  print(result);
  save(options.json, { options: { ...options, faults: [...options.faults] }, ...summary(result) });
  return isRed(result);
}

async function mutated(options: Options): Promise<boolean> {
  const runs = await runMutants(
    options,
    stormOf(options),
    ({ rule, expected, seen, red, seed, asExpected }) => {
      console.log(`${red ? 'RED  ' : 'GREEN'} ${asExpected ? '' : 'NOT EXPECTED '}${rule}`);
      console.log(`      expected: ${expected}\n      seen with seed ${seed}: ${seen || 'nothing'}`);
    },
  );
  const red = runs.filter((run) => run.red).length;
  console.log(`${red} of ${runs.length} rules are missed when they are off`);
  save(options.json, { options: { ...options, faults: undefined }, runs });
  return runs.some(({ asExpected }) => !asExpected);
}

function read(): Options | 'help' {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}

const options = read();
if (options === 'help') process.stdout.write(HELP);
else
  process.exitCode = (await (options.mutants || options.mutant !== undefined ? mutated : one)(options))
    ? 1
    : 0;
