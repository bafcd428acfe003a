import { recordingCases } from '../cases/recordings.ts';
import { allAlerts } from '../groups.ts';
import type { Alert, Recording, Rule, TestFile } from '../model.ts';
import { timed } from '../promql.ts';
import { recordingsFor } from '../promtool.ts';
import { isOf, recordingTestFiles } from '../recording-tests.ts';
import { sloRecordings } from '../slo.ts';
import { alertTestFiles, CASES, isAbout } from '../unit-tests.ts';
import { expressionMutants } from './expressions.ts';

/** A rule, and the unit tests that speak of it. */
export interface Subject {
  /** The alert, or the recorded series; with labels where several have one name. */
  readonly name: string;
  readonly rule: Rule;
  /** The rules that its tests need, with another in its place. */
  readonly rulesWith: (rule: Rule) => readonly Rule[];
  readonly tests: readonly TestFile[];
}

/** A changed rule. */
export interface RuleMutant {
  readonly what: string;
  readonly rule: Rule;
}

/** A file with a test each, the short ones first. */
function oneByOne(files: Iterable<TestFile>): readonly TestFile[] {
  return [...files]
    .flatMap((file) => file.tests.map((test) => ({ ...file, tests: [test] })))
    .toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
}

const casesAbout = (alert: Alert) =>
  Object.values(CASES)
    .flat()
    .filter((test) => isAbout(test, alert));

/** An alert, or a recorded series, so that no two are called the same. */
export function nameOf(rule: Rule): string {
  if ('record' in rule) return `${rule.record}{slo="${rule.labels?.slo}"}`;
  const labels = rule.labels?.long_window ?? rule.severity;
  return `${rule.alert} (${labels})`;
}

function alertSubject(alert: Alert): Subject {
  const recordings = recordingsFor(alert);
  return {
    name: nameOf(alert),
    rule: alert,
    rulesWith: (rule) => [...recordings, rule],
    tests: oneByOne(alertTestFiles(casesAbout(alert), [], [alert]).values()),
  };
}

const allRecordings = (): readonly Recording[] =>
  sloRecordings(timed()).rules.filter((rule) => 'record' in rule);

/** The names of the recorded series before anything is wrong. */
const RECORDED = allRecordings().map(nameOf);

function recordingSubject(recording: Recording): Subject {
  const cases = recordingCases.filter((test) => isOf(test, recording));
  return {
    name: nameOf(recording),
    rule: recording,
    rulesWith: (rule) => [rule],
    tests: [...recordingTestFiles([], cases).values()],
  };
}

/** Every rule with its tests. */
export const allSubjects = (): readonly Subject[] => [
  ...allAlerts().map(alertSubject),
  ...allRecordings().map(recordingSubject),
];

/**
 * What each subject's tests need, as the configuration makes it now; in the order of `allSubjects`. Alerts are the same
 * in number; a recorded series may be gone, when its window has another name now.
 */
export function allRuleSets(): readonly (readonly Rule[])[] {
  const recorded = new Map(allRecordings().map((recording) => [nameOf(recording), recording]));
  return [
    ...allAlerts().map((alert) => [...recordingsFor(alert), alert]),
    ...RECORDED.map((name) => recorded.get(name)).map((recording) => (recording ? [recording] : [])),
  ];
}

const without = (labels: Readonly<Record<string, string>>, name: string) =>
  Object.fromEntries(Object.entries(labels).filter(([label]) => label !== name));

function labelMutants<R extends Rule>(rule: R): readonly RuleMutant[] {
  return Object.keys(rule.labels ?? {}).map((label) => ({
    what: `label ${label} left out`,
    rule: { ...rule, labels: without(rule.labels ?? {}, label) },
  }));
}

/** Everything that can be wrong with one rule, one at a time. */
export function ruleMutants(rule: Rule): readonly RuleMutant[] {
  const expressions = expressionMutants(rule.expr).map(({ what, expr }) => ({
    what,
    rule: { ...rule, expr },
  }));
  if ('record' in rule) return [...expressions, ...labelMutants(rule)];
  const step = 60 * Math.min(...casesAbout(rule).map((test) => test.step));
  const waits = [rule.for - step, rule.for + step].filter((seconds) => seconds >= 0);
  return [
    ...expressions,
    ...waits.map((seconds) => ({
      what: `for ${rule.for} s → ${seconds} s`,
      rule: { ...rule, for: seconds },
    })),
    {
      what: `severity ${rule.severity} → info`.replace('info → info', 'info → none'),
      rule: { ...rule, severity: rule.severity === 'info' ? ('none' as const) : ('info' as const) },
    },
    ...labelMutants(rule),
  ];
}
