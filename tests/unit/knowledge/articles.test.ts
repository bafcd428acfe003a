import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXCERPT_LENGTH } from '../../../src/fte/knowledge/article.ts';
import { readArticles } from '../../../src/fte/knowledge/load.ts';

const DIR = 'src/fte/knowledge/articles';
const articles = readArticles(DIR);
const sources = readdirSync(DIR).map((file) => [file, readFileSync(join(DIR, file), 'utf8')] as const);

/** What no answer to a customer may say. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'an amount of money',
    /[$€£¥₹]|\b(?:USD|EUR|GBP|CHF)\b|\b\d+(?:[.,]\d+)?\s*(?:dollars?|euros?|pounds?|cents?|pence)\b/i,
  ],
  ['a price', /\b(?:pric(?:e|es|ing)|discounts?|cheap(?:er|est)?|free of charge|for free)\b/i],
  ['a refund', /\brefund|\bmoney back\b|\breimburse/i],
  [
    'a coming feature',
    /\b(?:coming soon|roadmap|will be (?:available|released|added|supported)|in a future (?:version|release)|upcoming release)\b/i,
  ],
  [
    'another vendor',
    /\b(?:Deputy|When I Work|Homebase|7shifts|Connecteam|Sling|Planday|Rotaready|Shiftboard|Clockify|Toggl|Harvest|Humanity|Jibble)\b/,
  ],
  [
    'an inner system',
    /\b(?:AWS|Lambda|DynamoDB|SQS|Kubernetes|Prometheus|Grafana|Postgres|Redis|Jira|internal (?:tool|system|team))\b/i,
  ],
];

describe('the articles', () => {
  it('are 30 to 34', () => {
    expect(articles.length).toBeGreaterThanOrEqual(30);
    expect(articles.length).toBeLessThanOrEqual(34);
  });

  it('cover every category', () => {
    expect(new Set(articles.map(({ category }) => category))).toEqual(
      new Set(['general', 'technical', 'billing', 'feedback', 'bug_report']),
    );
  });

  it('have a title and an excerpt of their own', () => {
    expect(new Set(articles.map(({ title }) => title.toLowerCase())).size).toBe(articles.length);
    expect(new Set(articles.map(({ excerpt }) => excerpt)).size).toBe(articles.length);
  });

  it('are all Markdown, in files with plain names', () => {
    expect(sources.filter(([file]) => !/^[a-z]+(?:-[a-z]+)*\.md$/.test(file))).toEqual([]);
  });
});

describe.each(articles.map((article) => [article.id, article] as const))('%s', (_, article) => {
  it('has 120 to 250 words', () => {
    const words = [...article.headings, article.body].join(' ').split(/\s+/).length;
    expect(words).toBeGreaterThanOrEqual(120);
    expect(words).toBeLessThanOrEqual(250);
  });

  it('answers in its first paragraph, which fits the excerpt', () => {
    expect(article.body.startsWith(article.excerpt)).toBe(true);
    expect(article.excerpt.length).toBeGreaterThanOrEqual(150);
    expect(article.excerpt.length).toBeLessThanOrEqual(EXCERPT_LENGTH);
    expect(article.excerpt).toMatch(/\.$/);
  });

  it('has keywords, none of them twice', () => {
    expect(article.keywords.length).toBeGreaterThanOrEqual(5);
    expect(new Set(article.keywords.map((word) => word.toLowerCase())).size).toBe(article.keywords.length);
  });

  it('leaves no Markdown in its plain text', () => {
    expect([article.excerpt, article.body, ...article.headings].join('\n')).not.toMatch(/\*\*|\]\(|^#|`/m);
  });
});

describe.each(sources)('the text of %s', (_, text) => {
  it.each(FORBIDDEN)('does not speak of %s', (_what, pattern) => {
    expect(text.match(pattern)?.[0]).toBeUndefined();
  });
});
