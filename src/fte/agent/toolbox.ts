import { toServiceError } from '../../observability/errors.ts';
import type { Log } from '../../observability/logger.ts';
import type { FteMetrics } from '../catalogue.ts';
import { priorityFor } from '../escalations/priority.ts';
import {
  type Category,
  ESCALATION_REASONS,
  type EscalationReason,
  type Guardrail,
  type Priority,
  type ToolName,
} from '../vocabulary.ts';
import type { AgentEffects, ToolCallRecord, Turn } from './contract.ts';
import { withDeadline } from './deadline.ts';
import { formatReply } from './format.ts';
import { checkReply } from './guardrails.ts';
import type { Triage } from './triage.ts';

/** So many searches without a relevant hit mean that nothing is documented. */
const SEARCHES = 2;
/** After so many refused replies the matter goes to a person. */
export const REFUSALS = 3;

/** What a tool tells the model. */
export type ToolOutcome = Readonly<Record<string, unknown>>;

export interface ToolboxOptions {
  readonly turn: Turn;
  readonly triage: Triage;
  readonly effects: AgentEffects;
  /** Below this score a hit answers nothing. */
  readonly relevanceFloor: number;
  readonly metrics: FteMetrics;
  readonly log: Log;
}

/** The five tools of one turn: they keep their order, are counted, and remember what has been done. */
export type Toolbox = ReturnType<typeof createToolbox>;

