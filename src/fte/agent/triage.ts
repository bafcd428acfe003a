import type { FteMetrics } from '../catalogue.ts';
import type { Category, EscalationReason, Priority } from '../vocabulary.ts';
import { classify, initialPriority } from './classify.ts';
import type { Turn } from './contract.ts';
import { detectInjection } from './guardrails.ts';
import { detectLanguage } from './language.ts';
import { sentimentOf } from './sentiment.ts';
import { escalationTriggers, isEmptyMessage } from './triggers.ts';

/** What the rules say of a message before a model sees it. */
export interface Triage {
  readonly category: Category;
  readonly priority: Priority;
  /** ISO 639-1, or `und`. */
  readonly language: string;
  /** 0 (angry) to 1 (happy). */
  readonly sentiment: number;
  /** Why a person must have it; the first reason counts. */
  readonly due: EscalationReason | undefined;
  readonly kind: MessageKind;
}

/** `empty`: nothing to answer, so the employee asks; `gratitude`: only thanks; `feedback`: praise or a wish, no question. */
export const MESSAGE_KINDS = ['question', 'empty', 'gratitude', 'feedback'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

const THANKS =
  /\b(?:thanks|thank you|thx|cheers|much appreciated|that (?:helped|worked|solved it|fixed it))\b/i;
/** What people say around a thank-you. Whatever is left besides these words wants an answer. */
const COURTESY = new Set(
  `thanks thank thx cheers you very so much a lot many again really great perfect wonderful awesome brilliant excellent
  lovely super nice good fine ok okay yes yep all this that it its it's is was works work worked working helped helps help
  helpful solved solves fixed fixes now for your the quick fast prompt reply replies response answer support and i i'm me my we
  our problem issue question everything appreciate appreciated appreciates hi hello hey team dear there have has day best kind regards bye`.split(
    /\s+/,
  ),
);

function isGratitude(text: string): boolean {
  if (!THANKS.test(text) || text.includes('?')) return false;
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}']+/u)
    .every((word) => word === '' || COURTESY.has(word));
}

function kindOf(text: string, category: Category): MessageKind {
  if (isEmptyMessage(text)) return 'empty';
  if (isGratitude(text)) return 'gratitude';
  return category === 'feedback' && !text.includes('?') ? 'feedback' : 'question';
}

/** Runs `work` and observes how long this part of the thinking took. */
function timed<T>(metrics: FteMetrics, operation: 'classify' | 'sentiment', work: () => T): T {
  const started = performance.now();
  const result = work();
  metrics.observe('fte_agent_thinking_time_seconds', { operation }, (performance.now() - started) / 1000);
  return result;
}

function wholeOf({ subject, text }: Turn): string {
  return subject === undefined ? text : `${subject}\n${text}`;
}

/** Counts a message that gives orders. Apart from the triage, which is done again where a turn ends without a model. */
export function countInjection(turn: Turn, metrics: FteMetrics): void {
  if (!detectInjection(wholeOf(turn))) return;
  metrics.inc('fte_guardrail_events_total', { guardrail: 'prompt_injection', action: 'logged' });
}

export function triage(turn: Turn, metrics: FteMetrics): Triage {
  const { text, subject, statedCategory, statedPriority, contactsOnIssue, escalatedFor } = turn;
  const whole = wholeOf(turn);
  const sentiment = timed(metrics, 'sentiment', () => sentimentOf(whole));
  return timed(metrics, 'classify', () => {
    const language = detectLanguage(whole);
    const category = classify({ subject, text, stated: statedCategory });
    const kind = kindOf(text, category);
    const reasons = escalationTriggers({ text, subject, sentiment, language, contactsOnIssue });
    return {
      category,
      priority: initialPriority({ subject, text, stated: statedPriority }),
      language,
      sentiment,
      // Who writes a third time to say thank you has no issue left.
      due: escalatedFor ?? reasons.find((reason) => !(kind === 'gratitude' && reason === 'repeat_contact')),
      kind,
    };
  });
}
