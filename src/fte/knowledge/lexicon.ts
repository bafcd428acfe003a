import type { Article } from './article.ts';
import { isStopWord, pairsOf, pairsOfPhrase, stem, termsOf, wordsOf } from './terms.ts';

/** The parts of an article that are searched. */
export const FIELDS = ['title', 'keywords', 'headings', 'body'] as const;
/** One of `FIELDS`. */
export type Field = (typeof FIELDS)[number];

/** An article as the terms of its parts, separated by spaces. */
export type IndexedArticle = { readonly id: string } & { readonly [field in Field]: string };

/** What the articles together say about words. */
export interface Lexicon {
  readonly articles: readonly IndexedArticle[];
  /** The words as they are spelled in the articles. */
  readonly words: ReadonlySet<string>;
  has(term: string): boolean;
  /** How much a term tells about the subject: from almost 0, in every article, to 1, in one only. */
  weightOf(term: string): number;
}

/** The share of a term's weight that its rarity among titles and keywords makes up. */
const HEAD_SHARE = 0.3;
/** The words of a pair count as well, so that the pair itself must not count in full. */
const PAIR_WEIGHT = 0.4;

/** Turns articles into terms and weighs each term. */
export function createLexicon(articles: readonly Article[]): Lexicon {
  const words = new Set<string>();
  const indexed = articles.map((article) => {
    const { id, title, keywords, headings } = article;
    const body = article.body.split('\n');
    for (const word of [title, ...keywords, ...headings, ...body].flatMap(wordsOf)) {
      if (!isStopWord(word)) words.add(word);
    }
    return {
      id,
      title: joinTerms([title], pairsOf),
      keywords: joinTerms(keywords, pairsOfPhrase),
      headings: joinTerms(headings, pairsOf),
      body: joinTerms(body, pairsOf),
    };
  });

  const single = new Set([...words].map(stem));
  const anywhere = frequencies(indexed, FIELDS);
  const inHead = frequencies(indexed, ['title', 'keywords']);
  const weights = new Map<string, number>();
  for (const [term, count] of anywhere) {
    const rarity = rarityOf(count, articles.length);
    const headCount = inHead.get(term);
    const headRarity = headCount === undefined ? rarity : rarityOf(headCount, articles.length);
    const weight = rarity * (1 - HEAD_SHARE) + headRarity * HEAD_SHARE;
    weights.set(term, single.has(term) ? weight : weight * PAIR_WEIGHT);
  }

  return {
    articles: indexed,
    words,
    has: (term) => weights.has(term),
    weightOf: (term) => weights.get(term) ?? 1,
  };
}

function joinTerms(texts: readonly string[], pairs: (text: string) => readonly string[]): string {
  return texts.flatMap((text) => [...termsOf(text), ...pairs(text)]).join(' ');
}

/** In how many articles each term occurs. */
function frequencies(
  articles: readonly IndexedArticle[],
  fields: readonly Field[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const article of articles) {
    const terms = new Set(fields.flatMap((field) => splitTerms(article[field])));
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return counts;
}

/** The terms of an indexed text. */
export function splitTerms(text: string): string[] {
  return text.split(' ').filter((term) => term !== '');
}

/** Inverse document frequency as in BM25, divided by its greatest value. */
function rarityOf(count: number, articles: number): number {
  const idf = (n: number) => Math.log(1 + (articles - n + 0.5) / (n + 0.5));
  return idf(count) / idf(1);
}
