import { emittersOf, readSources, type Sources } from '../../scripts/docs.ts';
import { catalogue } from '../../src/fte/catalogue.ts';
import { agentAlerts } from './alerts/agent.ts';
import { customerAlerts } from './alerts/customers.ts';
import { functionAlerts } from './alerts/functions.ts';
import { pipelineAlerts } from './alerts/pipeline.ts';
import { serviceAlerts } from './alerts/service.ts';
import type { Alert, Group } from './model.ts';
import { timed } from './promql.ts';
import { sloAlerts, sloRecordings } from './slo.ts';

const SUFFIX = /_(bucket|count|sum)$/;

/** The catalogue's metrics that an expression names. */
export function metricsOf(expression: string): readonly string[] {
  const names = [...expression.matchAll(/(?<![:\w])fte_\w+/g)].map(([name]) =>
    name in catalogue ? name : name.replace(SUFFIX, ''),
  );
  return [...new Set(names)];
}

/** The rule groups by file, all of them: what is defined, whether anything emits it yet or not. */
export function allGroups(scale = 1): {
  readonly alerting: readonly Group[];
  readonly slo: readonly Group[];
} {
  const time = timed(scale);
  return {
    alerting: [
      { name: 'fte-service', rules: serviceAlerts(time) },
      { name: 'fte-customers', rules: customerAlerts(time) },
      { name: 'fte-agent', rules: agentAlerts(time) },
      { name: 'fte-functions', rules: functionAlerts(time) },
      { name: 'fte-pipeline', rules: pipelineAlerts(time) },
    ],
    slo: [sloRecordings(time), { name: 'fte-slo', rules: sloAlerts(time) }],
  };
}

/** Every alert, in the order of the files. */
export function allAlerts(scale = 1): readonly Alert[] {
  const { alerting, slo } = allGroups(scale);
  return [...alerting, ...slo].flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule));
}

/** The metrics of an alert that no code emits: such an alert could never fire. */
export function notEmitted(
  alert: Alert,
  sources: Sources = readSources(['src', 'handlers']),
): readonly string[] {
  return metricsOf(alert.expr).filter((name) => emittersOf(name, sources).length === 0);
}

/** `groups` without the alerts that could never fire. They come in by themselves with the first code that emits. */
export function emittable(groups: readonly Group[]): readonly Group[] {
  const sources = readSources(['src', 'handlers']);
  return groups.map((group) => ({
    ...group,
    rules: group.rules.filter((rule) => !('alert' in rule) || notEmitted(rule, sources).length === 0),
  }));
}
