import MiniSearch, { type SearchResult } from 'minisearch';
import type { Article } from './article.ts';
import type { KnowledgeBase, SearchHit } from './contract.ts';
import { createLexicon, FIELDS, type IndexedArticle, type Lexicon, splitTerms } from './lexicon.ts';
import { createReader, type Query } from './query.ts';

/** Hits below this score do not answer a question. */
export const RELEVANCE_FLOOR = 0.26;

const DEFAULT_LIMIT = 5;
const BOOST = { title: 4, keywords: 3, headings: 1.5, body: 1 };
/** How surely an article is about a term that it has in this field. */
const STRENGTH: { readonly [field: string]: number } = { title: 1, keywords: 0.9, headings: 0.5, body: 0.35 };
/** Added to the weight of a passage, so that a lone word that says little does not make an answer. */
const DOUBT = 0.5;
/** The share of a score that its place among the other hits makes up. */
const RANK_SHARE = 0.2;

/**
 * Indexes articles and answers queries from memory.
 *
 * A score is the part of the query that the article covers, words weighted by how rare they are, in that
 * passage of the query which it covers best; BM25 separates articles that cover alike. Words which no article
 * knows lower it, so that it tells a question about the product from any other.
 *
 * @throws Error if two articles have the same id.
 */
export function createKnowledgeBase(articles: readonly Article[]): KnowledgeBase {
  const lexicon = createLexicon(articles);
  const read = createReader(lexicon);
  const index = new MiniSearch<IndexedArticle>({
    fields: [...FIELDS],
    tokenize: splitTerms,
    processTerm: (term) => term,
  });
  index.addAll(lexicon.articles);
  const byId = new Map(articles.map((article) => [article.id, article]));

  return {
    relevanceFloor: RELEVANCE_FLOOR,
    size: articles.length,
    search(text, limit = DEFAULT_LIMIT) {
      const query = read(text);
      if (query.terms.size === 0) return [];
      const results = index.search([...query.terms.keys()].join(' '), {
        boost: BOOST,
        boostTerm: (term) => query.terms.get(term) ?? 1,
      });
      const best = results[0]?.score ?? 1;
      const hits = results.flatMap((result): SearchHit[] => {
        const article = byId.get(String(result.id));
        if (article === undefined) return [];
        const { id, title, excerpt } = article;
        const rank = 1 - RANK_SHARE + (RANK_SHARE * result.score) / best;
        return [{ id, title, excerpt, score: coverageOf(query, result, lexicon) * rank }];
      });
      return hits.sort((a, b) => b.score - a.score).slice(0, Math.max(0, limit));
    },
  };
}

/** The greatest covered share among the query's passages, from 0 to below 1. */
function coverageOf(query: Query, result: SearchResult, lexicon: Lexicon): number {
  const covered = new Map<string, number>();
  for (const [term, fields] of Object.entries(result.match)) {
    const strength = Math.max(...fields.map((field) => STRENGTH[field] ?? 0));
    covered.set(term, lexicon.weightOf(term) * (query.terms.get(term) ?? 0) * strength);
  }
  let greatest = 0;
  for (const { terms, weight } of query.passages) {
    let sum = 0;
    for (const term of terms) sum += covered.get(term) ?? 0;
    greatest = Math.max(greatest, sum / (weight + DOUBT));
  }
  return greatest;
}
