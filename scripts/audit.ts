// Asks the registry for known vulnerabilities of what the lockfiles name. Where it does not answer, nothing was checked.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
/** Every folder with a lockfile of its own. */
const FOLDERS = ['.', 'tests/artifact', 'monitoring/grafana/preview'] as const;
const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical'] as const;
type Severity = (typeof SEVERITIES)[number];
/** So that nobody takes it for a pass: neither 0 nor a failure. */
export const NOT_CHECKED = 3;
const WITHIN_MS = 120_000;

const HELP = `npm run audit [-- options]

  --level WORD   what fails: ${SEVERITIES.join(', ')} (default high), and everything above it
  --help         this text

Ends with 0 when the registry was asked about every lockfile and knows nothing of that level, with 1 when it knows something,
and with ${NOT_CHECKED} when it did not answer: then nothing is known.
`;

export type Verdict =
  | { readonly checked: true; readonly counts: Readonly<Record<Severity, number>> }
  | { readonly checked: false; readonly why: string };

/** What `npm audit --json` has said. Anything that is no count of vulnerabilities is no answer. */
export function readAudit(stdout: string): Verdict {
  let report: { readonly message?: unknown; readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, unknown>> } };
  try {
    report = JSON.parse(stdout) as typeof report;
  } catch {
    return { checked: false, why: 'the answer is not JSON' };
  }
  const found = report?.metadata?.vulnerabilities;
  const numbers = SEVERITIES.map((severity) => found?.[severity]);
  if (!numbers.every((number): number is number => typeof number === 'number'))
    return { checked: false, why: typeof report?.message === 'string' ? report.message : 'the answer has no counts' };
  const counts = Object.fromEntries(SEVERITIES.map((severity, i) => [severity, numbers[i] ?? 0]));
  return { checked: true, counts: counts as Record<Severity, number> };
} // biome-ignore format: one line

/** The exit code: a finding outweighs what was not checked. */
export function exitCodeOf(verdicts: readonly Verdict[], level: Severity): 0 | 1 | typeof NOT_CHECKED {
  const failing = SEVERITIES.slice(SEVERITIES.indexOf(level));
  const found = verdicts.some((one) => one.checked && failing.some((severity) => one.counts[severity] > 0));
  if (found) return 1;
  return verdicts.every(({ checked }) => checked) ? 0 : NOT_CHECKED;
}

function audit(folder: string): Verdict {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', '--package-lock-only'], {
    cwd: join(ROOT, folder),
    encoding: 'utf8',
    timeout: WITHIN_MS,
    shell: process.platform === 'win32',
  });
  return error === undefined ? readAudit(stdout) : { checked: false, why: error.message };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { level: { type: 'string', default: 'high' }, help: { type: 'boolean', default: false } },
  });
  const level = SEVERITIES.find((severity) => severity === values.level);
  if (values.help) process.stdout.write(HELP);
  else if (level === undefined) {
    console.error(`--level is "${values.level}"; it may be ${SEVERITIES.join(', ')}.`);
    process.exitCode = 1;
  } else {
    const verdicts = FOLDERS.map((folder) => {
      const verdict = audit(folder);
      const said = verdict.checked
        ? SEVERITIES.map((severity) => `${verdict.counts[severity]} ${severity}`).join(', ')
        : `NOT CHECKED (${verdict.why})`;
      console.log(`${folder}/package-lock.json: ${said}`);
      return verdict;
    });
    process.exitCode = exitCodeOf(verdicts, level);
    if (process.exitCode === NOT_CHECKED) console.log('Not everything was checked: this is no pass.');
  }
}
