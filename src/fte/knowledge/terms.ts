/** Words that say nothing about what a customer needs, also as they are typed in a hurry. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an the this that these those there here it its itself i me my mine myself we us our ours you your yours
  he him his she her hers they them their theirs one ones who whom whose which what when where why how am
  is are was were be been being do does did doing done don has have had having can cant cannot could
  couldnt will wont would wouldnt shall should shouldnt may might must need needs needed dont doesnt didnt
  isnt arent wasnt werent hasnt havent hadnt im ive id ill youre youve weve theyre thats whats lets and or
  but nor so if then than as at by for from in into of off on onto out over to too under up upon with
  without within about after again against all also although always among another any anybody anyone
  anything anyway around because before between both during each either else even ever every everybody
  everyone everything few just least less lot lots many maybe more most much near neither never no nobody
  none not nothing now often once only other others otherwise own per perhaps quite rather really same
  several since some somebody somehow someone something sometimes still such though through till together
  toward towards until very via whatever whenever wherever whether while yes yet already instead hello hi
  hey dear sir madam team greetings good morning afternoon evening regards sincerely kind best thanks
  thank thx cheers please pls plz sorry hope well great help helps helped helping support question
  questions answer know tell let want wants wanted wish like likes liked love lovely get gets getting got
  go goes going gone make makes making made put take takes taking took use uses used using try tries tried
  trying see sees seen look looks looking find finds found think thing things way ways say says said ask
  asks asked come comes coming came keep keeps kept seem seems happen happens happened mean means able
  possible right sure fine nice new old first last next big small little long back away ago today tomorrow
  yesterday tonight day days week weeks month months year years minute minutes moment time times people
  person company wondering kindly urgent urgently asap larkspur currently simply actually basically
  exactly probably ok okay hopefully far soon later etc eg ie re fw fwd m s t d ll ve fix fixed fixing
  number numbers work works working worked give gives given giving two three four five six seven eight
  nine ten dozen`.split(/\s+/),
);

const LONGEST_WORD = 40;
const DOUBLED = /([b-df-hj-np-tv-z])\1$/;

/** The words of a text: lower case, without accents, apostrophes or endings such as `'s`. */
export function wordsOf(text: string): string[] {
  const folded = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/['’‘`]s\b/g, '')
    .replace(/['’‘`]/g, '');
  return (folded.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, LONGEST_WORD));
}

/** Whether a word says nothing about the subject. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word) || (word.length === 1 && /[a-z]/.test(word));
}

/** The stem to search a word by: without plural, -ing, -ed, -ion, -al, a doubled last letter or a last e. */
export function stem(word: string): string {
  if (isShortOrForeign(word)) return word;
  let stemmed = withoutEnding(word);
  if (stemmed.length > 3 && stemmed.endsWith('e')) stemmed = stemmed.slice(0, -1);
  if (stemmed.length > 3 && stemmed.endsWith('y')) stemmed = `${stemmed.slice(0, -1)}i`;
  return stemmed.replace(DOUBLED, '$1');
}

function withoutEnding(word: string): string {
  if (isShortOrForeign(word)) return word;
  let base = word;
  if (base.endsWith('ies') && base.length > 4) base = `${base.slice(0, -3)}y`;
  else if (/(?:ss|x|ch|sh)es$/.test(base)) base = base.slice(0, -2);
  else if (/[^su]s$/.test(base)) base = base.slice(0, -1);

  const ending = /(?:ations?|ions?|ings?|ed|als?)$/.exec(base);
  if (ending === null || ending.index < 3 || !/[aeiouy]/.test(base.slice(0, ending.index))) return base;
  return base.slice(0, ending.index).replace(DOUBLED, '$1');
}

function isShortOrForeign(word: string): boolean {
  return word.length < 4 || /[^a-z]/.test(word);
}

/** The stems of the words of a text that say something. */
export function termsOf(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !isStopWord(word))
    .map(stem);
}

/**
 * Each two neighbouring words that both say something as one term, so that "pay roll", "pay-roll" and
 * "payroll" meet.
 */
export function pairsOf(text: string): string[] {
  return neighbours(text)
    .filter(([first, second]) => !isStopWord(first) && !isStopWord(second))
    .map(([first, second]) => pairOf(first, second));
}

/** As `pairsOf`, for a phrase that somebody chose: "clock in" and "day off" make a term as well. */
export function pairsOfPhrase(phrase: string): string[] {
  const pairs = neighbours(phrase);
  return pairs
    .filter(([first, second]) => pairs.length === 1 || !isStopWord(first) || !isStopWord(second))
    .map(([first, second]) => pairOf(first, second));
}

function neighbours(text: string): readonly (readonly [first: string, second: string])[] {
  const words = wordsOf(text);
  return words.slice(1).map((second, index) => [words[index] ?? '', second]);
}

/** Two neighbouring words as one term. */
export function pairOf(first: string, second: string): string {
  return stem(withoutEnding(first) + second);
}
