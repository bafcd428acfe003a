/** An alert as it is commonly written first. */
export interface Draft {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  /** What is wrong with it, or that nothing is. */
  readonly remark: string;
}

/** The eight that a service like this one is usually begun with, to the letter. */
export const DRAFTS: readonly Draft[] = [
  {
    alert: 'ServiceDown',
    expr: 'up{job="customer-success-fte"} == 0',
    for: '1m',
    remark: 'metrics are pushed: `up` tells of the gateway alone, whatever the service does',
  },
  {
    alert: 'HighErrorRate',
    expr: 'rate(fte_http_requests_total{status_code=~"5.."}[5m]) / rate(fte_http_requests_total[5m]) > 0.05',
    for: '2m',
    remark: 'without `sum` each 5xx series is divided by itself: 1, whenever there is an error at all',
  },
  {
    alert: 'SlowResponseTime',
    expr: 'histogram_quantile(0.95, sum(rate(fte_http_request_duration_seconds_bucket[5m])) by (le)) > 3',
    for: '5m',
    remark: 'sound, but for a quiet night, in which two requests make a quantile',
  },
  {
    alert: 'HighEscalationRate',
    expr: 'rate(fte_escalations_total[10m]) > 10',
    for: '5m',
    remark: 'ten a second; and it does not ask how many tickets there were',
  },
  {
    alert: 'AgentSlowThinking',
    expr: 'histogram_quantile(0.95, sum(rate(fte_agent_thinking_time_seconds_bucket[5m])) by (le)) > 30',
    for: '5m',
    remark: 'the default buckets end at 10 s, so no quantile is ever above 10',
  },
  {
    alert: 'DatabaseConnectivityIssue',
    expr: 'fte_database_connections_current < 1',
    for: '2m',
    remark: 'nothing emits this metric',
  },
  {
    alert: 'HighMessageQueueSize',
    expr: 'fte_message_queue_size > 1000',
    for: '5m',
    remark: 'sound',
  },
  {
    alert: 'LowCustomerSatisfaction',
    expr: 'avg_over_time(fte_customer_satisfaction_score[30m]) < 0.7',
    for: '15m',
    remark: 'a summary has no series of its bare name, and 0.7 is no value on a scale from 1 to 5',
  },
];
