import type { Lexicon } from './lexicon.ts';
import { createSpelling, type Reading } from './spelling.ts';
import { isStopWord, pairOf, STOP_WORDS, stem, wordsOf } from './terms.ts';

/** A run of a query's words, as what the articles could know of it. */
export interface Passage {
  readonly terms: ReadonlySet<string>;
  /** The weight of all its words, those included that no article has. */
  readonly weight: number;
}

/** A customer's text as the search needs it. */
export interface Query {
  /** The known terms, with the certainty (0 to 1) that they were meant. */
  readonly terms: ReadonlyMap<string, number>;
  readonly passages: readonly Passage[];
}

interface MeantTerm {
  readonly term: string;
  readonly certainty: number;
}

/** A word that says something. One that means no term is unknown to the articles. */
interface Token {
  readonly word: string;
  readonly meant: readonly MeantTerm[];
}

const LONGEST_QUERY = 5_000;
/** Tokens in a passage: about a sentence or two. */
const PASSAGE_LENGTH = 8;
const PASSAGE_STEP = 3;
/** Above 1, the weight of the rarest known word: what no article mentions is most likely another subject. */
const UNKNOWN_WEIGHT = 1.2;

/**
 * Makes the reader of queries. Whoever writes a long message asks in a sentence or two of it, so that a query
 * is divided into passages that overlap. Only its first 5,000 characters are read.
 */
export function createReader(lexicon: Lexicon): (text: string) => Query {
  const spell = createSpelling(lexicon.words);
  const spellStopWord = createSpelling(STOP_WORDS);

  const readingOf = (word: string): Reading => {
    if (isStopWord(word) || lexicon.has(stem(word))) return { word, certainty: 1 };
    return spell(word) ?? { word: spellStopWord(word)?.word ?? word, certainty: 1 };
  };

  return (text) => {
    // Twice, because some characters unfold to many.
    const start = text.slice(0, LONGEST_QUERY).normalize('NFKD').slice(0, LONGEST_QUERY);
    const words = wordsOf(start);
    const readings = new Map([...new Set(words)].map((word) => [word, readingOf(word)]));
    const tokens = tokensOf(words, (word) => readings.get(word) ?? readingOf(word), lexicon);
    const terms = new Map<string, number>();
    for (const { term, certainty } of tokens.flatMap(({ meant }) => meant)) {
      terms.set(term, Math.max(certainty, terms.get(term) ?? 0));
    }
    return { terms, passages: runsOf(tokens).map((run) => passageOf(run, lexicon)) };
  };
}

function tokensOf(
  words: readonly string[],
  readingOf: (word: string) => Reading,
  lexicon: Lexicon,
): readonly Token[] {
  const tokens: Token[] = [];
  let afterPair = false;
  words.forEach((word, index) => {
    const reading = readingOf(word);
    const next = words[index + 1];
    const pair =
      next === undefined ? undefined : knownPair([word, reading], [next, readingOf(next)], lexicon);
    const meant: MeantTerm[] = pair === undefined ? [] : [pair];

    const term = stem(reading.word);
    const explained = pair?.certainty === 1 || afterPair;
    const meaningful = !isStopWord(reading.word);
    // A pair explains its words: nothing has to be guessed about "sheet" once "time sheet" is known.
    if (meaningful && lexicon.has(term) && (reading.certainty === 1 || !explained)) {
      meant.push({ term, certainty: reading.certainty });
    }
    if (meant.length > 0 || (meaningful && !explained)) tokens.push({ word: term, meant });
    afterPair = pair?.certainty === 1;
  });
  return tokens;
}

type WordAndReading = readonly [word: string, reading: Reading];

function knownPair(first: WordAndReading, second: WordAndReading, lexicon: Lexicon): MeantTerm | undefined {
  const written = pairOf(first[0], second[0]);
  if (lexicon.has(written)) return { term: written, certainty: 1 };
  const corrected = pairOf(first[1].word, second[1].word);
  if (!lexicon.has(corrected)) return undefined;
  return { term: corrected, certainty: Math.min(first[1].certainty, second[1].certainty) };
}

function runsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const runs: (readonly Token[])[] = [];
  let start = 0;
  do {
    runs.push(tokens.slice(start, start + PASSAGE_LENGTH));
    start += PASSAGE_STEP;
  } while (start - PASSAGE_STEP + PASSAGE_LENGTH < tokens.length);
  return runs;
}

function passageOf(tokens: readonly Token[], lexicon: Lexicon): Passage {
  const terms = new Set(tokens.flatMap(({ meant }) => meant.map(({ term }) => term)));
  const unknown = new Set(tokens.filter(({ meant }) => meant.length === 0).map(({ word }) => word));
  let weight = unknown.size * UNKNOWN_WEIGHT;
  for (const term of terms) weight += lexicon.weightOf(term);
  return { terms, weight };
}
