import fc from 'fast-check';
import { classify, initialPriority } from '../../../src/fte/agent/classify.ts';
import { CATEGORIES, PRIORITIES } from '../../../src/fte/vocabulary.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 300 });
const long = ['a', ' ', "'", '\n', 'not ', 'all ', 'whole ', 'lost all ', 'when you ', 'charged ', '5', '…'];

describe('classify', () => {
  test.each([
    ['billing', 'Where do I find my invoice?'],
    ['billing', 'I was charged twice this month'],
    ['billing', 'My card was declined, how do I change the payment method?'],
    ['billing', 'I want a refund'],
    ['billing', 'Can we pay by direct debit?'],
    ['billing', 'How do we upgrade to the Pro plan?'],
    ['billing', 'The invoice page shows a wrong VAT number'],
    ['bug_report', 'The app crashes when I open the roster'],
    ['bug_report', 'The export fails with an error'],
    ['bug_report', 'App wont load on my old iPad'],
    ['bug_report', 'The app is extremely slow today'],
    ['bug_report', 'I get a 500 error on save'],
    ['bug_report', 'The schedule doesn’t load since the last update'],
    ['bug_report', 'Nothing happens when I click publish, the page is frozen'],
    ['bug_report', 'Timesheet shows wrong hours, I think it is a bug'],
    ['technical', 'I can’t log in'],
    ['technical', 'How do I reset my password?'],
    ['technical', 'How do I set up SSO?'],
    ['technical', 'Does the API support webhooks?'],
    ['technical', 'How do I import employees from a CSV?'],
    ['technical', 'I cant log in anymore'],
    ['technical', 'Show me how to connect Outlook'],
    ['technical', 'Notifications on Android'],
    ['feedback', 'It would be great to copy a whole week'],
    ['feedback', 'I love the new calendar'],
    ['feedback', 'Suggestion: a dark mode'],
    ['feedback', 'Please add a dark mode'],
    ['feedback', 'Great app, well done'],
    ['general', 'How do I swap a shift with a colleague?'],
    ['general', 'Who may approve overtime?'],
    ['general', 'hello'],
    ['general', ''],
    ['general', 'Can two people share a shift?'],
  ] as const)('%s: %s', (category, text) => {
    expect(classify({ subject: undefined, text, stated: undefined })).toBe(category);
  });

  test('the subject weighs more than the text', () => {
    expect(classify({ subject: 'Invoice', text: 'It shows an error', stated: undefined })).toBe('billing');
    expect(classify({ subject: 'Crash', text: 'while I look at an invoice', stated: undefined })).toBe(
      'bug_report',
    );
  });

  test.each([
    ['feedback', 'feedback'],
    ['general', 'general'],
    ['unknown', 'billing'],
  ] as const)('stated %s: %s', (stated, category) => {
    expect(classify({ subject: 'Invoice', text: 'Where is it?', stated })).toBe(category);
  });

  test('is a known category for any text', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, subject) => {
        const category = classify({ text, subject, stated: undefined });
        expect(CATEGORIES).toContain(category);
        expect(category).not.toBe('unknown');
      }),
    );
  });

  test.each(long)('takes a long run of %j', (unit) => {
    expect(CATEGORIES).toContain(
      classify({ text: unit.repeat(5000), subject: unit.repeat(5000), stated: undefined }),
    );
  });
});

describe('initialPriority', () => {
  test.each([
    ['urgent', 'URGENT: the kiosk is offline'],
    ['urgent', 'Please fix this asap'],
    ['urgent', 'There seems to be an outage'],
    ['urgent', 'We can’t work since this morning'],
    ['urgent', 'The whole team is blocked'],
    ['urgent', 'nobody can clock in'],
    ['urgent', 'The system is down'],
    ['urgent', 'All employees are locked out'],
    ['high', 'I am locked out of my account'],
    ['high', 'I need this today'],
    ['urgent', 'This needs attention right now'],
    ['urgent', 'we have a critical problem'],
    ['high', 'It must be done by tomorrow'],
    ['high', 'This blocks us, it is blocking payroll'],
    ['high', 'All our shifts have disappeared'],
    ['high', 'I cannot log in'],
    ['medium', 'How do I swap a shift with a colleague?'],
    ['medium', 'The export fails with an error'],
    ['medium', 'How do I add an emergency contact?'],
    ['medium', 'Where do I set the emergency shift colour?'],
    ['medium', 'I cannot work on Tuesdays any more, how do I update my availability?'],
    ['medium', 'Can I still swap my shift of today?'],
    ['medium', 'Does a change take effect immediately?'],
    ['medium', 'How soon may I ask for leave?'],
    ['medium', ''],
    ['medium', 'The insurgents of the crew'],
    ['low', 'No rush, but where is the export?'],
    ['low', 'This is not urgent'],
    ['low', 'It isn’t urgent, whenever you have time'],
    ['low', 'Just curious: who made the logo?'],
    ['low', 'A feature request: dark mode'],
  ] as const)('%s: %s', (priority, text) => {
    expect(initialPriority({ text, subject: undefined, stated: undefined })).toBe(priority);
  });

  test('reads the subject', () => {
    expect(initialPriority({ text: 'see below', subject: 'Urgent', stated: undefined })).toBe('urgent');
  });

  test.each([
    ['low', 'How do I swap a shift?', 'low'],
    ['low', 'The whole team is blocked', 'urgent'],
    ['medium', 'No rush', 'medium'],
    ['high', 'This is not urgent', 'high'],
    ['urgent', 'hello', 'urgent'],
    ['high', 'urgent!', 'urgent'],
    ['unknown', 'hello', 'medium'],
  ] as const)('stated %s, %s: %s', (stated, text, priority) => {
    expect(initialPriority({ text, subject: undefined, stated })).toBe(priority);
  });

  test('is a known priority, never below the stated one', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...PRIORITIES), (text, stated) => {
        const rank = PRIORITIES.indexOf(initialPriority({ text, subject: text, stated }));
        expect(rank).toBeLessThan(PRIORITIES.indexOf('unknown'));
        if (stated !== 'unknown') expect(rank).toBeGreaterThanOrEqual(PRIORITIES.indexOf(stated));
      }),
    );
  });

  test.each(long)('takes a long run of %j', (unit) => {
    expect(PRIORITIES).toContain(
      initialPriority({ text: unit.repeat(5000), subject: undefined, stated: undefined }),
    );
  });
});
