import { config } from './config.ts';
import { duration } from './promql.ts';

/** critical: a person is woken. warning: a person looks today. info: it is on the board. none: it is meant to fire. */
export const SEVERITIES = ['critical', 'warning', 'info', 'none'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The dashboards, by the uid that their links are made of. */
export const DASHBOARDS = [
  'fte-overview', 'fte-quality', 'fte-customers', 'fte-slo', 'fte-pipeline', 'fte-function',
] as const; // biome-ignore format: a table

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** Seconds for which the expression must hold. */
  readonly for: number;
  readonly severity: Severity;
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
  readonly dashboard: (typeof DASHBOARDS)[number];
}

export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export type Rule = Alert | Recording;

export interface Group {
  readonly name: string;
  /** Seconds between evaluations; default: the server's. */
  readonly interval?: number;
  readonly rules: readonly Rule[];
}

/** A rule as Prometheus's YAML has it. */
export function ruleYaml(rule: Rule, scale = 1): Record<string, unknown> {
  if ('record' in rule)
    return { record: rule.record, expr: rule.expr, ...(rule.labels && { labels: rule.labels }) };
  return {
    alert: rule.alert,
    expr: rule.expr,
    ...(rule.for > 0 && { for: duration(rule.for / scale) }),
    labels: { severity: rule.severity, ...rule.labels },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      dashboard: `${config.links.grafana}/d/${rule.dashboard}`,
      runbook_url: `${config.links.runbooks}/${rule.alert}.md`,
    },
  };
}

/** A rule file's content. */
export function fileYaml(groups: readonly Group[], scale = 1) {
  return {
    groups: groups.map(({ name, interval, rules }) => ({
      name,
      ...(interval !== undefined && { interval: duration(interval / scale) }),
      rules: rules.map((rule) => ruleYaml(rule, scale)),
    })),
  };
}

/** A file of unit tests as promtool reads it. */
export interface TestFile {
  readonly rule_files: readonly string[];
  readonly evaluation_interval: string;
  /** promtool takes groups in any order, unless it is told: alerts would read what was recorded an evaluation ago. */
  readonly group_eval_order?: readonly string[];
  readonly tests: readonly object[];
}
