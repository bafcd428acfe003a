// `npm run bench:exactness`
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

async function one(options: Options): Promise<boolean> {
  const result = await runStorm({
    ...options,
    tempo: STORM,
    folder: join(tmpdir(), `fte-storm-${process.pid}`),
    source: SOURCE,
    progress: bar,
  });
  print(result);
  if (process.env.FTE_STORM_FAILURES === '1') for (const failure of result.failures) console.log(failure);
  if (options.json !== undefined)
    writeFileSync(
      options.json,
      `${JSON.stringify({ options: { ...options, faults: [...options.faults] }, ...summary(result) }, null, 2)}\n`,
    );
  return isRed(result);
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
else process.exitCode = (await one(options)) ? 1 : 0;
