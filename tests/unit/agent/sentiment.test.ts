import fc from 'fast-check';
import { sentimentOf } from '../../../src/fte/agent/sentiment.ts';

const long = [
  'a',
  'é',
  'not ',
  '`',
  ' ',
  '-',
  '’',
  'a-',
  '-x',
  '😀',
  '\ud800',
  '!',
  'A ',
  '\ue000',
  '\ue0001',
  'best ',
];

describe('sentimentOf', () => {
  test.each([
    'This is unacceptable. I want this fixed now!',
    'Your product is absolutely terrible and I hate it',
    'I am very frustrated with your service',
    'I AM SO ANGRY RIGHT NOW',
    'This is ridiculous, third time this week and nobody answers!!!',
    'worst software ever',
    'You people are useless',
    'I’m furious. You lost our whole schedule and nobody replied',
    'What a joke. Total waste of time.',
    'I’m fed up with this crappy app',
    'WHY IS THIS STILL NOT WORKING!!!',
    'NOTHING WORKS AND NOBODY HELPS',
    'Not happy at all with this rubbish',
    'Your support is pathetic',
    'extremely disappointed and annoyed with your support',
    'Thanks for nothing',
    'Your app sucks',
    'This app is garbage',
    'Sick and tired of your broken software',
    'Shame on you, zero stars',
    'You lied to us about this',
    'This is so annoying!! Fix it!!',
    'wtf is wrong with your app',
    'Do you even care? Your idiotic update destroyed our week!',
  ])('is angry: %s', (text) => {
    expect(sentimentOf(text)).toBeLessThan(0.3);
  });

  test.each([
    '',
    'Hello',
    'How do I swap a shift with a colleague?',
    'The export fails with an error',
    'I can’t log in, please help',
    'Cancel shift for Monday',
    'I want to cancel my subscription',
    'How do I kill the process on the kiosk?',
    'The kiosk shows a dead battery warning',
    'There is a problem with the sync',
    'sick leave balance is wrong',
    'I lost my password',
    'The app keeps crashing on Android and I get a fatal error',
    'The app crashes when I open the roster. This is a bit annoying.',
    'I’m having trouble with payroll export, it is stuck and shows errors',
    'The app stopped working, it says 500 internal error. I tried reinstalling and it still does not work.',
    'URGENT: nobody can clock in, the kiosk is offline',
    'Employees can’t clock in!!!',
    'I’m worried that we will miss payroll',
    'I’m afraid I don’t understand',
    'I hate to bother you but where is the export?',
    'My employee was fired, how do I remove him?',
    'An employee died, how do I record bereavement leave?',
    'Someone was injured on shift, how to log the accident?',
    'How do I report abuse or harassment by a colleague on shift?',
    'My lawyer will contact you',
    'We have a data breach',
    'Bad request error 400',
    'The bad news: same error again',
    'I am not happy with the new layout',
    'The timesheet is a mess since the last update',
    'It’s confusing and slow',
    'The app freezes since the update. I reinstalled it twice but no luck. It is quite annoying. Any ideas?',
    'PLEASE HELP ME RESET MY PASSWORD',
    'My boss will kill me if I don’t get the roster out today lol',
    'I tried everything and still no luck, the sync fails. Can you help?',
    'Dear team, could you kindly tell me how to add a location? Thanks in advance!',
    'Good morning, the schedule doesn’t load. Best regards, Jane',
  ])('is neither angry nor delighted: %s', (text) => {
    expect(sentimentOf(text)).toBeGreaterThanOrEqual(0.3);
    expect(sentimentOf(text)).toBeLessThanOrEqual(0.7);
  });

  test.each([
    'Thank you so much, this is great!',
    'I love this app',
    'Awesome, works perfectly now',
    'You guys are great',
    'Best scheduling tool we’ve ever used',
    'Really happy with the new roster',
    'This is fantastic, it saves us hours',
    'couldn’t be happier',
    'Brilliant, that solved it. Thank you!',
  ])('is praise: %s', (text) => {
    expect(sentimentOf(text)).toBeGreaterThan(0.7);
  });

  test.each([
    ['good', 'not good'],
    ['working well', 'isn’t working well'],
    ['slightly annoying', 'very annoying'],
    ['awful', 'awful!!!'],
    ['not terrible', 'terrible'],
    ['I love it', 'I love it, but it fails'],
    ['You broke the roster, fix it today', 'YOU BROKE THE ROSTER, FIX IT TODAY'],
  ])('%s is happier than %s', (happier, angrier) => {
    expect(sentimentOf(happier)).toBeGreaterThan(sentimentOf(angrier));
  });

  test('a negation ends with its sentence', () => {
    expect(sentimentOf('No. Great app.')).toBeGreaterThan(0.7);
  });

  test('a text without a word of feeling is neutral', () => {
    expect(sentimentOf('The roster of Monday')).toBe(0.5);
  });

  test('mild trouble does not add up to anger', () => {
    expect(sentimentOf('It is slow and confusing and bad. '.repeat(20))).toBeGreaterThanOrEqual(0.3);
  });

  test('stays between 0 and 1 for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const sentiment = sentimentOf(text);
        expect(sentiment).toBeGreaterThanOrEqual(0);
        expect(sentiment).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.each(long)('takes a long run of %j', (unit) => {
    expect(sentimentOf(unit.repeat(5000))).not.toBeNaN();
  });
});
