import fc from 'fast-check';
import { escalationTriggers, isEmptyMessage } from '../../../src/fte/agent/triggers.ts';
import { priorityFor } from '../../../src/fte/escalations/priority.ts';
import { ESCALATION_REASONS, type EscalationReason, PRIORITIES } from '../../../src/fte/vocabulary.ts';

const calm = { subject: undefined, sentiment: 0.5, language: 'en', contactsOnIssue: 1 } as const;
const reasonsIn = (text: string) => escalationTriggers({ ...calm, text });

const said: Partial<Record<EscalationReason, readonly string[]>> = {
  security_concern: [
    'We think there was a data breach',
    'I suspect a breach of our account',
    'Our employee data was leaked online',
    'Someone leaked our payroll records',
    'my account has been hacked',
    'A hacker got into our workspace',
    'Passwords were stolen from our server',
    'stolen credentials!!',
    'I got a phishing e-mail that pretends to be you',
    'There was unauthorized access to our admin panel',
    'Someone else logged in to my account',
    'somebody is using my login to clock in',
    'I can see another company’s shifts in my roster',
    'I found a vulnerability in your API',
    'Our roster leaked, it is compromised',
    'My data was accessed by someone',
    'the kiosk tablet was stolen last night',
    'I want to report a security issue',
  ],
  legal_matter: [
    'My lawyer will be in touch',
    'You will hear from my attorney',
    'We will sue you',
    'I am going to sue if this is not fixed',
    'I WILL SUE YOU',
    'We are considering legal action',
    'see you in court',
    'We take you to court',
    'pending litigation requires the records',
    'a lawsuit was filed',
    'Our solicitors asked for this',
    'Our legal team will contact you',
    'We will contact our legal department',
    'I’ll report you to the authorities',
  ],
  explicit_human_request: [
    'Can I talk to a human?',
    'I want to speak with a real person',
    'let me talk to someone',
    'please connect me to an agent',
    'Transfer me to a representative please',
    'agent',
    'Human please!',
    'REPRESENTATIVE',
    'I need a human',
    'give me an agent now',
    'I’d like to speak to a customer service representative',
    'I want to talk to your manager',
    'Can someone call me?',
    'I want to talk to support',
    'is anyone there?',
    'Who can I talk to about this?',
    'Please have an agent contact me',
    'this bot is useless, get me a human',
    'please call me back',
    'I don’t want to talk to a bot',
    'stop, I am tired of talking to a robot',
    'is there a live agent I can chat with',
    'Could I speak to someone in your billing team',
    'I want someone real',
    'can i chat with a person',
    'Put me through to someone',
    'escalate this please',
    'I would rather speak with a sales representative',
    'How can I reach a human here?',
    'I want to talk to someone about my bill',
  ],
  refund_request: [
    'I want a refund',
    'Please refund the last invoice',
    'I want my money back',
    'I will do a chargeback',
    'cancel my subscription',
    'How do I cancel our Larkspur subscription?',
    'I am cancelling the subscription today',
    'Please cancel our account',
    'stop charging me',
    'We were refunded only half',
  ],
  pricing_inquiry: [
    'What is the price of the Pro plan?',
    'How much is the Pro plan?',
    'how much for 20 users?',
    'How much?',
    'How much does it cost per user?',
    'What does the upgrade cost?',
    'Can you send me a quote?',
    'Could you quote us for 50 seats',
    'pricing please',
    'Is there a discount for non-profits?',
    'what do you charge for extra locations? do you charge per location?',
    'How much would we pay for 5 more seats',
    'it is too expensive for us',
    'What are the costs?',
    'what are your rates',
    'price list please',
    'how much is it',
  ],
  profanity: [
    'this is shit',
    'what the fuck',
    'f*ck this',
    'fuuuck',
    'you assholes',
    'wtf is this',
    'bullshit',
    'piss off',
    'sh1t app',
    'f**k this',
    'what a load of s**t',
    'a$$hole',
    'SHITTY app',
    'fuck-up',
    'you are a bastard',
  ],
};

