import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Article, parseArticle } from './article.ts';
import type { KnowledgeBase } from './contract.ts';
import { createKnowledgeBase } from './search.ts';

/**
 * Reads and indexes every `*.md` of a directory, once.
 *
 * @throws Error naming the directory if it can't be read or holds no article, or naming the article that is
 * not usable.
 */
export function loadKnowledgeBase(dir: string): KnowledgeBase {
  return createKnowledgeBase(readArticles(dir));
}

/**
 * The articles of a directory in the order of their names.
 *
 * @throws Error as `loadKnowledgeBase` does.
 */
export function readArticles(dir: string): readonly Article[] {
  const sources = readSources(dir);
  if (sources.length === 0) throw new Error(`There are no articles (*.md) in the directory ${dir}.`);
  return sources.map(({ file, source }) => parseArticle(file, source));
}

function readSources(dir: string): readonly { readonly file: string; readonly source: string }[] {
  try {
    return readdirSync(dir)
      .filter((file) => file.endsWith('.md'))
      .sort()
      .map((file) => ({ file, source: readFileSync(join(dir, file), 'utf8') }));
  } catch (cause) {
    throw new Error(`The articles in the directory ${dir} can't be read.`, { cause });
  }
}