export function createToolbox({ turn, triage, effects, relevanceFloor, metrics, log }: ToolboxOptions) {
  const calls: ToolCallRecord[] = [];
  const excerpts: string[] = [];
  let due = triage.due;
  let ticketReady = false;
  let historyRead = false;
  let misses = 0;
  let refusals = 0;
  let escalation: EscalationReason | undefined;
  let replyId: string | undefined;
  let failure: unknown;

  function record(tool: ToolName, status: ToolCallRecord['status'], started: number): void {
    metrics.inc('fte_agent_tool_calls_total', { tool_name: tool, status });
    calls.push({ tool, status, durationMs: performance.now() - started });
  }

  function guardrail(name: Guardrail, action: 'blocked' | 'rewritten' | 'escalated'): void {
    metrics.inc('fte_guardrail_events_total', { guardrail: name, action });
  }

  /** Runs a tool unless something speaks against it now. What the world refuses ends the turn: it is done again later. */
  async function run(
    tool: ToolName,
    refusal: string | undefined,
    work: () => Promise<ToolOutcome | string>,
  ): Promise<ToolOutcome> {
    // A model may ask for several tools at once: what comes after one that failed would not be done again.
    if (failure !== undefined) throw failure;
    const started = performance.now();
    if (refusal !== undefined) {
      guardrail('tool_order', 'blocked');
      record(tool, 'blocked', started);
      return { refused: refusal };
    }
    try {
      const outcome = await withDeadline(work());
      const refused = typeof outcome === 'string';
      record(tool, refused ? 'blocked' : 'success', started);
      return refused ? { refused: outcome } : outcome;
    } catch (error) {
      record(tool, toServiceError(error).type === 'timeout' ? 'timeout' : 'error', started);
      failure ??= error;
      throw error;
    }
  }

  const first = () => (ticketReady ? undefined : 'create_ticket comes first');
  const afterHistory = () => first() ?? (historyRead ? undefined : 'get_customer_history comes before this');
  const unanswered = () =>
    replyId === undefined ? undefined : 'the customer has been answered; nothing comes after send_response';
  /** A question is answered from articles, or by a person. */
  const ungrounded = () => triage.kind === 'question' && escalation === undefined && excerpts.length === 0;

  function beforeReply(): string | undefined {
    const order = afterHistory() ?? unanswered();
    if (order !== undefined) return order;
    if (due !== undefined && escalation === undefined)
      return `escalate_to_human with "${due}" comes before send_response`;
    return ungrounded() ? 'search_knowledge_base has found nothing yet to answer with' : undefined;
  }

  /** The first reason in the order of reasons, whoever found it. */
  function firstReason(stated: EscalationReason): EscalationReason {
    return ESCALATION_REASONS.find((reason) => reason === stated || reason === due) ?? stated;
  }

  async function search(query: string): Promise<ToolOutcome> {
    const started = performance.now();
    const found = await effects.searchKnowledge(query).catch((error: unknown) => {
      // A search that fails finds nothing; the customer is better served by a person than by a retry.
      metrics.inc('fte_kb_searches_total', { result: 'error' });
      metrics.inc('fte_errors_total', { error_type: 'tool', component: 'knowledge', severity: 'medium' });
      log.error('knowledge search failed', { error });
      return undefined;
    });
    metrics.observe('fte_kb_search_duration_seconds', {}, (performance.now() - started) / 1000);
    const relevant = (found ?? []).filter((hit) => hit.score >= relevanceFloor);
    if (found !== undefined) {
      const result = relevant.length > 0 ? 'hit' : found.length > 0 ? 'low_relevance' : 'miss';
      metrics.inc('fte_kb_searches_total', { result });
    }
    misses = relevant.length > 0 ? 0 : misses + 1;
    if (misses >= SEARCHES && excerpts.length === 0) due ??= 'no_documentation_found';
    excerpts.push(...relevant.map(({ title, excerpt }) => `${title}\n${excerpt}`));
    return {
      results: relevant.map(({ title, excerpt, score }) => ({
        title,
        excerpt,
        relevance: Math.round(score * 100) / 100,
      })),
      must_escalate: escalation === undefined ? (due ?? null) : null,
    };
  }

  async function reply(text: string): Promise<ToolOutcome | string> {
    const question = `${turn.subject ?? ''}\n${turn.text}`;
    const checked = checkReply({
      text,
      question,
      excerpts,
      confirmation: triage.kind !== 'question' || escalation !== undefined,
    });
    if (!checked.allowed) refusals += 1;
    for (const { guardrail: name, action } of checked.events) {
      guardrail(name, action === 'blocked' && refusals >= REFUSALS ? 'escalated' : action);
    }
    if (!checked.allowed) {
      return `this may not be sent (${checked.events.map((event) => event.guardrail).join(', ')}); say it without that`;
    }
    const formatted = formatReply(turn.channel, checked.text, {
      customerName: turn.customerName,
      ticketId: turn.ticketId,
    });
    if (formatted.truncated) guardrail('length', 'rewritten');
    replyId = (await effects.sendResponse({ text: formatted.text })).replyId;
    return { sent: true };
  }

  return {
    createTicket: (subject: string, category: Category, priority: Priority) =>
      run('create_ticket', ticketReady ? 'the ticket is there already' : undefined, async () => {
        const { operation } = await effects.createTicket({ subject, category, priority });
        ticketReady = true;
        return { ticket: operation === 'create' ? 'created' : 'continued' };
      }),

    history: () =>
      run('get_customer_history', first() ?? unanswered(), async () => {
        const entries = await effects.customerHistory();
        historyRead = true;
        return { messages: entries.slice(-20).map(({ from, text }) => ({ from, text: text.slice(0, 500) })) };
      }),

    search: (query: string) =>
      run('search_knowledge_base', afterHistory() ?? unanswered(), () => search(query)),

    escalate: (stated: EscalationReason, summary: string) =>
      run(
        'escalate_to_human',
        first() ?? (escalation === undefined ? undefined : 'the ticket is escalated already'),
        async () => {
          const reason = firstReason(stated);
          const priority = priorityFor(reason, triage.priority);
          const { escalated } = await effects.escalate({ reason, priority, summary });
          escalation = reason;
          return { escalated, priority };
        },
      ),

    reply: (text: string) => run('send_response', beforeReply(), () => reply(text)),

    /** Counts a call that named no tool of this step, or whose input did not fit. */
    invalid(tool: string, status: 'invalid_args' | 'blocked'): void {
      metrics.inc('fte_agent_tool_calls_total', { tool_name: tool as ToolName, status });
      calls.push({ tool, status, durationMs: 0 });
      if (status === 'blocked') guardrail('tool_order', 'blocked');
    },

    /** Which tools may be used now. */
    allowed(): readonly ToolName[] {
      if (!ticketReady) return ['create_ticket'];
      const escalate: ToolName[] = escalation === undefined ? ['escalate_to_human'] : [];
      if (!historyRead) return ['get_customer_history', ...escalate];
      return [
        'search_knowledge_base',
        ...escalate,
        ...(beforeReply() === undefined ? (['send_response'] as const) : []),
      ];
    },

    calls,
    get due() {
      return due;
    },
    get escalation() {
      return escalation;
    },
    get replyId() {
      return replyId;
    },
    get ticketReady() {
      return ticketReady;
    },
    get historyRead() {
      return historyRead;
    },
    get refusals() {
      return refusals;
    },
    get failure() {
      return failure;
    },
  };
}
