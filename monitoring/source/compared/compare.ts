import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { allGroups } from '../groups.ts';
import { fileYaml } from '../model.ts';
import { run } from '../promtool.ts';
import { DRAFTS } from './drafts.ts';
import { MINUTES, recordingOf, SCENARIOS, type Scenario } from './scenarios.ts';

/** In which scenarios an alert fired at some time, by scenario's name. */
export type Fired = ReadonlyMap<string, ReadonlySet<string>>;

const draftRules = {
  groups: [
    { name: 'drafts', rules: DRAFTS.map(({ alert, expr, for: time }) => ({ alert, expr, for: time })) },
  ],
};
/** Ours of the same names. */
function ourRules() {
  const service = allGroups().alerting.filter(({ name }) => name === 'fte-service');
  return fileYaml(service);
}

/** A unit test that fails with the names of all alerts that fired, and passes when none did. */
const allFired = (scenario: Scenario, layout: 'ours' | 'default') => ({
  interval: '1m',
  input_series: recordingOf(scenario, layout).map(([series, values]) => ({ series, values })),
  promql_expr_test: [
    {
      expr: `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${MINUTES}m]))`,
      eval_time: `${MINUTES}m`,
    },
  ],
});

/**
 * Runs rules over the recordings of all scenarios.
 *
 * @throws {Error} with promtool's words when it can't read them.
 */
async function firedOf(promtool: string, rules: object, layout: 'ours' | 'default'): Promise<Fired> {
  const folder = await mkdtemp(join(tmpdir(), 'fte-compared-'));
  const at = (file: string) => join(folder, file);
  try {
    await writeFile(at('rules.yml'), stringify(rules));
    const fired = new Map<string, ReadonlySet<string>>();
    for (const scenario of SCENARIOS) {
      const tests = [allFired(scenario, layout)];
      const file = { rule_files: ['rules.yml'], evaluation_interval: '1m', tests };
      await writeFile(at('tests.yml'), stringify(file, { lineWidth: 0 }));
      const { ok, output } = await run(promtool, ['test', 'rules', at('tests.yml')]);
      const [, got] = /\n\s+got:(.*)/.exec(output) ?? [];
      if (!ok && got === undefined) throw new Error(`promtool can't run "${scenario.name}":\n${output}`);
      fired.set(
        scenario.name,
        new Set([...(got ?? '').matchAll(/alertname="(\w+)"/g)].map(([, name = '']) => name)),
      );
    }
    return fired;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the first drafts, and what ours make of the same recordings. */
export async function compared(promtool: string): Promise<{ readonly drafts: Fired; readonly ours: Fired }> {
  return {
    drafts: await firedOf(promtool, draftRules, 'default'),
    ours: await firedOf(promtool, ourRules(), 'ours'),
  };
}
