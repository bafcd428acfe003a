import {
  collapseDuplicatesTransformer,
  DataSet,
  englishDataset,
  englishRecommendedWhitelistMatcherTransformers,
  pattern,
  RegExpMatcher,
  remapCharactersTransformer,
  toAsciiLowerCaseTransformer,
} from 'obscenity';
import { ESCALATION_REASONS, type EscalationReason } from '../vocabulary.ts';
import { isSupported } from './language.ts';

/** Below this tone a person answers. */
const ANGRY = 0.3;
/** From this message on one issue, a person answers. */
const REPEATED = 3;
/** What is read of a message; a customer who wants a person says so before this. */
const READ_CHARACTERS = 20_000;

/** What asks for a person. `unless` are near misses: they are taken out of the text before `says` is looked for. */
interface Rule {
  readonly reason: EscalationReason;
  readonly says: readonly RegExp[];
  readonly unless: readonly RegExp[];
}

const SECURITY: Rule = {
  reason: 'security_concern',
  says: [
    /\bbreach(?:e[sd])?\b|\bphish(?:ing|ed)\b|\bransomware\b|\bmalware\b|\bvulnerabilit(?:y|ies)\b|\b(?:sql|code) injection\b/i,
    /\b(?:been|was|were|got|get|is|are) hacked\b|\bhackers?\b|\bhack(?:ed|ing)? (?:into|our|my)\b/i,
    /\b(?:data|security|privacy) (?:leaks?|flaw|hole|bug|incident|concern|issue|problem)\b/i,
    /\b(?:data|information|details|records|passwords?|credentials|accounts?|payslips|salaries|rosters?|schedules?|e-?mails)\b.{0,40}\b(?:leak(?:ed|ing)?|stolen|hacked|compromised|exposed)\b/i,
    /\b(?:leak(?:ed|ing)?|stolen?|stealing|compromised|exposed)\b.{0,30}\b(?:data|information|details|records|passwords?|credentials|accounts?|payslips|salaries|laptop|phone|tablet|device)\b/i,
    /\bunauthori[sz]ed (?:\w+ )?(?:access|log-?ins?|sign-?ins?|users?|persons?|transactions?)\b|\baccessed by (?:someone|somebody|strangers?|an? (?:unknown|unauthori[sz]ed))\b|\bsuspicious (?:log-?ins?|sign-?ins?|activity)\b/i,
    /\b(?:laptop|phone|tablet|device)s? (?:was|were|got|has been|is) stolen\b/i,
    /\b(?:someone|somebody|stranger) (?:else )?(?:has |is |was |had )?(?:been )?(?:logg(?:ed|ing) in|signed in|access(?:ed|ing)|us(?:ed|ing)|got in|broke in|took over)\b.{0,20}\b(?:my|our)\b.{0,15}\b(?:accounts?|data|login|password)\b/i,
    /\b(?:see|seeing|view|shows?|shown|open|access)\b.{0,25}\b(?:another|other|different|someone else's|wrong) (?:compan(?:y|ies)|customer|organi[sz]ation|tenant|business)(?:'s|s'|s)? (?:\w+ )?(?:data|shifts?|schedules?|employees?|staff|rosters?|details|records|names|payroll)\b/i,
  ],
  unless: [
    /\bbreach(?:e[sd])? (?:of )?(?:(?:the|our|a|any|my|their|this) )?(?:\w+[- ]){0,2}(?:rests?|breaks?|overtime|hours|working|labou?r|contracts?|polic(?:y|ies)|rules?|agreements?|limits?|thresholds?|law)\b/gi,
    /\b(?:rests?|breaks?|overtime|time|hours|labou?r|compliance|policy|rules?|contract|limit|law|sla)(?:[- ](?:rule|time|law|period))? breach(?:es)?\b/gi,
  ],
};

const LEGAL: Rule = {
  reason: 'legal_matter',
  says: [
    /\b(?:lawyers?|attorneys?|solicitors?|barristers?|litigation|litigate|law ?suits?|sued|suing|subpoena|small claims|cease and desist|class action)\b/i,
    /\blegal (?:action|proceedings|counsel|claims?|steps|threat|notice|advice|remed(?:y|ies)|dispute|case|representative)\b/i,
    /\blegal (?:team|department) (?:will|is|has|wants|to)\b|\bcontact (?:our|my) legal (?:team|department)\b|\breport (?:you|this) to the (?:authorities|police|regulator)\b/i,
    // In small letters or capitals only: Sue may be an employee.
    /\b(?:will|to|can|could|would|'ll|might|gonna|and|or|must|should|may|we|they|I) sue\b(?!')|\bsue (?:you|larkspur|Larkspur)\b|\bSUE (?:YOU|LARKSPUR)\b/,
    /\b(?:to|in|into) (?:the )?court\b(?! (?:\d|one|two|three))|\bcourt (?:case|order|action|proceedings|hearing|summons)\b/i,
  ],
  unless: [
    /\b(?:shifts?|schedul(?:e|es|ing)|rosters?|rota|roles?|positions?|titles?)(?: (?:for|of|our|the|all|as|an?|called|named)){1,3} (?:lawyers?|attorneys?|solicitors?)\b/gi,
    /\b(?:lawyers?|attorneys?|solicitors?)'? (?:shifts?|roles?|rosters?|schedules?|positions?)\b|\battorneys?[- ]at[- ]law\b|\bpower of attorney\b/gi,
  ],
};

const HUMAN =
  '(?:human(?: being)?s?(?! (?:resources?|error|capital))|(?:person|people|someone|somebody|anyone|anybody|agents?|rep|representatives?|operator|advis[eo]r|team member)(?! (?:role|shift|position|view|app))|customer (?:service|support|care)|support(?: (?:team|staff|person))?)(?! (?:(?:in|of|from|at|on|about) (?:my|our|their|his|her)\\b(?! (?:behalf|bill|account|ticket))|on (?:the )?(?:shift|rota|roster|schedule|duty)))';
const KIND =
  '(?:(?:an?|the|your|some|any|one of your) )?(?:(?:real|live|actual|human|sales|support|billing|technical|account|service|qualified|customer (?:service|support|care)) ){0,2}';

const PERSON: Rule = {
  reason: 'explicit_human_request',
  says: [
    new RegExp(
      `\\b(?:talk|speak|chat|talking|speaking|chatting) (?:directly )?(?:to|with) ${KIND}${HUMAN}\\b`,
      'i',
    ),
    new RegExp(
      `\\b(?:connect|transfer|put|pass|hand|forward|switch|route) me (?:through |over |on )?(?:to|with) ${KIND}(?:${HUMAN}|manager|supervisor)\\b`,
      'i',
    ),
    /\b(?:talk|speak|chat) (?:to|with) (?:a|your) (?:manager|supervisor)\b|\bspeak to the manager\b|\bis (?:anyone|anybody|someone) there\b|\bwho can I (?:talk|speak) (?:to|with)\b|\bget (?:me )?(?:an?|your) (?:manager|supervisor)\b/i,
    /\b(?:reach|contact|get|hear from|answered by|reply from|response from|escalate to|help from|assistance from) (?:an? )?(?:(?:real|live|actual|support) ){0,2}(?:human(?! (?:resources?|error|capital))|agent|representative|rep|operator)(?: being)?(?=\s*(?:[.!?,;]|$|please|now|here|by|on the phone|from you))/i,
    /\b(?:want|need|get me|give me|prefer|like|request|demand|asking for|ask for|send me) (?:an? )?(?:(?:real|live|actual|support|customer (?:service|support)) )?(?:human|person|agent|representative|rep|operator)(?: being)?(?=\s*(?:[.!?,;]|$|please|now|asap|instead|here|on the (?:phone|line)|to (?:talk|speak|call|handle|answer|contact|assist|respond|reply|help (?:me|us|with this))\b))/i,
    /\b(?:an? |with |by |any )(?:real|live|actual) (?:person|human|agent|representative)\b/i,
    /^[\s"']{0,5}(?:an? |get |the )?(?:(?:real|live|actual|human|support|customer service) )?(?:human|agent|representative|rep|operator|person|someone real)(?: being)?[ ,]{0,3}(?:please|pls|plz|now|help)?[\s.!?"']{0,9}$/im,
    /\b(?:don't|do not|not|stop|hate|tired of|sick of|no more) (?:\w+ ){0,3}(?:talk|speak|chat|deal|argu)(?:e|ing)? (?:to|with) (?:an? |this |your |the )?(?:stupid |dumb |damn )?(?:chat|ro)?(?:bots?|ai|machine|computer)\b|\bnot (?:with )?an? (?:chat|ro)?bot\b|\bno (?:more )?(?:chat|ro)?bots\b/i,
    /\b(?:call|phone|ring) me (?:back|at|on|please)\b|\bgive me a call\b|\b(?:someone|somebody|anyone|an agent|a representative|a person) (?:please |to )?(?:call|phone|ring|contact) (?:me|us)\b|\bsomeone real\b/i,
    /\bescalate (?:this|it|my|the) ?(?:ticket|case|issue|request|matter)?(?: to| please| now|[.!?]|$)/im,
  ],
  unless: [
    /\b(?:employees?|staff|workers?|team members|colleagues|nurses|drivers|agents|managers?|they) (?:(?:can|could|may|should|must|need to|want to|have to|will|to|who) )?(?:talk|speak|chat|contact|reach)\b/gi,
    /\b(?:no need|don't (?:need|want|have)|do not (?:need|want|have)|not (?:need|want)|without|instead of|rather than)(?: to| having to| you to)? (?:(?:talk|speak|chat)(?:ing)? (?:to|with) )?(?:an? )?(?:human|person|agent|representative|anyone|anybody|someone|real person)\b/gi,
  ],
};

const REFUND: Rule = {
  reason: 'refund_request',
  says: [
    /\brefund(?:s|ed|ing|able)?\b|\bmoney back\b|\bcharge-?backs?\b|\bcharge back\b|\breimburse (?:me|us|our)\b/i,
    /\bcancel(?:l?ing|l?ed)? (?:(?:my|our|the|this|your|a|larkspur|whole|entire|current|monthly|annual|yearly|paid|pro|premium|business) ){0,4}(?:subscriptions?|membership)\b/i,
    /\bcancel(?:l?ing|l?ed)? (?:my|our) (?:(?:larkspur|paid|pro|premium|business|monthly|annual|yearly) ){0,2}(?:plan|account|contract|licen[sc]e)\b(?! (?:for|on))/i,
    /\bsubscription cancell?(?:ed|ation)\b|\bcancellation of (?:my|our|the) (?:subscription|plan|account|contract)\b|\bend (?:my|our) subscription\b/i,
    /\bstop (?:charging|billing) (?:me|us|my|our)\b/i,
  ],
  unless: [
    /\b(?:don't|do not|not) (?:want|need|expect|ask(?:ing)? for) (?:an? |any |my )?(?:refund|money back)\b/gi,
    /\brefunds? (?:desk|counter|clerk|shift|role|position)\b/gi,
  ],
};

const PRICING: Rule = {
  reason: 'pricing_inquiry',
  says: [
    /\bpric(?:es?|ing|ed|ey)\b|\b(?:discount|expensive|quotation|price ?list)s?\b|\b(?:subscription|licen[sc]e|monthly|annual|setup) fees?\b/i,
    /\bcosts?\b|\bdo you charge\b|\b(?:your|current) rates\b/i,
    /\b(?:an?|your|new|updated|get|send|request|need|custom|written|formal) quotes?\b(?! (?:in|inside|character|mark|sign|breaks))|\bquote (?:me|us|for)\b/i,
    /\bhow much\b(?=\s*(?:[?!.]|$|for\b|per\b|to (?:upgrade|add|buy|get|switch)))/im,
    /\bhow much (?:is|are|will|would|'s) (?!my|our|his|her|their|left|remaining|it (?:going|used)|the (?:vacation|leave|balance|overtime))/i,
    /\bhow much\b.{0,40}\b(?:charge|pay for|plans?|subscription|licen[sc]es?|upgrade|seats?|per (?:user|month|seat|employee))\b/i,
  ],
  unless: [
    /\b(?:labou?r|wages?|payroll|staff(?:ing)?|shifts?|overtime|personnel|employees?|project|jobs?|hourly|forecast(?:ed)?|estimated|budget(?:ed)?|actual|scheduled|daily|weekly) costs?\b/gi,
    /\bcosts? (?:cent(?:re|er)s?|codes?|reports?|budgets?|columns?|forecasts?|allocations?|tracking|control|per (?:shift|hour)|of (?:the |a |an |our )?(?:labou?r|overtime|shifts?|wages|staff|sick|absence))\b/gi,
    /\bat (?:all|any) costs?\b|\bcosts? (?:me|us|our|them) (?:\w+ )?(?:time|hours?|days?|customers?|money|a lot|business)\b/gi,
    /\b(?:single|double|smart|curly|straight) quotes?\b|\bquote (?:marks?|characters?|signs?)\b|\bin quotes\b/gi,
    /\bhow much (?:\w+ )?(?:time|vacation|overtime|notice|leave|pto|holiday|hours|space|storage|break)\b/gi,
    /\b(?:discount|price) (?:tags?|labels?|stickers?|check(?:er|s)?|changes? shift)\b/gi,
  ],
};

const RULES = [SECURITY, LEGAL, PERSON, REFUND, PRICING];

/** Names and working terms that are no insult in a support inbox. */
const NOT_SWEARING = new Set(
  'abo anal anus chink cum dick dyke hooker incest orgasm penis porn scat semen sex spastic tit vagina'.split(
    ' ',
  ),
);
/** Spelt with stars. */
const STARRED =
  /(?<!\w)(?:f[*#@$%]{1,3}(?:k|ck|king|cking)(?!\w)|f\*{2,3}(?!\w)|sh?[*#@$%]{1,2}t(?!\w)|b\*{1,3}ch|a\*{2}hole)/i;
const swearing = new RegExpMatcher({
  ...new DataSet<{ originalWord: string }>()
    .addAll(englishDataset)
    .removePhrasesIf(({ metadata }) => NOT_SWEARING.has(metadata?.originalWord ?? ''))
    .addPhrase((phrase) =>
      ['cockp', 'shiitake', 'fuku', 'assn', 'wankel', 'bich', 'confck'].reduce(
        (more, innocent) => more.addWhitelistedTerm(innocent),
        phrase
          .setMetadata({ originalWord: 'more' })
          .addPattern(pattern`|dickhead`)
          .addPattern(pattern`|wtf|`)
          .addPattern(pattern`|stfu|`)
          .addPattern(pattern`bul[l]shit`),
      ),
    )
    .build(),
  whitelistMatcherTransformers: englishRecommendedWhitelistMatcherTransformers,
  // The recommended ones also read "(" as a "c", which makes an insult of "(until Monday)", and "ö" as an "o".
  blacklistMatcherTransformers: [
    remapCharactersTransformer({ a: '@4', e: '3', i: '1!', o: '0', s: '$5' }),
    toAsciiLowerCaseTransformer(),
    collapseDuplicatesTransformer({
      defaultThreshold: 1,
      customThresholds: new Map([...'beolsg'].map((letter) => [letter, 2])),
    }),
  ],
});

function swears(text: string): boolean {
  const prose = text
    .split(/\s+/)
    .filter((token) => !/[@/_=]|\w\.\w/.test(token) && !/^(?=\D*\d)\w{7,}$/.test(token))
    .join(' ');
  // Digits are read as letters: "455" is an address, "a55" is not.
  const spelt = swearing.getAllMatches(prose).some(({ startIndex, endIndex }) => {
    const match = prose.slice(startIndex, endIndex + 1);
    return /\p{L}.*\p{L}|\p{L}[$@]|[$@].?\p{L}/u.test(match) && !match.includes(' ');
  });
  return spelt || STARRED.test(text);
}

function applies({ says, unless }: Rule, text: string): boolean {
  if (!says.some((pattern) => pattern.test(text))) return false;
  const left = unless.reduce((rest, pattern) => rest.replaceAll(pattern, ' … '), text);
  return says.some((pattern) => pattern.test(left));
}

/** What the customer wrote now, without the lines that an e-mail quotes. */
function ownWords(text: string): string {
  return text
    .slice(0, READ_CHARACTERS)
    .replace(/^>.*$/gm, '')
    .replaceAll('’', "'")
    .replace(/[^\S\n]+/g, ' ');
}

/** Whether there is nothing to answer: blanks and punctuation only. The employee asks what the matter is. */
export function isEmptyMessage(text: string): boolean {
  return /^[\s\p{P}\p{Z}\p{C}]*$/u.test(text);
}

/** Every reason that this message gives to hand it to a person, the one that counts first. */
export function escalationTriggers(input: {
  readonly text: string;
  readonly subject: string | undefined;
  /** 0 (angry) to 1 (happy). */
  readonly sentiment: number;
  readonly language: string;
  /** How often the customer has written about this issue, this message included. */
  readonly contactsOnIssue: number;
}): readonly EscalationReason[] {
  const { text, subject, sentiment, language, contactsOnIssue } = input;
  const said = ownWords(`${subject ?? ''}\n${text}`);
  const found = new Set<EscalationReason>(
    RULES.filter((rule) => applies(rule, said)).map(({ reason }) => reason),
  );
  if (sentiment < ANGRY) found.add('negative_sentiment');
  if (swears(said)) found.add('profanity');
  if (contactsOnIssue >= REPEATED) found.add('repeat_contact');
  if (!isSupported(language)) found.add('language_not_supported');
  if (!isEmptyMessage(text) && !/[\p{L}\p{N}]/u.test(text)) found.add('unable_to_parse_message');
  return ESCALATION_REASONS.filter((reason) => found.has(reason));
}
