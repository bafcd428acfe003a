// biome-ignore-all format: tables read better a row a line
import { type Case, casesOf, during, from, fte, histogram, jump, type Series, steady, up } from './case.ts';
import { elsewhere } from './surroundings.ts';

/** A gauge's alert keeps the job's label; one that is summed up has none. */
const FTE = { job: 'fte' };
const GATEWAY = 'pushgateway:9091';
const publication = (values: string) => fte('fte_fleet_last_publication_timestamp_seconds', {}, values);
/** A publication each minute, at the minute. */
const publishing = publication('0+60x400');
const dependency = (name: string, values: string) => fte('fte_dependency_up', { dependency: name }, values);
const requests = (status_code: string, values: string, method = 'GET', endpoint = '/') =>
  fte('fte_http_requests_total', { method, endpoint, status_code }, values);
/** As many of each kind that is nobody's business. */
const flood = (status_code: string, values: string) =>
  ['__unmatched__', '/health', '/metrics'].map((endpoint) => requests(status_code, values, 'GET', endpoint));
/** Requests of which so many a minute are done within 3 s, and so many in all. */
const latency = (upTo3: string, all: string, method = 'GET', endpoint = '/') =>
  histogram('fte_http_request_duration_seconds', { method, endpoint }, {
    '2': steady(0), '3': upTo3, '5': all, '+Inf': all,
  });
/** Another service, all of whose requests are slow. */
const slowElsewhere = latency(steady(0), steady(400), 'PUT').map(elsewhere);

const down = casesOf('ServiceDown');
const serviceDown: readonly Case[] = [
  down.fires('a dependency is not reached', [publishing, up(GATEWAY, '1x60'), dependency('queue', jump(5, 0, 1)), dependency('model', '1x60')], 6, { ...FTE, dependency: 'queue' }),
  down.fires('the gateway does not answer', [publishing, up(GATEWAY, jump(5, 0, 1)), up('pushgateway-2:9091', '1x60')], 6, { job: 'pushgateway', instance: GATEWAY }),
  // The last one was 55 s after minute 10; two minutes and 5 s are over in minute 13.
  down.fires('nothing is published', [publication('0+60x10 655x60'), up(GATEWAY, '1x60')], 14, FTE),
  down.fires('nothing was ever published', [up(GATEWAY, '1x60')], 1, FTE),
  down.silent('all is well', [publishing, up(GATEWAY, '1x60'), dependency('queue', '1x60'), dependency('database', '1x60')], 30),
  down.silent('something else is down', [publishing, up(GATEWAY, '1x60'), ['up{job="prometheus", instance="localhost:9090"}', '0x60']], 30),
  down.edge('a publication of exactly two minutes ago', [publication('0 0 0 60+60x60'), up(GATEWAY, '1x60')], 8),
];

const errors = casesOf('HighErrorRate');
const highErrorRate: readonly Case[] = [
  // Ten times the traffic from minute 20 on: errors and requests must be counted over the same time.
  errors.fires('5.4 % fail, of all kinds', [requests('200', from(20, 94.6, 10)), requests('500', from(20, 1.4)), requests('502', from(20, 1.3)), requests('503', from(20, 1.3), 'POST'), requests('504', from(20, 1.4))], 25),
  errors.ends('6 % failed for ten minutes', [requests('200', steady(94)), requests('503', during(20, 30, 6))], 30),
  errors.silent('4 % fail', [requests('200', steady(96)), requests('500', steady(4))], 60),
  errors.silent('a scanner, the health check and /metrics meet nothing but failures', [requests('200', steady(100)), ...flood('503', steady(100))], 60),
  errors.fires('5.4 % fail in a flood of 404s', [requests('200', from(20, 94.6, 10)), requests('503', from(20, 5.4)), ...flood('404', steady(1000))], 25),
  errors.silent('half of 19 requests fail, in a flood of 404s', [requests('200', steady(1.9)), requests('500', steady(1.9)), ...flood('404', steady(10))], 60),
  errors.silent('all are refused', [requests('422', steady(100))], 60),
  errors.silent('half of 19 requests fail', [requests('200', steady(1.9)), requests('500', steady(1.9))], 60),
  errors.fires('half of 20 requests fail: enough', [requests('200', from(20, 2)), requests('500', from(20, 2))], 27),
  // In numbers whose rates are exact in binary.
  errors.edge('5 % fail', [requests('200', steady(1920)), requests('201', steady(240)), requests('202', steady(120)), requests('500', steady(120))], 60),
];

