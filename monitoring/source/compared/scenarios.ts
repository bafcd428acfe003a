// biome-ignore-all format: tables read better a row a line
import { catalogue } from '../../../src/fte/catalogue.ts';
import { fte, type Series, up } from '../cases/case.ts';

/** Minutes of a recording; what is wrong is so from the second hour on, to the end. */
export const MINUTES = 240;
const WRONG_FROM = 60;

/** What a service does in a minute. Durations are seconds; a share is a fraction of 1. */
interface Minute {
  readonly requests: number;
  readonly failing: number;
  /** Of all requests, those that take 5 s. The others take 0.2 s. */
  readonly slow: number;
  readonly tickets: number;
  readonly escalated: number;
  readonly thinking: number;
  readonly runs: number;
  readonly ratings: number;
  readonly rating: number;
  readonly queue: number;
  readonly database: 0 | 1;
  readonly gateway: 0 | 1;
  readonly folding: boolean;
}

const DAY: Minute = {
  requests: 60, failing: 0, slow: 0.01, tickets: 2, escalated: 0.1, thinking: 4, runs: 4, ratings: 0.5, rating: 4.4,
  queue: 12, database: 1, gateway: 1, folding: true,
};
const NIGHT: Minute = { ...DAY, requests: 0.5, slow: 0, tickets: 0.05, runs: 0.1, ratings: 0.01, queue: 0 };
/** Nobody is served: nothing is counted any more, and nothing is folded. */
const DEAD: Partial<Minute> = { requests: 0, tickets: 0, runs: 0, ratings: 0, folding: false };

export interface Scenario {
  readonly name: string;
  readonly base: Minute;
  readonly wrong: Partial<Minute>;
  /** Of the eight, those that an operator wants to hear of. */
  readonly due: readonly string[];
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a healthy day', base: DAY, wrong: {}, due: [] },
  { name: 'a healthy day, one request in 200 fails', base: DAY, wrong: { failing: 0.005 }, due: [] },
  { name: 'a quiet night', base: NIGHT, wrong: {}, due: [] },
  { name: 'a quiet night, one request in ten is slow', base: NIGHT, wrong: { slow: 0.1 }, due: [] },
  { name: 'three bad ratings and no others', base: { ...DAY, ratings: 0 }, wrong: { ratings: 1 / 60, rating: 1 }, due: [] },
  { name: 'the functions do not run', base: DAY, wrong: DEAD, due: ['ServiceDown'] },
  { name: 'the gateway is down', base: DAY, wrong: { gateway: 0 }, due: ['ServiceDown'] },
  { name: '10 % of the requests fail', base: DAY, wrong: { failing: 0.1 }, due: ['HighErrorRate'] },
  { name: '20 % of the requests take 5 s', base: DAY, wrong: { slow: 0.2 }, due: ['SlowResponseTime'] },
  { name: '40 % of the tickets are escalated', base: DAY, wrong: { escalated: 0.4 }, due: ['HighEscalationRate'] },
  { name: 'the model takes 40 s', base: DAY, wrong: { thinking: 40 }, due: ['AgentSlowThinking'] },
  { name: 'the database does not answer', base: DAY, wrong: { database: 0, failing: 0.6 }, due: ['ServiceDown', 'HighErrorRate', 'DatabaseConnectivityIssue'] },
  { name: '1500 messages wait', base: DAY, wrong: { queue: 1500 }, due: ['HighMessageQueueSize'] },
  { name: 'ratings of 2 on the average', base: DAY, wrong: { rating: 2 }, due: ['LowCustomerSatisfaction'] },
];

/** What the client library takes when nobody says otherwise. */
const DEFAULT_EDGES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Value = (minute: Minute) => number;

/** A counter of a recording: it grows by `ofMinute` a minute. */
function counted({ base, wrong }: Scenario, ofMinute: Value): string {
  let total = 0;
  return Array.from({ length: MINUTES + 1 }, (_, i) => {
    total += ofMinute(i < WRONG_FROM ? base : { ...base, ...wrong });
    return Number(total.toFixed(6));
  }).join(' ');
}
const gauged = ({ base, wrong }: Scenario, value: Value) => {
  const later = value({ ...base, ...wrong });
  return `${value(base)}x${WRONG_FROM - 1} ${later}x${MINUTES - WRONG_FROM}`;
};

