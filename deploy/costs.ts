/** What a month costs, from its invocations. List prices; no free tier, no taxes, no savings plans. */

/** US dollars, US East (N. Virginia), as AWS lists them publicly; looked up in November 2025. Other regions differ by up to a third. */
export const PRICES = Object.freeze({
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecondArm: 0.0000133334,
  httpApiRequest: 1 / 1e6,
  fifoRequest: 0.5 / 1e6,
  tableWriteUnit: 0.625 / 1e6,
  tableReadUnit: 0.125 / 1e6,
  logGb: 0.5,
  traceRecorded: 5 / 1e6,
  s3Put: 0.005 / 1e3,
  s3Get: 0.0004 / 1e3,
  /** CloudWatch's GetMetricStatistics and the like. */
  cloudwatchRequest: 0.01 / 1e3,
  /** A custom metric of CloudWatch, the first ten thousand of them; for comparison. */
  customMetric: 0.3,
});

/** What a month is like. Milliseconds, MB, and numbers an invocation or a message. */
export interface Usage {
  readonly invocations: number;
  readonly memoryMb: number;
  /** Billed, without the push. */
  readonly durationMs: number;
  /** What a push after the response adds to the billed time. */
  readonly pushMs: number;
  /** Of all invocations; less than 1 with `FTE_PUSH_POLICY=adaptive` or an interval. */
  readonly pushShare: number;
  readonly logBytes: number;
  /** Prometheus, the gateways, Alertmanager and Grafana on one machine, a month. */
  readonly monitoringUsd: number;
}

/** A t4g.medium with 30 GB, on demand. */
const MONITORING_USD = 27;
export const USAGE: Usage = Object.freeze({
  invocations: 1e6,
  memoryMb: 512,
  durationMs: 60,
  pushMs: 4,
  pushShare: 1,
  logBytes: 700,
  monitoringUsd: MONITORING_USD,
});

/** A message is one call of the API, one of the agent, one of the delivery. */
const INVOCATIONS_A_MESSAGE = 3;
/** Two queues; send, receive and delete each. */
const QUEUE_REQUESTS_A_MESSAGE = 6;
/** Transactions count twice. */
const WRITE_UNITS_A_MESSAGE = 27;
const READ_UNITS_A_MESSAGE = 21;
/** X-Ray's default: one a second and 5 % of the rest. */
const TRACED = 0.05;
const MINUTES = 30 * 24 * 60;
/** `fleet` is at work for most of every minute, in four passes; `upkeep` for a second. */
const FLEET_S_A_MINUTE = 47;
const UPKEEP_S_A_MINUTE = 1;
const PASSES_A_MINUTE = 4;
/** How old the oldest message of each queue is. */
const CLOUDWATCH_REQUESTS_A_MINUTE = 3;
/** Of the published totals, whatever the number of instances; a histogram is one metric, with each set of its labels. */
export const CUSTOM_METRICS = 1288;

export interface Cost {
  readonly item: string;
  /** US dollars a month. */
  readonly usd: number;
  readonly formula: string;
}

/** The rows of one month's bill. */
export function monthlyCosts(usage: Usage): readonly Cost[] {
  const { invocations, memoryMb } = usage;
  const gb = memoryMb / 1024;
  const messages = invocations / INVOCATIONS_A_MESSAGE;
  const seconds = (ms: number, times: number) => (ms / 1000) * times * gb * PRICES.lambdaGbSecondArm;
  return [
    { item: 'Lambda requests', usd: invocations * PRICES.lambdaRequest, formula: 'invocations × price' },
    {
      item: 'Lambda time',
      usd: seconds(usage.durationMs, invocations),
      formula: 'invocations × seconds × GB × price',
    },
    {
      item: 'Lambda time for pushes',
      usd: seconds(usage.pushMs, invocations * usage.pushShare),
      formula: 'pushes × seconds × GB × price',
    },
    { item: 'HTTP API', usd: messages * PRICES.httpApiRequest, formula: 'messages × price' },
    {
      item: 'Queues',
      usd: messages * QUEUE_REQUESTS_A_MESSAGE * PRICES.fifoRequest,
      formula: `messages × ${QUEUE_REQUESTS_A_MESSAGE} × price`,
    },
    {
      item: 'Table',
      usd:
        messages *
        (WRITE_UNITS_A_MESSAGE * PRICES.tableWriteUnit + READ_UNITS_A_MESSAGE * PRICES.tableReadUnit),
      formula: `messages × (${WRITE_UNITS_A_MESSAGE} writes + ${READ_UNITS_A_MESSAGE} reads)`,
    },
    {
      item: 'Logs',
      usd: ((invocations * usage.logBytes) / 1e9) * PRICES.logGb,
      formula: 'invocations × bytes × price a GB',
    },
    {
      item: 'Traces',
      usd: invocations * TRACED * PRICES.traceRecorded,
      formula: `invocations × ${TRACED} × price`,
    },
    {
      item: 'fleet and upkeep',
      usd: MINUTES * (FLEET_S_A_MINUTE + UPKEEP_S_A_MINUTE) * gb * PRICES.lambdaGbSecondArm,
      formula: `${MINUTES} minutes × ${FLEET_S_A_MINUTE + UPKEEP_S_A_MINUTE} s × GB × price`,
    },
    {
      item: 'Ledger',
      usd:
        MINUTES * PASSES_A_MINUTE * (PRICES.s3Put + 2 * PRICES.tableWriteUnit + PRICES.tableReadUnit) +
        MINUTES * PRICES.s3Get,
      formula: 'passes × (object + pointer)',
    },
    {
      item: 'Ages of the queues',
      usd: MINUTES * CLOUDWATCH_REQUESTS_A_MINUTE * PRICES.cloudwatchRequest,
      formula: `${MINUTES} minutes × ${CLOUDWATCH_REQUESTS_A_MINUTE} × price`,
    },
    { item: 'Monitoring machine', usd: usage.monitoringUsd, formula: 'as given' },
  ];
}

/** What the same would cost as custom metrics of CloudWatch, a month. */
export const customMetricsUsd = () => CUSTOM_METRICS * PRICES.customMetric;
