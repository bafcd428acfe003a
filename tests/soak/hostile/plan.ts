import type { Random } from '../../../traffic/random.ts';
import type { Attack } from './attack.ts';
import * as form from './form-attacks.ts';
import * as webhook from './webhook-attacks.ts';

type Maker = (random: Random, number: number) => Attack;

/** How many of a hundred are of each kind. Few are stored: what the database makes of them is the same every time. */
const SHARES: readonly (readonly [share: number, make: Maker])[] = [
  [3, form.storedForm],
  [3, form.repeatedForm],
  [12, form.wrongFields],
  [5, form.pollutedForm],
  [12, form.brokenForm],
  [2, form.deepForm],
  [2, form.hugeForm],
  [5, form.oddHeaders],
  [8, form.guessedId],
  [4, form.operatorGuess],
  [10, webhook.forgedTwilio],
  [6, webhook.oddTwilio],
  [2, webhook.storedTwilio],
  [8, webhook.forgedMeta],
  [6, webhook.oddMeta],
  [2, webhook.replayedMeta],
  [3, webhook.forgedMail],
  [3, webhook.oddMail],
  [1, webhook.storedMail],
  [3, webhook.elsewhere],
];
const TOTAL = SHARES.reduce((sum, [share]) => sum + share, 0);

/** The request with this number: of which kind, and what is in it, is the seed's. */
export function attackOf(random: Random, number: number): Attack {
  let at = random.next() * TOTAL;
  for (const [share, make] of SHARES) {
    at -= share;
    if (at < 0) return make(random, number);
  }
  return webhook.elsewhere(random);
}