/** Observations of two durations, in buckets: the quick ones, and a share of slow ones. */
function buckets(
  scenario: Scenario,
  edges: readonly number[],
  observed: (minute: Minute) => readonly (readonly [seconds: number, count: number])[],
): readonly (readonly [le: string, values: string])[] {
  return [...edges, Number.POSITIVE_INFINITY].map((edge) => [
    edge === Number.POSITIVE_INFINITY ? '+Inf' : String(edge),
    counted(scenario, (minute) => observed(minute).reduce((sum, [seconds, count]) => sum + (seconds <= edge ? count : 0), 0)),
  ]);
}

/** When the last fold began: each minute, until it stops. */
function folds({ base, wrong }: Scenario): string {
  const goesOn = { ...base, ...wrong }.folding;
  return goesOn ? `0+60x${MINUTES}` : `0+60x${WRONG_FROM} ${60 * WRONG_FROM}x${MINUTES - WRONG_FROM}`;
}

/**
 * What Prometheus recorded of a scenario.
 *
 * @param layout the thinking time's buckets: `ours`, or `default`, those with which the first drafts were written.
 */
export function recordingOf(scenario: Scenario, layout: 'ours' | 'default'): readonly Series[] {
  const edges = layout === 'ours' ? catalogue.fte_agent_thinking_time_seconds.buckets : DEFAULT_EDGES;
  const durations = ({ requests, slow }: Minute) => [[0.2, requests * (1 - slow)], [5, requests * slow]] as const;
  const route = { method: 'POST', endpoint: '/support/submit' };
  const ticket = { operation: 'create', category: 'general', priority: 'low', status: 'success' };
  const rated = { interaction_type: 'ai_resolved' };
  const run = { operation: 'run' };
  const reached = (minute: Minute) => minute.database;
  return [
    // To give the first drafts their best: the job that scrapes the gateway has the name that they look for, too.
    up('pushgateway:9091', gauged(scenario, ({ gateway }) => gateway)),
    ['up{job="customer-success-fte", instance="pushgateway:9091"}', gauged(scenario, ({ gateway }) => gateway)],
    fte('fte_fleet_last_fold_timestamp_seconds', {}, folds(scenario)),
    fte('fte_fleet_last_publication_timestamp_seconds', {}, folds(scenario)),
    fte('fte_dependency_up', { dependency: 'database' }, gauged(scenario, reached)),
    fte('fte_dependency_up', { dependency: 'queue' }, gauged(scenario, () => 1)),
    fte('fte_http_requests_total', { ...route, status_code: '202' }, counted(scenario, ({ requests, failing }) => requests * (1 - failing))),
    fte('fte_http_requests_total', { ...route, status_code: '503' }, counted(scenario, ({ requests, failing }) => requests * failing)),
    ...buckets(scenario, catalogue.fte_http_request_duration_seconds.buckets, durations)
      .map(([le, values]) => fte('fte_http_request_duration_seconds_bucket', { ...route, le }, values)),
    ...buckets(scenario, edges, ({ thinking, runs }) => [[thinking, runs]])
      .map(([le, values]) => fte('fte_agent_thinking_time_seconds_bucket', { ...run, le }, values)),
    fte('fte_agent_thinking_time_seconds_count', run, counted(scenario, ({ runs }) => runs)),
    fte('fte_ticket_operations_total', ticket, counted(scenario, ({ tickets }) => tickets)),
    fte('fte_escalations_total', { reason: 'refund_request', channel: 'email' }, counted(scenario, ({ tickets, escalated }) => tickets * escalated)),
    fte('fte_customer_satisfaction_score_count', rated, counted(scenario, ({ ratings }) => ratings)),
    fte('fte_customer_satisfaction_score_sum', rated, counted(scenario, ({ ratings, rating }) => ratings * rating)),
    fte('fte_message_queue_size', { queue_name: 'incoming' }, gauged(scenario, ({ queue }) => queue)),
    fte('fte_lambda_invocations_total', { function: 'agent', outcome: 'success' }, counted(scenario, ({ requests }) => requests)),
    fte('fte_errors_total', { error_type: 'database', component: 'agent', severity: 'high' }, counted(scenario, ({ requests, database }) => (database === 1 ? 0 : requests))),
  ];
}