const nearMisses: Partial<Record<EscalationReason, readonly string[]>> = {
  security_concern: [
    'The schedule shows a rest-period breach',
    'How do I see breaches of the overtime rules?',
    'It warns that the shift breaches our break policy',
    'Is it a breach of contract to swap shifts?',
    'Is there a hack to copy a week?',
    'We hire a security guard for the night shift',
    'Someone stole my shift',
    'There is a water leak in the store, how do I cancel shifts',
    'How do I log in with a security key?',
    'How is my data stored?',
    'Someone changed my shift',
    'How do I give my colleague access to another location?',
  ],
  legal_matter: [
    'Sue can’t see her shifts',
    'Please give the shift to Sue',
    'Sue’s roster is empty',
    'Shift in the food court',
    'We run a tennis court and need opening hours',
    'Schedule for our lawyers is empty',
    'the attorney role is missing in the list',
    'Best, Jane Doe, Attorney at Law',
    'How do I add a legal holiday?',
    'Change my legal name',
    'I want to pursue this issue',
    'The tissue shift',
    'Move the shift in court 3',
  ],
  explicit_human_request: [
    'The user agent string is Chrome 120',
    'An agent of our company cannot log in',
    'Our agents can’t swap shifts',
    'How do I add human resources as a department?',
    'It was a human error',
    'The sales representative role is missing in the schedule',
    'Assign a representative to the night shift',
    'How can employees talk to someone on their shift?',
    'I want to contact a person on my shift',
    'I don’t need to talk to a human, just tell me the steps',
    'No need to speak to anyone, thanks',
    'I need a person for the Monday shift',
    'Transfer the shift to another person',
    'My manager told me to ask you',
    'How do I talk to my manager about a swap?',
    'How do I escalate swap requests to another approver?',
    'Please call me Jane',
    'The chat bot integration is broken',
    'Can someone help me with the export?',
    'I would like to speak with human resources',
  ],
  refund_request: [
    'How do I cancel a shift?',
    'Please cancel my shift on Monday',
    'cancel the calendar sync',
    'I don’t want a refund, I want it to work',
    'We staff the refund desk on Sundays',
    'How do I cancel my plan for the swap?',
    'unsubscribe from these e-mails',
    'How do I record reimbursement of travel?',
  ],
  pricing_inquiry: [
    'Where do I set a cost centre?',
    'cost center missing in export',
    'The labor cost report is empty',
    'Where is the overtime cost?',
    'How much time does an import take?',
    'How much vacation does Anna have left?',
    'how much overtime did we schedule',
    'How much is my vacation balance?',
    'I must get this done at all costs',
    'This bug costs us hours',
    'The CSV has double quotes',
    'a quote character breaks the import',
    'See costs of the shift in the roster',
    'It costs me a lot of time',
    'priceless',
    'How much notice is needed for a swap?',
  ],
  profanity: [
    'class',
    'Scunthorpe',
    'assignment',
    'Please assign the shift',
    'assess the assistant’s assets',
    'Our passcode is 455',
    'It happened at 455 Main St, room 5317',
    'PRN shifts for nurses',
    'The cockpit crew and the cocktail bar',
    'Dick Smith and Mrs Dickson',
    'analytics, analysis, anal.ytics',
    'Essex and Sussex stores',
    'document title, Titus, constitution',
    'the fk_user foreign key',
    'Hancock, Babcock, Penistone',
    'shift, shifts, shiitake',
    'The tax assessor in Assen',
    'sex: female',
    'mass import of glasses, grass, brass, passes',
    'Matsushita and Fukuda',
    'Closed (until Monday), open (unless it rains)',
    'if (key === 3) fails',
    'Mr Stöbich, Mr Gerhard Stobich',
    'commit fa63ed4 and order fa46c90c5d',
    'f(k) = 2 * k, 3 * t',
    'Bring the tshirt, size S *',
    'ASSN of Nurses',
    'https://example.com/shit/list',
    'the cumulative cum total',
  ],
};

const rows = (table: Partial<Record<EscalationReason, readonly string[]>>) =>
  Object.entries(table).flatMap(([reason, texts]) =>
    texts.map((text) => [reason as EscalationReason, text] as const),
  );

const long = [
  ...[
    'a',
    'é',
    ' ',
    '-',
    '’',
    '>',
    '\n',
    '>\n',
    '1',
    '(',
    '"',
    'not ',
    'data ',
    'leaked ',
    'cost ',
    'how much ',
  ],
  ...[
    'talk to ',
    'cancel my ',
    'breach of ',
    'breach a-b ',
    'f*',
    's$',
    'shit ',
    'ass',
    'see another ',
    'want a ',
  ],
];
const anyText = fc.string({ unit: 'binary', maxLength: 300 });

