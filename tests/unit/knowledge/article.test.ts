import { EXCERPT_LENGTH, parseArticle, plainText } from '../../../src/fte/knowledge/article.ts';

const FRONT = ['title: Build a raft', 'category: general', 'keywords: raft, logs , rope'];

function source(front: readonly string[], body = 'Tie the logs.'): string {
  return ['---', ...front, '---', '', body, ''].join('\n');
}

describe('an article', () => {
  it('is read with all its parts', () => {
    const body =
      'Tie **three** logs\nwith `a_rope_b`.\n\n## On the *water*\n\n1. Push.\n2. [Row](https://example.org) on.\n- Rest';
    expect(parseArticle('dir/build-a-raft.md', source(FRONT, body))).toEqual({
      id: 'build-a-raft',
      title: 'Build a raft',
      category: 'general',
      keywords: ['raft', 'logs', 'rope'],
      headings: ['On the water'],
      body: 'Tie three logs with a_rope_b.\nPush.\nRow on.\nRest',
      excerpt: 'Tie three logs with a_rope_b.',
    });
  });

  it('may have Windows line ends, a byte order mark and a colon in its title', () => {
    const text = source(['title: Rafts: a guide', ...FRONT.slice(1)]).replaceAll('\n', '\r\n');
    expect(parseArticle('a.md', `\uFEFF${text}`)).toMatchObject({
      title: 'Rafts: a guide',
      body: 'Tie the logs.',
    });
  });

  it('takes the first paragraph as excerpt, also after a heading', () => {
    expect(parseArticle('a.md', source(FRONT, '# Rafts\n\nTie them.\n\nThen row.')).excerpt).toBe(
      'Tie them.',
    );
  });

  it('cuts a long excerpt after a sentence', () => {
    const { excerpt } = parseArticle('a.md', source(FRONT, 'Tie the logs well. '.repeat(60)));
    expect(excerpt.length).toBeLessThanOrEqual(EXCERPT_LENGTH);
    expect(excerpt).toMatch(/Tie the logs well\.$/);
    expect(excerpt.length).toBeGreaterThan(EXCERPT_LENGTH - 20);
  });

  it('cuts an endless sentence after a word', () => {
    const { excerpt } = parseArticle('a.md', source(FRONT, 'logs '.repeat(200)));
    expect(excerpt.length).toBeLessThanOrEqual(EXCERPT_LENGTH);
    expect(excerpt).toMatch(/ logs…$/);
    expect(parseArticle('a.md', source(FRONT, 'x'.repeat(900))).excerpt).toBe(
      `${'x'.repeat(EXCERPT_LENGTH - 1)}…`,
    );
  });
});

describe('plain text', () => {
  it.each([
    ['a **bold** and *slanted* and __bold__ word', 'a bold and slanted and bold word'],
    ['`snake_case_name` and snake_case_name', 'snake_case_name and snake_case_name'],
    ['`2 * 3 * 4` is 2 * 3 * 4', '2 * 3 * 4 is 2 * 3 * 4'],
    ['![a picture](a.png) of [it](b.md)', 'a picture of it'],
    ['5 \\* 3', '5 * 3'],
    ['a  b\n\tc', 'a b c'],
  ])('of %j is %j', (markdown, plain) => {
    expect(plainText(markdown)).toBe(plain);
  });
});

describe('an article that is not usable', () => {
  it.each([
    ['has no front matter', 'Tie the logs.', /front matter between/],
    ['has front matter that never ends', '---\ntitle: Build a raft\n\nTie the logs.', /front matter between/],
    ['has text before the front matter', `Hello\n${source(FRONT)}`, /front matter between/],
    ['is empty', '', /front matter between/],
    ['has empty front matter', '---\n---\n\nTie.', /lacks the field "title"/],
    ['lacks a title', source(FRONT.slice(1)), /lacks the field "title"/],
    ['lacks a category', source(FRONT.toSpliced(1, 1)), /lacks the field "category"/],
    ['lacks keywords', source(FRONT.slice(0, 2)), /lacks the field "keywords"/],
    ['has an empty title', source(['title:', ...FRONT.slice(1)]), /lacks the field "title"/],
    [
      'has keywords without a word',
      source([...FRONT.slice(0, 2), 'keywords: , ,']),
      /lacks the field "keywords"/,
    ],
    ['has an unknown field', source([...FRONT, 'author: nobody']), /unknown field "author"/],
    ['has a field twice', source([...FRONT, 'title: Again']), /field "title" twice/],
    ['has a line without a colon', source([...FRONT, 'nothing']), /line "nothing" of the front matter/],
    [
      'has an unknown category',
      source(FRONT.with(1, 'category: rafts')),
      /category "rafts" is not one of general, /,
    ],
    ['has the category of messages only', source(FRONT.with(1, 'category: unknown')), /category "unknown"/],
    ['has no text', source(FRONT, ''), /no text after/],
    ['has headings only', source(FRONT, '# Rafts\n\n## Logs'), /no text after/],
  ])('is refused when it %s', (_, text, reason) => {
    expect(() => parseArticle('raft.md', text)).toThrow(reason);
    expect(() => parseArticle('raft.md', text)).toThrow(/^The article raft\.md is not usable: /);
  });
});
