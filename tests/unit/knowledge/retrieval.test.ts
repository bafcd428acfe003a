import { loadKnowledgeBase } from '../../../src/fte/knowledge/load.ts';
import { HARD_QUESTIONS } from './hard-questions.ts';
import { LOOK_ALIKES, OFF_TOPIC } from './off-topic.ts';
import { QUESTIONS } from './questions.ts';

const knowledge = loadKnowledgeBase('src/fte/knowledge/articles');
const ALL: typeof QUESTIONS = [...QUESTIONS, ...HARD_QUESTIONS];

function shares(questions: typeof QUESTIONS): { readonly top1: number; readonly top3: number } {
  const ranks = questions.map(([question, article]) =>
    knowledge.search(question, 3).findIndex(({ id }) => id === article),
  );
  return {
    top1: ranks.filter((rank) => rank === 0).length / ranks.length,
    top3: ranks.filter((rank) => rank >= 0).length / ranks.length,
  };
}

const scoreOf = (question: string): number => knowledge.search(question, 1)[0]?.score ?? 0;

describe('questions about the product', () => {
  it('asks for every article at least twice', () => {
    const asked = Map.groupBy(ALL, ([, article]) => article);
    expect(asked.size).toBe(knowledge.size);
    expect([...asked].filter(([, questions]) => questions.length < 2)).toEqual([]);
  });

  it('finds the right article first for 85 % and among three for 95 %', () => {
    const { top1, top3 } = shares(ALL);
    expect(top1).toBeGreaterThanOrEqual(0.85);
    expect(top3).toBeGreaterThanOrEqual(0.95);
  });

  it('does so for long and mistyped ones as well', () => {
    const { top1, top3 } = shares(HARD_QUESTIONS);
    expect(top1).toBeGreaterThanOrEqual(0.85);
    expect(top3).toBeGreaterThanOrEqual(0.95);
  });

  it('scores at least 90 % at or above the floor', () => {
    const above = ALL.filter(([question]) => scoreOf(question) >= knowledge.relevanceFloor);
    expect(above.length / ALL.length).toBeGreaterThanOrEqual(0.9);
  });
});

describe('questions about anything else', () => {
  it('stay below the floor', () => {
    expect(OFF_TOPIC.length).toBeGreaterThanOrEqual(20);
    const above = OFF_TOPIC.filter((question) => scoreOf(question) >= knowledge.relevanceFloor);
    expect(above).toEqual([]);
  });

  it('never score high, even in the words of the product', () => {
    for (const question of LOOK_ALIKES) expect(scoreOf(question)).toBeLessThan(0.5);
  });
});
