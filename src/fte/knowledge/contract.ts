/** An article that a search found. */
export interface SearchHit {
  readonly id: string;
  readonly title: string;
  /** Plain text, at most some 600 characters, that the employee may quote. */
  readonly excerpt: string;
  /** Relevance from 0 to 1, comparable between queries. */
  readonly score: number;
}

export interface KnowledgeBase {
  /** The best hits at or above the relevance floor come first; at most `limit` (default 5). */
  search(query: string, limit?: number): readonly SearchHit[];
  /** Hits below this score do not answer a question. */
  readonly relevanceFloor: number;
  /** How many articles are indexed. */
  readonly size: number;
}
