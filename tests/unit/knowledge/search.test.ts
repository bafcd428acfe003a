import fc from 'fast-check';
import { parseArticle } from '../../../src/fte/knowledge/article.ts';
import { loadKnowledgeBase } from '../../../src/fte/knowledge/load.ts';
import { createKnowledgeBase } from '../../../src/fte/knowledge/search.ts';
import { QUESTIONS } from './questions.ts';

const knowledge = loadKnowledgeBase('src/fte/knowledge/articles');
const QUERIES = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom(...QUESTIONS.map(([question]) => question)),
  fc
    .array(
      fc.constantFrom(
        'clock',
        'in',
        'CSV',
        "can't",
        '__proto__',
        'constructor',
        'shfit',
        '\ud800',
        '🕐',
        '2FA',
      ),
    )
    .map((words) => words.join(' ')),
);

function article(id: string, title: string, keywords: string, text: string) {
  return parseArticle(
    `${id}.md`,
    `---\ntitle: ${title}\ncategory: general\nkeywords: ${keywords}\n---\n${text}\n`,
  );
}

describe('any query', () => {
  it('gives at most the asked number of hits, best first, each from 0 to 1', () => {
    fc.assert(
      fc.property(QUERIES, fc.integer({ min: -3, max: 50 }), (query, limit) => {
        const hits = knowledge.search(query, limit);
        expect(hits.length).toBeLessThanOrEqual(Math.max(0, limit));
        const scores = hits.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
        expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same hits each time and does not care about case or accents', () => {
    fc.assert(
      fc.property(fc.constantFrom(...QUESTIONS), ([question]) => {
        const hits = knowledge.search(question);
        expect(knowledge.search(question)).toEqual(hits);
        expect(knowledge.search(question.toUpperCase())).toEqual(hits);
        expect(knowledge.search(question.replaceAll('e', 'é'))).toEqual(hits);
      }),
    );
  });

  it.each(['', '   \n\t', '?!', 'and the of', '🙂', '\ud800'])('finds nothing for %j', (query) => {
    expect(knowledge.search(query)).toEqual([]);
  });

  it('gives five hits unless told', () => {
    expect(knowledge.search('clock in on my phone and export the schedule to my calendar')).toHaveLength(5);
  });
});

describe('a score', () => {
  it('falls with each word that no article knows', () => {
    const scores = ['reset password', 'reset password banana', 'reset password banana giraffe'].map(
      (query) => knowledge.search(query, 1)[0]?.score ?? 0,
    );
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(scores).size).toBe(3);
  });

  it('survives a long story around the question', () => {
    const story = 'My brother plays the trumpet in a village orchestra and loves penguins. '.repeat(20);
    const hits = knowledge.search(`${story} How do I export the hours to payroll as CSV? ${story}`);
    expect(hits[0]?.id).toBe('payroll-export');
    expect(hits[0]?.score).toBeGreaterThanOrEqual(knowledge.relevanceFloor);
  });

  it.each([
    ['timeshet aproval', 'approve-timesheets'],
    ['time sheets', 'approve-timesheets'],
    ['clockin', 'clock-in-and-out'],
    ['invocie', 'invoices'],
    ['overtme', 'overtime-rules'],
    ['swaping shifts', 'swap-a-shift'],
    ['timezones', 'time-zones'],
    ['authentic', 'two-factor-authentication'],
  ])('understands %j', (query, id) => {
    expect(knowledge.search(query)[0]).toMatchObject({ id });
    expect(knowledge.search(query)[0]?.score).toBeGreaterThanOrEqual(knowledge.relevanceFloor);
  });
});

describe('an index', () => {
  it('prefers the article whose title names the subject', () => {
    const base = createKnowledgeBase([
      article('a', 'Lighthouses', 'sea', 'A gale is strong wind. It blows.'),
      article('b', 'Gales', 'wind', 'What blows is a storm. Ships stay in the harbour.'),
    ]);
    expect(base.search('gale').map(({ id }) => id)).toEqual(['b', 'a']);
    expect(base.size).toBe(2);
  });

  it('gives title and excerpt', () => {
    const base = createKnowledgeBase([
      article('a', 'Tall lighthouses', 'sea', 'They **shine**.\n\n## More\n\nFar.'),
    ]);
    expect(base.search('lighthouse')).toMatchObject([
      { id: 'a', title: 'Tall lighthouses', excerpt: 'They shine.' },
    ]);
  });

  it('may be empty', () => {
    const base = createKnowledgeBase([]);
    expect(base.search('anything')).toEqual([]);
    expect(base.size).toBe(0);
  });

  it('refuses two articles with one id', () => {
    const one = article('a', 'Lighthouses', 'sea', 'They shine.');
    expect(() => createKnowledgeBase([one, one])).toThrow(/duplicate ID/);
  });
});

describe('the longest queries', () => {
  const repeat = (text: string) => text.repeat(Math.ceil(5_000 / text.length)).slice(0, 5_000);
  const scrambled = QUESTIONS.map(([question]) => question.replace(/(\w)(\w)(\w)/g, '$1$3$2x')).join(' ');

  it.each([
    ['questions', repeat(QUESTIONS.map(([question]) => question).join(' '))],
    ['nonsense', repeat(scrambled)],
    ['one word', 'a'.repeat(5_000)],
    ['letters that unfold', repeat('\ufdfa')],
    ['far too long', 'clock in '.repeat(50_000)],
  ])('neither hang nor blow up: %s', (_, query) => {
    const start = performance.now();
    knowledge.search(query);
    // A few milliseconds; what grows with the square of the length would take minutes.
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
