import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKnowledgeBase, readArticles } from '../../../src/fte/knowledge/load.ts';
import { RELEVANCE_FLOOR } from '../../../src/fte/knowledge/search.ts';

const RAFT = '---\ntitle: Build a raft\ncategory: general\nkeywords: raft\n---\nTie the logs.\n';
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'articles-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('a directory of articles', () => {
  it('is read once, and only its Markdown files', () => {
    writeFileSync(join(dir, 'raft.md'), RAFT);
    writeFileSync(join(dir, 'boat.md'), RAFT.replaceAll('raft', 'boat'));
    writeFileSync(join(dir, 'notes.txt'), 'not an article');
    const knowledge = loadKnowledgeBase(dir);
    rmSync(join(dir, 'raft.md'));
    expect(knowledge.size).toBe(2);
    expect(knowledge.relevanceFloor).toBe(RELEVANCE_FLOOR);
    expect(knowledge.search('raft')[0]).toMatchObject({ id: 'raft', excerpt: 'Tie the logs.' });
  });

  it('is read in the order of names', () => {
    for (const name of ['c.md', 'a.md', 'b.md']) writeFileSync(join(dir, name), RAFT);
    expect(readArticles(dir).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('must have articles', () => {
    writeFileSync(join(dir, 'notes.txt'), 'not an article');
    expect(() => loadKnowledgeBase(dir)).toThrow(`There are no articles (*.md) in the directory ${dir}.`);
  });

  it('must exist', () => {
    const missing = join(dir, 'missing');
    expect(() => loadKnowledgeBase(missing)).toThrow(
      `The articles in the directory ${missing} can't be read.`,
    );
  });

  it('must be readable throughout', () => {
    mkdirSync(join(dir, 'folder.md'));
    expect(() => loadKnowledgeBase(dir)).toThrow(`The articles in the directory ${dir} can't be read.`);
  });

  it('names the article that is broken', () => {
    writeFileSync(join(dir, 'raft.md'), RAFT.replace('category: general', 'category: rafts'));
    expect(() => loadKnowledgeBase(dir)).toThrow(/raft\.md .*"rafts"/);
  });
});
