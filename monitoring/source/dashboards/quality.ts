import { config } from '../config.ts';
import { bucket, buckets, counter, countOf, sum, sumOf } from '../promql.ts';
import { percent } from '../words.ts';
import { CHANNEL_COLORS } from './channels.ts';
import * as q from './queries.ts';
import { type Board, type Panel, PER_MINUTE } from './spec.ts';

const { escalations, thinking, tools, knowledge, spend, panels } = config;
const THINKING = 'fte_agent_thinking_time_seconds';
const SENTIMENT = 'fte_sentiment_score';
const SCORES = 'fte_customer_satisfaction_score';
const escalated = q.chosen(counter('fte_escalations_total'), 'channel');
const created = counter('fte_ticket_operations_total', { operation: 'create', status: 'success' });
const called = counter('fte_agent_tool_calls_total');
const failedCalls = counter('fte_agent_tool_calls_total', { status: ['error', 'timeout', 'invalid_args'] });
const searches = counter('fte_kb_searches_total');
const cost = counter('fte_llm_cost_usd_total');
const sentiments = (selector: string) => sum(q.perSecond(q.chosen(selector, 'channel')), ['channel']);

const judgement: readonly Panel[] = [
  {
    kind: 'lines', id: 1, width: 8, unit: 'percentunit', min: 0,
    title: 'Escalations per new ticket',
    description: `Over an hour, all channels. Healthy: under ${percent(escalations.warning)}. ${percent(escalations.critical)} is a breach; close to 0 means that the classifier is dead.`,
    alerts: ['HighEscalationRate', 'EscalationsDropped'],
    steps: q.rising(escalations.warning, escalations.critical),
    queries: [
      {
        expr: q.share(sum(q.within(counter('fte_escalations_total'), escalations.window)), sum(q.within(created, escalations.window))),
        legend: 'escalated',
      },
    ],
    colors: { escalated: 'blue' },
  },
  {
    kind: 'lines', id: 2, width: 8, unit: 'short', stacked: true,
    title: 'Escalations by reason',
    description: 'Tickets within an hour, by the first reason. Healthy: the mix of the day before.',
    alerts: ['HighEscalationRate'],
    queries: [{ expr: `${sum(q.within(escalated, escalations.window), ['reason'])} > 0`, legend: '{{reason}}' }],
  },
  {
    kind: 'lines', id: 3, width: 8, unit: PER_MINUTE,
    title: 'Guardrails that acted',
    description: 'A minute, by guardrail and action. Healthy: rare. A burst of prompt_injection is somebody trying.',
    alerts: ['GuardrailEvents'],
    queries: [
      {
        expr: `${sum(q.perMinute(counter('fte_guardrail_events_total')), ['guardrail', 'action'])} > 0`,
        legend: '{{guardrail}} {{action}}',
      },
    ],
  },
  {
    kind: 'lines', id: 4, width: 8, unit: 'none', min: 0, max: 1, decimals: 2,
    title: 'Mean sentiment',
    description: 'Of incoming messages, 0 (angry) to 1 (happy). Healthy: 0.4 to 0.7 on every channel.',
    queries: [
      { expr: q.share(sentiments(sumOf(SENTIMENT)), sentiments(countOf(SENTIMENT))), legend: '{{channel}}' },
    ],
    colors: CHANNEL_COLORS,
  },
  {
    kind: 'lines', id: 5, width: 8, unit: 'percentunit', min: 0,
    title: 'Angry messages',
    description: 'The share with a sentiment up to 0.3, from which on people take over. Healthy: under 10 %.',
    queries: [
      {
        expr: q.share(
          sum(q.perSecond(q.chosen(bucket(SENTIMENT, 0.3), 'channel')), ['channel']),
          sentiments(countOf(SENTIMENT)),
        ),
        legend: '{{channel}}',
      },
    ],
    colors: CHANNEL_COLORS,
  },
  {
    kind: 'bars', id: 6, width: 8, unit: 'none', decimals: 2, min: 1, max: 5,
    title: 'Satisfaction by who resolved',
    description: 'Mean rating within the time range, 1 to 5. Healthy: the employee is not far below the people.',
    alerts: ['LowCustomerSatisfaction'],
    steps: q.falling(config.satisfaction.lowest, panels.goodRating),
    queries: [
      {
        expr: q.share(sum(q.inRange(sumOf(SCORES)), ['interaction_type']), sum(q.inRange(countOf(SCORES)), ['interaction_type'])),
        legend: '{{interaction_type}}',
      },
    ],
  },
]; // biome-ignore format: a table

