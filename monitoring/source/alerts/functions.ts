import { config } from '../config.ts';
import type { Alert } from '../model.ts';
import { all, counter, sum, type Timed } from '../promql.ts';

const { functions } = config;
const BY = ['function'];

/** The Lambda functions as such. */
export function functionAlerts({ increase }: Timed): readonly Alert[] {
  const near = sum(
    increase(counter('fte_lambda_invocations_total', { outcome: 'timeout_near' }), functions.window),
    BY,
  );
  const invocations = counter('fte_lambda_invocations_total');
  const invoked = sum(increase(invocations, functions.coldWindow), BY);
  return [
    {
      alert: 'FunctionNearTimeout',
      expr: all(
        `${near} / ${sum(increase(invocations, functions.window), BY)} > ${functions.nearTimeoutShare}`,
        `${near} >= ${functions.fewestNearTimeouts}`,
      ),
      for: 300,
      severity: 'warning',
      summary: 'A function nearly runs out of time',
      description:
        '{{ $value | humanizePercentage }} of the invocations of {{ $labels.function }} ended with less than a tenth of their time left.',
      dashboard: 'fte-function',
    },
    {
      alert: 'ColdStartsHigh',
      expr: all(
        `${sum(increase(counter('fte_lambda_cold_starts_total'), functions.coldWindow), BY)} / ${invoked} > ${functions.coldShare}`,
        `${invoked} >= ${functions.fewestInvocations}`,
      ),
      for: 900,
      severity: 'info',
      summary: 'A function starts cold often',
      description:
        '{{ $value | humanizePercentage }} of the invocations of {{ $labels.function }} were cold starts.',
      dashboard: 'fte-function',
    },
  ];
}
