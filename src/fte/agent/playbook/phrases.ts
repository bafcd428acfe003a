import type { EscalationReason } from '../../vocabulary.ts';

const PERSON = 'A member of our team will read your message and answer you here.';

/** What a customer is told when a person takes over. */
export const HANDED_OVER: Readonly<Record<EscalationReason, string>> = {
  security_concern: `Thank you for telling us. We take anything about security seriously, and it has gone to our team as urgent. ${PERSON}`,
  legal_matter: `Thank you for your message. This needs the right person on our side, and it has gone to our team as urgent. ${PERSON}`,
  explicit_human_request: `Of course. ${PERSON}`,
  refund_request: `Thank you for your message. Questions like this are decided by a person. ${PERSON}`,
  pricing_inquiry: `Thank you for your interest. A person will tell you what fits your team. ${PERSON}`,
  negative_sentiment: `We are sorry that this has been so frustrating. You should not have to deal with it alone. ${PERSON}`,
  profanity: `We are sorry that this has gone wrong for you. ${PERSON}`,
  no_documentation_found: `We want to give you a correct answer, and our help articles do not cover this. ${PERSON}`,
  repeat_contact: `We are sorry that this is still not solved. ${PERSON}`,
  sla_risk: `We are sorry that you have been waiting. ${PERSON}`,
  language_not_supported: `Thank you for your message. We answer in English so far. ${PERSON}`,
  unable_to_parse_message: `We could not read your message. ${PERSON}`,
  service_unavailable: `We are sorry, we can not answer this right now. ${PERSON}`,
  processing_error: `We are sorry, we could not answer this ourselves. ${PERSON}`,
};

export const CLARIFY =
  'Your message reached us without a question that we could answer. Please tell us what you were trying to do and what happened instead, and we will help.';
export const WELCOME = 'You are welcome. If anything else comes up, just write to us under this ticket.';
export const FEEDBACK =
  'Thank you for telling us. Your feedback is kept under this ticket, where our team reads it.';
export const ANSWER_END = 'If this does not solve it, reply under this ticket and tell us what you see.';