const slow = casesOf('SlowResponseTime');
const slowResponseTime: readonly Case[] = [
  slow.fires('5.4 % take more than 3 s, those that store something', [...latency(steady(94.6), steady(94.6)), ...latency(steady(0), from(20, 5.4), 'POST'), requests('200', from(20, 4))], 30),
  slow.ends('a tenth took more than 3 s for ten minutes', [...latency(steady(90), steady(90)), ...latency(steady(0), during(20, 30, 10), 'POST'), requests('200', steady(100))], 32),
  slow.silent('4 % take more than 3 s', [...latency(steady(96), steady(100)), ...slowElsewhere, requests('200', steady(100))], 60),
  slow.silent('/metrics and the health check are slow', [...latency(steady(100), steady(100)), ...latency(steady(0), steady(100), 'GET', '/metrics'), ...latency(steady(0), steady(100), 'GET', '/health'), requests('200', steady(100))], 60),
  slow.fires('5.4 % take more than 3 s in a flood of 404s', [...latency(from(20, 94.6, 10), from(20, 100, 10)), ...latency(steady(1000), steady(1000), 'GET', '__unmatched__'), requests('200', steady(100))], 28),
  slow.silent('too few requests, in a flood of 404s', [...latency(steady(1), steady(2)), requests('200', steady(3.9)), ...flood('404', steady(100))], 60),
  slow.silent('too few requests', [...latency(steady(1), steady(2)), requests('200', steady(3.9))], 60),
  slow.edge('5 % take more than 3 s', [...latency(steady(95), steady(100)), requests('200', steady(100))], 60),
];

const created = (perMinute: number, more: Record<string, string> = {}) =>
  fte('fte_ticket_operations_total', { operation: 'create', category: 'general', priority: 'low', status: 'success', ...more }, steady(perMinute));
const escalated = (values: string, channel = 'email') =>
  fte('fte_escalations_total', { reason: 'profanity', channel }, values);
const others = [created(90, { operation: 'update' }), created(90, { status: 'failure' })];

/** Of five tickets a minute so many are escalated. */
function escalationRate(severity: 'warning' | 'critical', limit: number): readonly Case[] {
  const rate = casesOf('HighEscalationRate', { severity });
  const tickets = [created(2.5), created(2.5, { category: 'billing' }), ...others];
  const half = (limit + 0.05) / 2;
  return [
    rate.fires(`${(limit + 0.05) * 20} %`, [...tickets, escalated(from(180, half)), escalated(from(180, half), 'whatsapp')], 243),
    rate.silent(`${(limit - 0.05) * 20} %`, [...tickets, escalated(steady(limit - 0.05))], 200),
    rate.silent('all of 18 tickets', [created(0.3), ...others, escalated(steady(0.3))], 200),
    rate.fires('ten of 20 tickets: enough', [fte('fte_ticket_operations_total', { operation: 'create', category: 'general', priority: 'low', status: 'success' }, from(120, 0.5)), ...others, escalated(from(120, 0.25))], 165),
    rate.edge(`${limit * 20} %`, [...tickets, escalated(steady(limit))], 200),
  ];
}

const runs = (upTo30: number, all: number, start = 0, operation = 'run') =>
  histogram('fte_agent_thinking_time_seconds', { operation }, {
    '20': steady(0), '30': from(start, upTo30), '45': from(start, all), '+Inf': from(start, all),
  });
/** More runs, told apart by a label: all of them slow. */
const slowRuns = (all: string) =>
  histogram('fte_agent_thinking_time_seconds', { operation: 'run', more: 'slow' }, { '30': steady(0), '45': all, '+Inf': all });
const thinking = casesOf('AgentSlowThinking');
const slowRunsElsewhere = slowRuns(steady(400)).map(elsewhere);
const agentSlowThinking: readonly Case[] = [
  thinking.fires('6 % take more than 30 s', [...runs(18.8, 20, 20), ...runs(400, 400, 0, 'classify')], 26),
  thinking.ends('a tenth took longer for ten minutes', [...runs(18, 18), ...slowRuns(during(20, 30, 2))], 32),
  thinking.silent('4 % take more than 30 s', [...runs(19.2, 20), ...slowRunsElsewhere], 60),
  thinking.silent('only single calls do', [...runs(20, 20), ...runs(0, 400, 0, 'generate')], 60),
  thinking.silent('not five slow runs', [...runs(0, 0.95), ...runs(400, 400, 0, 'classify')], 60),
  thinking.fires('five slow runs are enough', runs(0, 1, 20), 30),
  thinking.edge('5 % take more than 30 s', runs(19, 20), 60),
];

