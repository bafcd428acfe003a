import { agentCases } from './cases/agent.ts';
import type { Case, Labels, Series } from './cases/case.ts';
import { customerCases } from './cases/customers.ts';
import { dropCases } from './cases/drop.ts';
import { functionCases, pipelineCases } from './cases/pipeline.ts';
import { serviceCases } from './cases/service.ts';
import { silenceCases } from './cases/silence.ts';
import { sloCases } from './cases/slo.ts';
import { amidOthers, elsewhere } from './cases/surroundings.ts';
import { config } from './config.ts';
import { allAlerts, allGroups } from './groups.ts';
import type { Alert, Group, TestFile } from './model.ts';
import { recordingTestFiles } from './recording-tests.ts';

/** All cases, by the file that they are written to. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  service: serviceCases,
  customers: customerCases,
  silence: silenceCases,
  agent: agentCases,
  drop: dropCases,
  functions: functionCases,
  pipeline: pipelineCases,
  slo: sloCases,
};

const labelled = (name: string, labels: Labels) =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ')}}`;

/** Whether a case is about this rule. */
export function isAbout({ alert, rule = {} }: Case, of: Alert): boolean {
  const labels: Labels = { severity: of.severity, ...of.labels };
  return alert === of.alert && Object.entries(rule).every(([label, value]) => labels[label] === value);
}

function evaluation(test: Case, alert: Alert, minute: number, firing: readonly Labels[]) {
  const filter = { alertname: test.alert, alertstate: 'firing', ...test.rule };
  return {
    expr: labelled('ALERTS', filter),
    eval_time: `${minute}m`,
    ...(firing.length > 0 && {
      exp_samples: firing.map((labels) => ({
        labels: labelled('ALERTS', { ...filter, severity: alert.severity, ...labels }),
        value: 1,
      })),
    }),
  };
}

function unitTest(name: string, step: number, series: readonly Series[], evaluations: readonly object[]) {
  return {
    name,
    interval: `${step}m`,
    input_series: series.map(([selector, values]) => ({ series: selector, values })),
    promql_expr_test: evaluations,
  };
}

/** When it must be silent: before it fires, or, where the matter is that it ends, after. */
const beside = ({ kind, step, at }: Case) => at + (kind === 'ends' ? step : -step);

/** A case as promtool reads it. What fires did not a step before; what ends does not a step later. */
function testOf(test: Case, alert: Alert) {
  const evaluations =
    test.firing.length === 0
      ? [evaluation(test, alert, test.at, [])]
      : [
          ...(test.at > 0 ? [evaluation(test, alert, beside(test), [])] : []),
          evaluation(test, alert, test.at, test.firing),
        ];
  // An objective's alerts read what is recorded, and the recordings have tests of their own.
  const series = sloCases.includes(test) ? test.series : amidOthers(test.series);
  return unitTest(`${test.alert} ${test.kind}: ${test.what}`, test.step, series, evaluations);
}

/** The first case of an alert that fires by what is counted. */
const firstToFire = (cases: readonly Case[], alert: Alert) =>
  cases.find(
    (test) =>
      isAbout(test, alert) && test.kind === 'fires' && test.series.some(([name]) => name.startsWith('fte_')),
  );

/** A case that fires, with all its series under the job of somebody else: no alert of ours. */
function foreign(fires: Case, alert: Alert) {
  // Without these of ours their alerts would be right to fire.
  const deadLetters: Series = [
    `fte_message_queue_size{job="${config.job}", queue_name="dlq"}`,
    `0x${fires.at / fires.step + 5}`,
  ];
  const ours = ['last_fold', 'last_publication'].map(
    (name): Series => [
      `fte_fleet_${name}_timestamp_seconds{job="${config.job}"}`,
      `0+${60 * fires.step}x${fires.at / fires.step + 5}`,
    ],
  );
  const gateways = fires.series
    .filter(([name]) => name.startsWith('up{'))
    .map(([name]): Series => [name, `1x${fires.at + 5}`]);
  const series = [
    ...fires.series.filter(([name]) => !name.startsWith('up{')).map(elsewhere),
    ...ours,
    deadLetters,
    ...gateways,
  ];
  return unitTest(`${alert.alert} silent: somebody else's numbers`, fires.step, series, [
    evaluation(fires, alert, fires.at, []),
  ]);
}

/** Unit test files of promtool for some alerts, by their step: promtool evaluates all of a file at the same interval. */
export function alertTestFiles(
  cases: readonly Case[],
  ruleFiles: readonly string[],
  alerts: readonly Alert[],
): ReadonlyMap<number, TestFile> {
  const steps = [...new Set(cases.map(({ step }) => step))];
  const testsOf = (alert: Alert, step: number) =>
    cases
      .filter((test) => test.step === step && isAbout(test, alert))
      .flatMap((test) => [
        testOf(test, alert),
        ...(test === firstToFire(cases, alert) ? [foreign(test, alert)] : []),
      ]);
  return new Map(
    steps.map((step) => [
      step,
      {
        rule_files: ruleFiles,
        evaluation_interval: `${step}m`,
        tests: alerts.flatMap((alert) => testsOf(alert, step)),
      },
    ]),
  );
}

/** Two rule files, each with the names of its groups in their order. */
function ruleFiles() {
  const { alerting, slo } = allGroups();
  const namesOf = (groups: readonly Group[]) => groups.map(({ name }) => name);
  return {
    alerting: { paths: ['../../fte_alerting_rules.yml'], order: namesOf(alerting) },
    slo: { paths: ['../rules/slo.yml'], order: namesOf(slo) },
  };
}

const inOrder = ({ tests, ...file }: TestFile, order: readonly string[]): TestFile => ({
  ...file,
  group_eval_order: order,
  tests,
});

/** All test files of the alerts that `written` names, by file name. */
export function testFiles(written: ReadonlySet<string>): ReadonlyMap<string, TestFile> {
  const alerts = allAlerts().filter(({ alert }) => written.has(alert));
  // Each with the rules that its alerts need: the objectives' long windows are most of what the others would wait for.
  const { alerting, slo } = ruleFiles();
  const ofAlerts = Object.entries(CASES).flatMap(([name, cases]) => {
    const own = alerts.filter((alert) => cases.some((test) => isAbout(test, alert)));
    const { paths, order } = name === 'slo' ? slo : alerting;
    const files = alertTestFiles(cases, paths, own);
    return [...files].map(
      ([step, file]) =>
        [step === 1 ? `${name}.yml` : `${name}-every-${step}m.yml`, inOrder(file, order)] as const,
    );
  });
  const ofRecordings = [...recordingTestFiles(slo.paths)].map(
    ([name, file]) => [name, inOrder(file, slo.order)] as const,
  );
  return new Map([...ofAlerts, ...ofRecordings]);
}
