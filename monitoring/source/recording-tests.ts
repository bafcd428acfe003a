import { type RecordingCase, recordingCases } from './cases/recordings.ts';
import type { Recording, TestFile } from './model.ts';
import { duration } from './promql.ts';

/** Whether a case is about this recorded series. */
export const isOf = ({ record, slo }: RecordingCase, rule: Recording): boolean =>
  record === rule.record && slo === rule.labels?.slo;

/** promtool compares to the last bit, and a rate is a product with 1/300. */
const PRECISION = 1e6;
const rounded = (value: number) => Math.floor(value * PRECISION + 0.5) / PRECISION;

/** A case as promtool reads it. */
function testOf({ record, slo, what, series, step, at, value }: RecordingCase) {
  const name = `${record}{slo=${JSON.stringify(slo)}}`;
  return {
    name: `${name}: ${what}`,
    interval: duration(step),
    input_series: series.map(([selector, values]) => ({ series: selector, values })),
    promql_expr_test: [
      {
        expr: `round(${name}, ${1 / PRECISION})`,
        eval_time: duration(at),
        ...(value !== undefined && {
          exp_samples: [{ labels: `{slo=${JSON.stringify(slo)}}`, value: rounded(value) }],
        }),
      },
    ],
  };
}

/** Unit tests of recorded series; promtool evaluates all of one file at the same intervals, so there are several. */
export function recordingTestFiles(
  ruleFiles: readonly string[],
  cases: readonly RecordingCase[] = recordingCases,
): ReadonlyMap<string, TestFile> {
  const intervals = [...new Set(cases.map(({ evaluation }) => evaluation))];
  return new Map(
    intervals.map((evaluation) => [
      `recordings-every-${duration(evaluation)}.yml`,
      {
        rule_files: ruleFiles,
        evaluation_interval: duration(evaluation),
        tests: cases.filter((test) => test.evaluation === evaluation).map(testOf),
      },
    ]),
  );
}
