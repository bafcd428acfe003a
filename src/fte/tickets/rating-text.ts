import type { Rating } from '../entities.ts';

type Score = Rating['score'];

const WORDS: Readonly<Record<string, Score>> = { one: 1, two: 2, three: 3, four: 4, five: 5 };
/** A digit or a word, perhaps out of five, perhaps in stars, perhaps with a thank-you. */
const NUMBER =
  /^(?:(?:my )?(?:rating|score)(?: is)? ?:? ?)?(?:an? )?([1-5]|one|two|three|four|five)(?: ?\/ ?5| (?:out )?of (?:5|five))?(?: ?(?:stars?|points?))?$/;
const STARS = /^(?:[⭐★🌟] ?)+(?:☆ ?)*$/u;
const COURTESY = /[\s,.!–-]*(?:(?:many )?thanks|thank you|thx|cheers)?[\s.!]*$/;
/** What a mail program puts below: a line with two dashes, and all after it. */
const SIGNATURE = /(?:^|\n)-- ?\n[\s\S]*$/;

/** The rating that a text is, if it is nothing else: "5", "4/5", "five stars", "⭐⭐⭐". */
export function readRating(text: string): Score | undefined {
  const plain = text
    .slice(0, 1000)
    .normalize('NFKC')
    // Of emoji: what makes "5" a key, and a star a coloured one.
    .replace(/[\ufe0e\ufe0f\u20e3\u200b-\u200f]/g, '')
    .replace(SIGNATURE, '')
    .trim()
    .toLowerCase()
    .replace(COURTESY, '')
    .replace(/[^\S\n]+/g, ' ');
  if (STARS.test(plain)) {
    const stars = [...plain].filter((character) => '⭐★🌟'.includes(character)).length;
    return Math.min(stars, 5) as Score;
  }
  const said = NUMBER.exec(plain)?.[1];
  return said === undefined ? undefined : (WORDS[said] ?? (Number(said) as Score));
}

/** What the customer is told for a rating. */
export function thanksFor(score: Score): string {
  return score >= 4
    ? 'Thank you for your rating. If anything else comes up, just write to us.'
    : 'Thank you for your rating. We are sorry that it was not better: write to us what is still open, and we will look at it.';
}