const invoked = (perMinute: number) =>
  fte('fte_lambda_invocations_total', { function: 'agent', outcome: 'success' }, steady(perMinute));
const failed = (values: string, error_type = 'database') =>
  fte('fte_errors_total', { error_type, component: 'agent', severity: 'high' }, values);
const database = casesOf('DatabaseConnectivityIssue');
const databaseConnectivityIssue: readonly Case[] = [
  database.fires('the check does not reach it', [dependency('database', jump(5, 0, 1)), dependency('queue', '1x60')], 7, { ...FTE, dependency: 'database' }),
  database.fires('5.4 % of the invocations meet errors of it', [invoked(100), failed(from(20, 5.4))], 27),
  database.silent('another dependency is down', [dependency('database', '1x60'), dependency('queue', '0x60')], 30),
  database.silent('4 % meet errors of it', [invoked(100), failed(steady(4))], 60),
  database.silent('other errors', [invoked(100), failed(steady(50), 'llm')], 60),
  database.silent('too few invocations', [invoked(3.9), failed(steady(3))], 60),
  database.fires('20 invocations are enough', [fte('fte_lambda_invocations_total', { function: 'agent', outcome: 'success' }, from(20, 4)), failed(from(20, 1))], 27),
  database.edge('5 % meet errors of it', [invoked(100), failed(steady(5))], 60),
];

const queue = casesOf('HighMessageQueueSize');
const size = (values: string, queue_name = 'incoming') => fte('fte_message_queue_size', { queue_name }, values);
const highMessageQueueSize: readonly Case[] = [
  queue.fires('1001 messages', [size(jump(5, 1001)), size('3x60', 'outbound')], 10, { ...FTE, queue_name: 'incoming' }),
  queue.silent('999 messages', [size('999x60')], 30),
  queue.edge('1000 messages', [size('1000x60')], 30),
];

const DAY_MINUTES = 1440;
const TWO_DAYS = 2 * DAY_MINUTES;
const rating = (mean: number, perMinute: number, start = 0, minutes = 400): readonly Series[] => [
  fte('fte_customer_satisfaction_score_sum', { interaction_type: 'ai_resolved' }, from(start, mean * perMinute, 0, minutes)),
  fte('fte_customer_satisfaction_score_count', { interaction_type: 'ai_resolved' }, from(start, perMinute, 0, minutes)),
];
const satisfaction = casesOf('LowCustomerSatisfaction');
const lowCustomerSatisfaction: readonly Case[] = [
  satisfaction.fires('a mean of 3.25', rating(3.25, 1, 100), 125),
  satisfaction.fires('ten ratings a day are enough', rating(3.25, 10 / DAY_MINUTES, 0, TWO_DAYS), 1455),
  satisfaction.ends('a mean of 3.25 for two days, then nothing but fives', [
    fte('fte_customer_satisfaction_score_sum', { interaction_type: 'ai_resolved' }, `0+3.25x${TWO_DAYS} ${3.25 * TWO_DAYS + 5}+5x400`),
    fte('fte_customer_satisfaction_score_count', { interaction_type: 'ai_resolved' }, `0+1x${TWO_DAYS + 400}`),
  ], 3085),
  satisfaction.silent('a mean of 3.75', rating(3.75, 1, 0, TWO_DAYS), 2800),
  satisfaction.silent('nine bad ratings a day', rating(1, 9 / DAY_MINUTES, 0, TWO_DAYS), 2800),
  satisfaction.edge('a mean of 3.5', rating(3.5, 1), 300),
];

export const serviceCases: readonly Case[] = [
  ...serviceDown,
  ...highErrorRate,
  ...slowResponseTime,
  ...escalationRate('warning', 1),
  ...escalationRate('critical', 1.25),
  ...agentSlowThinking,
  ...databaseConnectivityIssue,
  ...highMessageQueueSize,
  ...lowCustomerSatisfaction,
];
