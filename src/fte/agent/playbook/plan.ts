import type { EscalationReason, ToolName } from '../../vocabulary.ts';
import { ANSWER_END, CLARIFY, FEEDBACK, HANDED_OVER, WELCOME } from './phrases.ts';
import type { Seen, SeenCall } from './read-prompt.ts';

export interface PlannedCall {
  readonly tool: ToolName;
  readonly input: Readonly<Record<string, unknown>>;
}

interface Hit {
  readonly title: string;
  readonly excerpt: string;
}

const SUMMARY_LENGTH = 200;

const done = (calls: readonly SeenCall[], tool: ToolName) =>
  calls.filter(
    (call) => call.tool === tool && call.outcome.refused === undefined && call.outcome.failed === undefined,
  );

function summaryOf({ turn }: Seen): string {
  const text = `${turn.subject ?? ''} ${turn.message}`.replaceAll(/\s+/g, ' ').trim();
  const characters = [...text];
  return characters.length <= SUMMARY_LENGTH
    ? text || 'empty message'
    : `${characters.slice(0, SUMMARY_LENGTH).join('')}…`;
}

function escalate(reason: EscalationReason, seen: Seen): PlannedCall {
  return { tool: 'escalate_to_human', input: { reason, summary: summaryOf(seen) } };
}

const say = (text: string): PlannedCall => ({ tool: 'send_response', input: { text } });

function answerFrom(hits: readonly Hit[]): PlannedCall {
  const [best] = hits;
  return say(
    `${best?.excerpt ?? ''}\n\nYou can read more in our help article “${best?.title ?? ''}”. ${ANSWER_END}`,
  );
}

/** Product questions: search with all that was said, then with the subject alone, then a person. */
function answerOrSearch(seen: Seen): PlannedCall {
  const { turn, calls } = seen;
  const searches = done(calls, 'search_knowledge_base');
  const hits = searches.flatMap(({ outcome }) => (outcome.results ?? []) as readonly Hit[]);
  if (hits.length > 0) return answerFrom(hits);
  if (searches.length === 0) {
    return {
      tool: 'search_knowledge_base',
      input: { query: `${turn.subject ?? ''} ${turn.message}`.trim().slice(0, 6000) },
    };
  }
  if (searches.length === 1) {
    return {
      tool: 'search_knowledge_base',
      input: { query: turn.subject?.trim() || turn.message.slice(0, 300) },
    };
  }
  return escalate('no_documentation_found', seen);
}

/** The next tool call, from what has been done so far; nothing once the customer is answered. */
export function nextCall(seen: Seen): PlannedCall | undefined {
  const { turn, calls } = seen;
  if (done(calls, 'send_response').length > 0) return undefined;
  if (done(calls, 'create_ticket').length === 0) {
    const subject = turn.subject?.trim() || summaryOf(seen);
    return { tool: 'create_ticket', input: { subject, category: turn.category, priority: turn.priority } };
  }
  if (done(calls, 'get_customer_history').length === 0) return { tool: 'get_customer_history', input: {} };

  const escalated = done(calls, 'escalate_to_human').length > 0;
  const found = calls.findLast((call) => typeof call.outcome.must_escalate === 'string')?.outcome
    .must_escalate;
  const refused = calls.some((call) => call.tool === 'send_response');
  const due =
    turn.must_escalate ??
    (found as EscalationReason | undefined) ??
    (refused ? 'processing_error' : undefined);
  if (due !== undefined) return escalated ? say(HANDED_OVER[due]) : escalate(due, seen);
  const reply = { empty: CLARIFY, gratitude: WELCOME, feedback: FEEDBACK, question: undefined }[turn.kind];
  return reply === undefined ? answerOrSearch(seen) : say(reply);
}
