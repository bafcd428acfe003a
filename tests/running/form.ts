/** A form that the employee can answer from its articles. */
export const QUESTION = {
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  subject: 'Swapping a shift',
  message: 'How can I swap one of my shifts with somebody else in my team?',
};

let people = 0;
/** The same from somebody who has not written before. */
export const questionOf = (more: Readonly<Record<string, unknown>> = {}) => {
  people += 1;
  return { ...QUESTION, email: `person-${people}@example.com`, ...more };
};

/** One that goes to people. */
export const refundOf = (more: Readonly<Record<string, unknown>> = {}) =>
  questionOf({
    subject: 'Refund please',
    message: 'I was charged twice this month and I want my money back.',
    ...more,
  });
