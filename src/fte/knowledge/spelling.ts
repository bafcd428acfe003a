/** What a customer may have meant by a word. */
export interface Reading {
  readonly word: string;
  /** How sure the reading is: 1 when the word was spelled as it is known, less otherwise. */
  readonly certainty: number;
}

const ONE_SLIP_CERTAINTY = 0.8;
const TWO_SLIPS_CERTAINTY = 0.5;
const PREFIX_CERTAINTY = 0.75;
const SHORTEST_WITH_SLIP = 4;
const SHORTEST_WITH_TWO_SLIPS = 8;
const SHORTEST_PREFIX = 5;
const LONGEST_REST = 5;

/**
 * Finds what was meant by a word: the word itself, else the nearest in spelling, else the shortest that
 * begins with it. The first letter has to be right: hardly anybody mistypes it, and most chance likenesses
 * differ in it.
 */
export function createSpelling(words: Iterable<string>): (word: string) => Reading | undefined {
  const known = new Set(words);
  const byFirstLetter = Map.groupBy(
    [...known]
      .filter((word) => word.length >= SHORTEST_WITH_SLIP)
      .sort()
      .map((word) => ({ word, letters: lettersOf(word) })),
    ({ word }) => word.charAt(0),
  );

  return (word) => {
    if (known.has(word)) return { word, certainty: 1 };
    const candidates = byFirstLetter.get(word.charAt(0)) ?? [];
    return nearest(word, candidates) ?? begun(word, candidates);
  };
}

interface Candidate {
  readonly word: string;
  readonly letters: number;
}

/** Which letters a word has, as bits. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index += 1) letters |= 1 << (word.charCodeAt(index) & 31);
  return letters;
}

function nearest(word: string, candidates: readonly Candidate[]): Reading | undefined {
  if (word.length < SHORTEST_WITH_SLIP || /\d/.test(word)) return undefined;
  const allowed = word.length >= SHORTEST_WITH_TWO_SLIPS ? 2 : 1;
  const letters = lettersOf(word);
  let best: string | undefined;
  let bestSlips = allowed + 1;
  for (const candidate of candidates) {
    const { length } = candidate.word;
    if (Math.abs(length - word.length) >= bestSlips) continue;
    // Short words are alike by chance too often, except where one lacks a letter.
    if (word.length === SHORTEST_WITH_SLIP && length <= word.length) continue;
    // A slip changes two letters at most: comparing sets of letters spares most of the slow comparisons.
    if (bitsIn(letters ^ candidate.letters) > 2 * (bestSlips - 1)) continue;
    const slips = slipsBetween(word, candidate.word);
    if (slips < bestSlips) {
      best = candidate.word;
      bestSlips = slips;
    }
  }
  if (best === undefined) return undefined;
  return { word: best, certainty: bestSlips === 1 ? ONE_SLIP_CERTAINTY : TWO_SLIPS_CERTAINTY };
}

function bitsIn(value: number): number {
  let bits = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

function begun(word: string, candidates: readonly Candidate[]): Reading | undefined {
  if (word.length < SHORTEST_PREFIX) return undefined;
  const longer = candidates.filter(
    (candidate) => candidate.word.startsWith(word) && candidate.word.length - word.length <= LONGEST_REST,
  );
  const shortest = longer.sort((a, b) => a.word.length - b.word.length)[0];
  return shortest === undefined ? undefined : { word: shortest.word, certainty: PREFIX_CERTAINTY };
}

/** How many letters were left out, added, replaced or swapped with their neighbour between two words. */
export function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let slips = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) slips = Math.min(slips, (beforeLast[column - 2] ?? 0) + 1);
      current.push(slips);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
