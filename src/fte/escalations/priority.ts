import { type EscalationReason, PRIORITIES, type Priority } from '../vocabulary.ts';

const LEAST: Partial<Readonly<Record<EscalationReason, Priority>>> = {
  security_concern: 'urgent',
  legal_matter: 'urgent',
  explicit_human_request: 'high',
  refund_request: 'high',
  negative_sentiment: 'high',
  profanity: 'high',
  repeat_contact: 'high',
};

/** How soon a person has to answer; what the customer stated counts when it is higher. */
export function priorityFor(reason: EscalationReason, stated: Priority | undefined): Priority {
  const least = LEAST[reason] ?? 'medium';
  if (stated === undefined || stated === 'unknown') return least;
  return PRIORITIES.indexOf(stated) > PRIORITIES.indexOf(least) ? stated : least;
}
