import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fileYaml, type Rule, type TestFile } from '../model.ts';

/** Whether some unit test fails, or all of them pass. */
export type Verdict = 'killed' | 'survived';

/**
 * A folder in which one set of rules after the other is held against unit tests.
 *
 * @param promtool the path of the program.
 */
export function createBench(promtool: string) {
  const folder = mkdtempSync(join(tmpdir(), 'fte-mutants-'));
  const rulesFile = join(folder, 'rules.yml');
  const written = new Map<string, readonly string[]>();

  /** Writes the tests of one name once, and says where. */
  function testsOf(name: string, files: readonly TestFile[]): readonly string[] {
    const known = written.get(name);
    if (known !== undefined) return known;
    const own = join(folder, `tests-${written.size}`);
    mkdirSync(own);
    const paths = files.map((file, i) => {
      const path = join(own, `${i}.yml`);
      writeFileSync(path, stringify({ ...file, rule_files: [rulesFile] }, { lineWidth: 0 }));
      return path;
    });
    written.set(name, paths);
    return paths;
  }

  function test(paths: readonly string[]): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      const child = spawn(promtool, ['test', 'rules', ...paths], { stdio: ['ignore', 'ignore', 'pipe'] });
      // What is printed first is the failure of one file; the files behind it no longer matter.
      child.stderr.on('data', () => child.kill('SIGKILL'));
      child.once('error', reject);
      child.once('close', (code) => resolve(code === 0 ? 'survived' : 'killed'));
    });
  }

  return {
    /** Runs the tests `name` against `rules`. The tests of a name are always the same. */
    judge(rules: readonly Rule[], name: string, files: readonly TestFile[]): Promise<Verdict> {
      writeFileSync(rulesFile, stringify(fileYaml([{ name: 'mutant', rules }]), { lineWidth: 0 }));
      return test(testsOf(name, files));
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
export type Bench = ReturnType<typeof createBench>;
