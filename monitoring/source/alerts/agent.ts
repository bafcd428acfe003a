import { config } from '../config.ts';
import type { Alert } from '../model.ts';
import { all, allOn, counter, countOf, sum, type Timed } from '../promql.ts';
import { lasting } from '../words.ts';

const { tools, knowledge, guardrails, spend, escalationDrop: drop } = config;

/** The agent: its tools, its knowledge, its guardrails, its judgement and its price. */
export function agentAlerts({ increase }: Timed): readonly Alert[] {
  const called = sum(increase(counter('fte_agent_tool_calls_total'), tools.window), ['tool_name']);
  const failedCalls = counter('fte_agent_tool_calls_total', { status: ['error', 'timeout', 'invalid_args'] });
  const searches = sum(increase(counter('fte_kb_searches_total'), knowledge.window));
  const missed = counter('fte_kb_searches_total', { result: ['miss', 'low_relevance', 'error'] });
  const events = sum(increase(counter('fte_guardrail_events_total'), guardrails.window), ['guardrail']);
  const runs = sum(
    increase(countOf('fte_agent_thinking_time_seconds', { operation: 'run' }), guardrails.window),
  );
  const escalations = counter('fte_escalations_total');
  const tickets = counter('fte_ticket_operations_total', { operation: 'create', status: 'success' });
  const before = (selector: string) => sum(increase(selector, drop.before, drop.window));
  const expected = `${sum(increase(tickets, drop.window))} * ${before(escalations)} / ${before(tickets)}`;
  return [
    {
      alert: 'AgentToolFailures',
      expr: all(
        `${sum(increase(failedCalls, tools.window), ['tool_name'])} / ${called} > ${tools.failureShare}`,
        `${called} >= ${tools.fewestCalls}`,
      ),
      for: 300,
      severity: 'warning',
      summary: 'A tool of the agent fails',
      description: '{{ $value | humanizePercentage }} of the calls of {{ $labels.tool_name }} failed.',
      dashboard: 'fte-quality',
    },
    {
      alert: 'KnowledgeMisses',
      expr: all(
        `${sum(increase(missed, knowledge.window))} / ${searches} > ${knowledge.missShare}`,
        `${searches} >= ${knowledge.fewestSearches}`,
      ),
      for: 900,
      severity: 'warning',
      summary: 'The knowledge base has no answer',
      description: `{{ $value | humanizePercentage }} of the searches of ${lasting(knowledge.window)} found nothing relevant.`,
      dashboard: 'fte-quality',
    },
    {
      alert: 'GuardrailEvents',
      expr: all(
        `${events} / on () group_left () ${runs} > ${guardrails.share}`,
        `${events} >= ${guardrails.fewestEvents}`,
      ),
      for: 300,
      severity: 'warning',
      summary: 'A guardrail acts often',
      description: `The guardrail {{ $labels.guardrail }} acted in {{ $value | humanizePercentage }} of the runs of ${lasting(guardrails.window)}.`,
      dashboard: 'fte-quality',
    },
    {
      alert: 'EscalationsDropped',
      expr: allOn(
        `${sum(increase(escalations, drop.window))} < ${drop.remaining} * ${expected}`,
        `${expected} >= ${drop.fewestExpected}`,
      ),
      for: 900,
      severity: 'critical',
      summary: 'Almost nothing is escalated any more',
      description: `Only {{ $value | printf "%.0f" }} escalations in ${lasting(drop.window)}, a fraction of what the day before suggests: does the agent still notice what people must decide?`,
      dashboard: 'fte-quality',
    },
    {
      alert: 'LlmSpendHigh',
      expr: `${sum(increase(counter('fte_llm_cost_usd_total'), spend.window))} > ${spend.mostUsd}`,
      for: 0,
      severity: 'warning',
      summary: 'The model costs more than planned',
      description: `{{ $value | printf "%.2f" }} US dollars within ${lasting(spend.window)}.`,
      dashboard: 'fte-quality',
    },
  ];
}
