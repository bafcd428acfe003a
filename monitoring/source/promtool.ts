import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Alert, Rule } from './model.ts';
import { fileYaml } from './model.ts';
import { timed } from './promql.ts';
import { sloRecordings } from './slo.ts';
import { alertTestFiles, CASES, isAbout } from './unit-tests.ts';

export interface Run {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a command to its end. */
export function run(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** The recorded series that an alert reads, and nothing else: promtool evaluates every rule in every minute. */
export function recordingsFor(alert: Alert): readonly Rule[] {
  const objective = /slo="(\w+)"/.exec(alert.expr)?.[1];
  return sloRecordings(timed()).rules.filter(
    (rule) =>
      'record' in rule &&
      rule.labels?.slo === objective &&
      (rule.record.endsWith(':rate5m') || alert.expr.includes(rule.record)),
  );
}

/** Runs one rule's unit tests against the rule as it is given, which may be a mutant of the one that they are for. */
export async function testRule(promtool: string, rule: Alert, original: Alert = rule): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'fte-rules-'));
  try {
    const cases = Object.values(CASES)
      .flat()
      .filter((test) => isAbout(test, original));
    const rules = [...recordingsFor(original), rule];
    await writeFile(join(folder, 'rules.yml'), stringify(fileYaml([{ name: 'one', rules }])));
    const files = alertTestFiles(cases, ['rules.yml'], [original]);
    const paths = [...files.keys()].map((step) => join(folder, `every-${step}m.yml`));
    await Promise.all([...files.values()].map((file, i) => writeFile(paths[i] ?? '', stringify(file))));
    return await run(promtool, ['test', 'rules', ...paths]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
