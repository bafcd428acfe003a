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
  /** There is nothing to answer: the employee asks what is meant. */
  readonly empty: boolean;
  /** The customer only says thank you. */
  readonly gratitude: boolean;
}

const GRATITUDE_WORDS = 20;
const GRATITUDE =
  /\b(?:thanks|thank you|thx|cheers|much appreciated|that (?:helped|worked|solved it|fixed it)|perfect|solved)\b/i;

function isGratitude(text: string): boolean {
  return (
    GRATITUDE.test(text) &&
    !text.includes('?') &&
    !/\b(?:but|however|still|not)\b|n't\b/i.test(text) &&
    text.split(/\s+/).length <= GRATITUDE_WORDS
  );
}

/** Runs `work` and observes how long this part of the thinking took. */
function timed<T>(metrics: FteMetrics, operation: 'classify' | 'sentiment', work: () => T): T {
  const started = performance.now();
  const result = work();
  metrics.observe('fte_agent_thinking_time_seconds', { operation }, (performance.now() - started) / 1000);
  return result;
}

export function triage(turn: Turn, metrics: FteMetrics): Triage {
  const { text, subject, channel, statedCategory, statedPriority, contactsOnIssue } = turn;
  const whole = subject === undefined ? text : `${subject}\n${text}`;
  const sentiment = timed(metrics, 'sentiment', () => sentimentOf(whole));
  metrics.observe('fte_sentiment_score', { channel }, sentiment);
  if (detectInjection(whole)) {
    metrics.inc('fte_guardrail_events_total', { guardrail: 'prompt_injection', action: 'logged' });
  }
  return timed(metrics, 'classify', () => {
    const language = detectLanguage(whole);
    const gratitude = isGratitude(text);
    const reasons = escalationTriggers({ text, subject, sentiment, language, contactsOnIssue });
    return {
      category: classify({ subject, text, stated: statedCategory }),
      priority: initialPriority({ subject, text, stated: statedPriority }),
      language,
      sentiment,
      // Who writes a third time to say thank you has no issue left.
      due: reasons.find((reason) => !(gratitude && reason === 'repeat_contact')),
      empty: isEmptyMessage(text),
      gratitude,
    };
  });
}