const work: readonly Panel[] = [
  {
    kind: 'lines', id: 10, width: 12, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'A whole run',
    description: `Model time of one run, median and the slowest twentieth. Healthy: both flat, p95 under ${thinking.slowSeconds} s.`,
    alerts: ['AgentSlowThinking'],
    steps: q.rising(thinking.slowSeconds),
    queries: [0.5, 0.95].map((at) => ({
      expr: q.quantile(at, buckets(THINKING, { operation: 'run' })),
      legend: `p${at * 100}`,
      exemplars: at === 0.95,
    })),
    colors: { p50: 'green', p95: 'blue' },
  },
  {
    kind: 'lines', id: 11, width: 12, unit: 's',
    title: 'Where the thinking time goes',
    description: 'Mean model time by operation. Healthy: generate leads; a step up of all means the provider.',
    alerts: ['AgentSlowThinking'],
    queries: [
      {
        expr: q.share(sum(q.perSecond(sumOf(THINKING)), ['operation']), sum(q.perSecond(countOf(THINKING)), ['operation'])),
        legend: '{{operation}}',
      },
    ],
  },
  {
    kind: 'lines', id: 12, width: 8, unit: PER_MINUTE, stacked: true,
    title: 'Tool calls',
    description: 'Attempts a minute, by tool. Healthy: as many create_ticket as messages; one send_response or escalate_to_human each.',
    queries: [{ expr: `${sum(q.perMinute(called), ['tool_name'])} > 0`, legend: '{{tool_name}}' }],
  },
  {
    kind: 'lines', id: 13, width: 8, unit: 'percentunit', min: 0,
    title: 'Tool failures',
    description: `Errors, timeouts and invalid arguments as a share of the calls. Healthy: 0. The alert begins at ${percent(tools.failureShare)}.`,
    alerts: ['AgentToolFailures'],
    steps: q.rising(tools.failureShare),
    queries: [
      {
        expr: q.share(sum(q.perSecond(failedCalls), ['tool_name']), sum(q.perSecond(called), ['tool_name'])),
        legend: '{{tool_name}}',
      },
    ],
  },
  {
    kind: 'bars', id: 14, width: 8, unit: 'none', decimals: 0,
    title: 'Tool calls by outcome',
    description: 'Within the time range. Healthy: success alone. blocked is a guardrail at work.',
    alerts: ['AgentToolFailures'],
    queries: [{ expr: `sort_desc(round(${sum(q.inRange(called), ['status'])}))`, legend: '{{status}}' }],
  },
]; // biome-ignore format: a table

const knowledgeAndCost: readonly Panel[] = [
  {
    kind: 'lines', id: 20, width: 8, unit: PER_MINUTE, stacked: true,
    title: 'Searches by result',
    description: 'Searches of the knowledge base a minute. Healthy: almost all hits.',
    alerts: ['KnowledgeMisses'],
    queries: [{ expr: `${sum(q.perMinute(searches), ['result'])} > 0`, legend: '{{result}}' }],
    colors: { hit: 'green', low_relevance: 'yellow', miss: 'orange', error: 'red' },
  },
  {
    kind: 'lines', id: 21, width: 8, unit: 'percentunit', min: 0,
    title: 'Searches without an answer',
    description: `Over an hour: misses, low relevance and errors. Healthy: under ${percent(knowledge.missShare)}. What rises here is an article that should be written.`,
    alerts: ['KnowledgeMisses'],
    steps: q.rising(knowledge.missShare),
    queries: [
      {
        expr: q.share(
          sum(q.within(counter('fte_kb_searches_total', { result: ['miss', 'low_relevance', 'error'] }), knowledge.window)),
          sum(q.within(searches, knowledge.window)),
        ),
        legend: 'without an answer',
      },
    ],
    colors: { 'without an answer': 'orange' },
  },
  {
    kind: 'lines', id: 22, width: 8, unit: 's', interval: q.QUANTILE_INTERVAL,
    title: 'Search time p95',
    description: `Healthy: under the target of ${panels.searchSeconds} s, by far.`,
    steps: q.rising(panels.searchSeconds),
    queries: [{ expr: q.quantile(0.95, buckets('fte_kb_search_duration_seconds')), legend: 'p95', exemplars: true }],
    colors: { p95: 'blue' },
  },
  {
    kind: 'lines', id: 23, width: 12, unit: 'short',
    title: 'Tokens per minute',
    description: 'By model and direction. Healthy: in proportion to the messages. Input that grows alone: prompts or histories got longer. No data with the embedded playbook, which has none.',
    alerts: ['LlmSpendHigh'],
    queries: [
      {
        expr: `60 * ${sum(q.perSecond(sumOf('fte_gen_ai_client_token_usage')), ['gen_ai_request_model', 'gen_ai_token_type'])}`,
        legend: '{{gen_ai_request_model}} {{gen_ai_token_type}}',
      },
    ],
  },
  {
    kind: 'stat', id: 24, width: 6, unit: 'currencyUSD', sparkline: true, decimals: 2,
    title: 'Model cost, 24 h',
    description: `From the price table of the configuration; 0 with the embedded playbook. Healthy: under $${spend.mostUsd}.`,
    alerts: ['LlmSpendHigh'],
    steps: q.rising(spend.mostUsd),
    queries: [{ expr: `${sum(q.within(cost, spend.window))} or vector(0)`, legend: 'cost' }],
  },
  {
    kind: 'stat', id: 25, width: 6, unit: 'currencyUSD', decimals: 4,
    title: 'Model cost per message',
    description: 'Within the time range: the cost through the runs. Healthy: flat from release to release.',
    alerts: ['LlmSpendHigh'],
    queries: [
      {
        expr: `(${sum(q.inRange(cost))} or vector(0)) / (${sum(q.inRange(countOf(THINKING, { operation: 'run' })))} > 0)`,
        legend: 'per message',
        instant: true,
      },
    ],
    noValue: 'no messages',
  },
]; // biome-ignore format: a table

export const quality: Board = {
  uid: 'fte-quality',
  title: 'FTE · Agent & quality',
  description: 'What the agent decides, how well, how fast and at what price.',
  variables: ['channel'],
  rows: [
    { id: 100, title: 'Judgement', panels: judgement },
    { id: 101, title: 'Work', panels: work },
    { id: 102, title: 'Knowledge and cost', panels: knowledgeAndCost },
  ],
};