describe('escalationTriggers', () => {
  test.each(rows(said))('%s: %s', (reason, text) => {
    expect(reasonsIn(text)).toContain(reason);
  });

  test.each(rows(nearMisses))('not %s: %s', (reason, text) => {
    expect(reasonsIn(text)).not.toContain(reason);
  });

  test.each([
    'How do I swap a shift with a colleague?',
    'The export fails with an error, please help.',
    'The app crashes when I open the roster',
    'Thank you, that solved it!',
    '12345',
  ])('nothing: %s', (text) => {
    expect(reasonsIn(text)).toEqual([]);
  });

  test('finds every reason, in the order that counts', () => {
    const text = 'This fucking breach! My lawyer wants my money back. How much? Give me a human!';
    expect(
      escalationTriggers({ text, subject: undefined, sentiment: 0.1, language: 'es', contactsOnIssue: 3 }),
    ).toEqual([
      'security_concern',
      'legal_matter',
      'explicit_human_request',
      'refund_request',
      'pricing_inquiry',
      'negative_sentiment',
      'profanity',
      'repeat_contact',
      'language_not_supported',
    ]);
  });

  test('reads the subject', () => {
    expect(escalationTriggers({ ...calm, subject: 'Refund', text: 'see attachment' })).toEqual([
      'refund_request',
    ]);
  });

  test('does not read what an e-mail quotes', () => {
    expect(reasonsIn('Thanks, done.\n\n> You asked for a refund.\n> A human will answer.')).toEqual([]);
  });

  test('a near miss does not hide the real thing beside it', () => {
    expect(reasonsIn('The labour cost report is empty. And what does the Pro plan cost?')).toEqual([
      'pricing_inquiry',
    ]);
  });

  test.each([
    [0.29, ['negative_sentiment']],
    [0.3, []],
    [Number.NaN, []],
  ])('a tone of %d: %j', (sentiment, reasons) => {
    expect(escalationTriggers({ ...calm, text: 'hello', sentiment })).toEqual(reasons);
  });

  test.each([
    [2, []],
    [3, ['repeat_contact']],
    [9, ['repeat_contact']],
  ])('%d contacts: %j', (contactsOnIssue, reasons) => {
    expect(escalationTriggers({ ...calm, text: 'hello', contactsOnIssue })).toEqual(reasons);
  });

  test.each([
    ['en', []],
    ['und', []],
    ['fr', ['language_not_supported']],
  ])('language %s: %j', (language, reasons) => {
    expect(escalationTriggers({ ...calm, text: 'hello', language })).toEqual(reasons);
  });

  test.each(['👍', '§§ ¤¤', '\ufffd\ufffd\ufffd', '❤️ 🙏', '+=+=+', '│ ═ │'])('cannot parse %j', (text) => {
    expect(reasonsIn(text)).toEqual(['unable_to_parse_message']);
  });

  test.each(['', '   ', '...', '?!', '👍 ok', 'é', '你好', '1'])('can parse %j, or ask', (text) => {
    expect(reasonsIn(text)).toEqual([]);
  });

  test('gives known reasons in their order, each once, for any text', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, subject) => {
        const reasons = escalationTriggers({ ...calm, text, subject });
        expect(reasons).toEqual(ESCALATION_REASONS.filter((reason) => reasons.includes(reason)));
      }),
    );
  });

  test.each(long)('takes a long run of %j', (unit) => {
    expect(reasonsIn(unit.repeat(5000))).toBeInstanceOf(Array);
  });
});

describe('isEmptyMessage', () => {
  test.each(['', ' \n\t', '...', '?', '—', '\u200b\u00a0', '"" ()'])('is empty: %j', (text) => {
    expect(isEmptyMessage(text)).toBe(true);
  });

  test.each(['hi', '1', '👍', 'é', '+', '¤'])('is not empty: %j', (text) => {
    expect(isEmptyMessage(text)).toBe(false);
  });

  test('an empty message is never one that cannot be parsed', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isEmptyMessage(text) && reasonsIn(text).includes('unable_to_parse_message')).toBe(false);
      }),
    );
  });
});

describe('priorityFor', () => {
  test.each([
    ['security_concern', undefined, 'urgent'],
    ['legal_matter', 'low', 'urgent'],
    ['negative_sentiment', undefined, 'high'],
    ['profanity', 'medium', 'high'],
    ['explicit_human_request', 'unknown', 'high'],
    ['repeat_contact', 'low', 'high'],
    ['refund_request', undefined, 'high'],
    ['refund_request', 'urgent', 'urgent'],
    ['pricing_inquiry', undefined, 'medium'],
    ['pricing_inquiry', 'low', 'medium'],
    ['pricing_inquiry', 'high', 'high'],
    ['no_documentation_found', 'unknown', 'medium'],
    ['processing_error', 'low', 'medium'],
  ] as const)('%s, stated %s: %s', (reason, stated, priority) => {
    expect(priorityFor(reason, stated)).toBe(priority);
  });

  test('is at least medium and never below what was stated', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ESCALATION_REASONS),
        fc.constantFrom(...PRIORITIES),
        (reason, stated) => {
          const rank = PRIORITIES.indexOf(priorityFor(reason, stated));
          expect(rank).toBeGreaterThanOrEqual(PRIORITIES.indexOf('medium'));
          expect(rank).toBeLessThan(PRIORITIES.indexOf('unknown'));
          if (stated !== 'unknown') expect(rank).toBeGreaterThanOrEqual(PRIORITIES.indexOf(stated));
        },
      ),
    );
  });
});
