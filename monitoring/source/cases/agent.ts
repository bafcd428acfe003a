// biome-ignore-all format: tables read better a row a line
import { type Case, casesOf, during, from, fte, histogram, steady } from './case.ts';

const tool = (tool_name: string, status: string, values: string) =>
  fte('fte_agent_tool_calls_total', { tool_name, status }, values);
const search = (result: string, values: string) => fte('fte_kb_searches_total', { result }, values);
const guardrail = (name: string, values: string, action = 'blocked') =>
  fte('fte_guardrail_events_total', { guardrail: name, action }, values);
const runsOf = (values: string) =>
  histogram('fte_agent_thinking_time_seconds', { operation: 'run' }, { '+Inf': values });
const runs = (perMinute: number) => runsOf(steady(perMinute));
const others = histogram('fte_agent_thinking_time_seconds', { operation: 'classify' }, { '+Inf': steady(500) });
const cost = (values: string, model = 'large') =>
  fte('fte_llm_cost_usd_total', { model, operation: 'generate' }, values);

const tools = casesOf('AgentToolFailures');
const knowledge = casesOf('KnowledgeMisses');
const guarded = casesOf('GuardrailEvents');
const spend = casesOf('LlmSpendHigh');

export const agentCases: readonly Case[] = [
  tools.fires('11 % of one tool fail', [tool('send_response', 'success', steady(89)), tool('send_response', 'error', from(30, 4)), tool('send_response', 'timeout', from(30, 4)), tool('send_response', 'invalid_args', from(30, 3)), tool('create_ticket', 'success', steady(900))], 49, { tool_name: 'send_response' }),
  tools.silent('9 % fail', [tool('send_response', 'success', steady(91)), tool('send_response', 'error', steady(9))], 60),
  tools.silent('calls are blocked', [tool('send_response', 'blocked', steady(50)), tool('send_response', 'success', steady(50))], 60),
  tools.silent('19 calls', [tool('send_response', 'error', steady(1.3))], 60),
  tools.fires('20 calls are enough', [tool('send_response', 'error', from(30, 2))], 45, { tool_name: 'send_response' }),
  tools.edge('10 % fail', [tool('send_response', 'success', steady(90)), tool('send_response', 'error', steady(10))], 60),

  knowledge.fires('11 % find nothing', [search('hit', steady(89)), search('miss', from(120, 5)), search('low_relevance', from(120, 4)), search('error', from(120, 2))], 189),
  knowledge.ends('half found nothing for twenty minutes', [search('hit', during(120, 140, 2)), search('miss', during(120, 140, 2))], 195),
  knowledge.silent('9 % find nothing', [search('hit', steady(91)), search('miss', steady(9))], 200),
  knowledge.silent('19 searches', [search('miss', steady(0.32))], 200),
  knowledge.fires('20 searches are enough', [search('miss', from(120, 1))], 155),
  knowledge.edge('10 % find nothing', [search('hit', steady(90)), search('miss', steady(10))], 200),

  guarded.fires('in 11 % of the runs', [...runs(100), ...others, guardrail('pricing', from(120, 6)), guardrail('pricing', from(120, 5), 'rewritten'), guardrail('length', steady(1))], 180, { guardrail: 'pricing' }),
  guarded.ends('all were blocked for twenty minutes', [...runsOf(during(120, 140, 2)), guardrail('pricing', during(120, 140, 2))], 195, { guardrail: 'pricing' }),
  guarded.silent('in 9 % of the runs', [...runs(100), guardrail('pricing', steady(9))], 200),
  guarded.silent('nine events in few runs', [...runs(0.2), guardrail('pricing', steady(0.15))], 200),
  guarded.fires('ten events are enough', [...runs(0.5), guardrail('pricing', from(120, 0.5))], 145, { guardrail: 'pricing' }),
  guarded.edge('in 10 % of the runs', [...runs(100), guardrail('pricing', steady(10))], 200),

  spend.fires('51 dollars', [cost(from(60, 0.2)), cost(from(60, 0.31), 'small')], 159),
  spend.fires('50.4 dollars a day', [cost('0+0.035x2880')], 1429),
  spend.silent('49 dollars a day', [cost('0+0.034x2880')], 2800),
  spend.edge('50 dollars', [cost('0x10 50x1500')], 1448),
];
