import { ESCALATION_REASONS, type Guardrail, QUEUES, TOOL_NAMES } from '../vocabulary.ts';

/** Products for the same work. They are spelt as their makers do: "deputy" and "sling" are also plain words. */
export const COMPETITORS: readonly string[] = (
  '7shifts|Agendrix|BrightHR|Clockify|Connecteam|Deputy|Findmyshift|Homebase|Hubstaff|' +
  'Jibble|Planday|RotaCloud|Rotageek|Shiftboard|Sling|Toggl|When I Work|ZoomShift'
).split('|');

/** Of a reply's own content words, this share has to be in the articles or in the question. */
export const GROUNDED_SHARE = 0.5;
/** With fewer content words a reply says nothing that could be wrong. */
const FEW_WORDS = 4;

export interface GuardrailEvent {
  readonly guardrail: Guardrail;
  readonly action: 'blocked' | 'rewritten';
}

export interface CheckedReply {
  /** The reply without other people's data. Not to be sent unless `allowed`. */
  readonly text: string;
  /** At most one for each guardrail. */
  readonly events: readonly GuardrailEvent[];
  readonly allowed: boolean;
}

interface Rule {
  readonly guardrail: Guardrail;
  readonly says: RegExp;
  /** Whether a reply may say it in words that an article uses. */
  readonly documentable: boolean;
}

const either = (list: readonly string[]) => list.join('|');

const RULES: readonly Rule[] = [
  {
    guardrail: 'pricing',
    documentable: false,
    says: /(?:[$€£¥₹]|\b(?:usd|eur|gbp|chf|cad|aud)\b) ?\d[\d.,]{0,15}|\b\d[\d.,]{0,15} ?(?:[$€£¥₹]|(?:us )?dollars?\b|euros?\b|pounds?\b|usd\b|eur\b|gbp\b|chf\b|cents?\b|bucks\b)/gi,
  },
  {
    guardrail: 'pricing',
    documentable: true,
    says: /\b(?:it|this|that|which|plans?|seats?|users?|licen[sc]es?|subscriptions?|upgrades?|larkspur|locations?|add-?ons?) (?:only |just |currently )?(?:costs?|(?:is|are) (?:priced|free|cheaper))\b|\bcosts? (?:only |just |about |around )?\d|\bpric(?:e|es|ed|ing) (?:is|are|of|at|starts?|begins?)\b|\bwe charge\b|\b\d{1,3} ?(?:%|percent) (?:discount|off|cheaper)|\bdiscount of \d|\bfree of charge\b|\bat no (?:extra |additional )?(?:cost|charge)\b|\bfor free\b|\b\d[\d.,]{0,15} ?(?:per|a|\/) ?(?:user|seat|employee|location|licen[sc]e)(?: (?:per|a|each) | ?\/ ?)(?:month|year)\b/gi,
  },
  {
    guardrail: 'refund',
    documentable: false,
    says: /\b(?:we|i)(?:'ll| will|'ve| have| can| could|'d| would| shall)? (?:\w{1,15} ){0,2}(?:refund(?:ed|ing)?|reimburse[d]?|credit(?:ed)?) (?:you|your|the|it|this|that|all|half)\b(?! (?:requests?|questions?))|\brefund (?:has been|have been|was|is being|is|will be) (?:\w{1,15} )?(?:issued|processed|approved|granted|on its way|sent|made|initiated|credited|paid)\b|\b(?:issu(?:e|ed|ing)|process(?:ed|ing)?|approv(?:e|ed|ing)|grant(?:ed|ing)?|initiat(?:e|ed|ing)|arrang(?:e|ed|ing)|sen(?:d|t)|offer(?:ed|ing)?|giv(?:e|ing)|guarantee)(?: you)? (?:an? |the |your )?(?:full |partial )?refund\b(?! (?:requests?|questions?))|\b(?:get|receive|have) (?:\w{1,15} ){0,2}(?:money back|refund)\b(?! (?:requests?|questions?))|\bentitled to (?:an? )?(?:full |partial )?refund\b|\bmoney[- ]back guarantee\b|\byour money (?:back|will)\b/gi,
  },
  {
    guardrail: 'competitor',
    documentable: false,
    says: new RegExp(
      `(?<!\\w)(?:${either(COMPETITORS)})(?!\\w)(?! (?:[Mm]anager|[Hh]ead|[Dd]irector|[Ss]upervisor|[Ll]ead|[Ss]heriff|[Cc]hef|[Rr]esources))`,
      'g',
    ),
  },
  {
    guardrail: 'undocumented_feature',
    documentable: true,
    says: /\b(?:we|our (?:team|developers|engineers))(?:'ll| will|'re| are) (?:\w{1,15} ){0,3}(?:add|build|launch|release|introduc|roll(?:ing)? out|ship|develop|implement)(?:e|ing)?\b|\b(?:we|our team) (?:\w{1,15} )?(?:plans?|intends?) to\b|\bcoming (?:very )?(?:soon|next|later|in the|this|with the)\b|\broad ?map\b|\b(?:in|with) (?:an?|the|our) (?:upcoming|next|future|coming) (?:releases?|versions?|updates?|weeks?|months?)\b|\bwill (?:soon )?be (?:available|released|added|supported|possible|launched) (?:soon|next|later|in|by|with)\b|\b(?:will|can|should) soon\b|\bsoon be (?:able|available|possible)\b|\bplanned for\b|\bin (?:development|beta)\b|\bworking on (?:adding|building|an? (?:new )?(?:feature|version|integration|update)|this feature|support for)\b/gi,
  },
  {
    guardrail: 'internal_info',
    documentable: false,
    says: new RegExp(
      `(?<!\\w)(?:${either(TOOL_NAMES)}|${either(ESCALATION_REASONS.filter((reason) => reason.includes('_')))}|must_escalate|gsi\\d\\w{0,5})(?!\\w)` +
        '|\\b(?:system|developer) (?:prompt|message|instructions)\\b|\\bmy (?:instructions|prompt|guidelines|programming|training)\\b|\\blanguage model\\b|\\bllm\\b|\\b(?:openai|chatgpt|gpt-\\d|anthropic)' +
        `|\\bcorrelation[- ]?ids?\\b|\\b(?:cus|rep|msg|cnv)_[0-9a-f]{12,64}\\b|\\b(?:${either(QUEUES)})[-_ ]queues?\\b|\\bdead[- ]letter\\b|\\barn:aws` +
        '|\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b|\\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,200}|\\bgh[pousr]_[A-Za-z0-9]{20,200}|\\bxox[abpr]-|\\bbearer [A-Za-z0-9._~+/-]{20,2000}|-----BEGIN',
      'gi',
    ),
  },
  {
    guardrail: 'internal_info',
    documentable: true,
    says: /\bapi[- ]keys?\b|\b(?:aws|amazon web services|dynamodb|lambda|sqs|cloudwatch|s3 bucket|api gateway|pushgateway|prometheus|grafana|serverless|database table|partition key|stack ?trace)\b/gi,
  },
];

/** What denies a refund or speaks of the customer's own wages is neither a promise nor a price. */
const DENIED =
  /\b(?:cannot|can't|can not|not able to|unable to|do not|don't|does not|won't|will not|never|not) (?:\w{1,15} ){0,2}(?:refund|reimburse|issue|process|promise|credit|grant|approve|offer|give|get|receive)(?:ed|s|d|ing)?(?: (?:an?|any|the|your|you|refunds?|money back)){0,3}/gi;
const WAGES = /\b(?:hourly|wages?|labou?r|pay rate|overtime|budget)\b/i;

/** One sentence or line at a time. */
const sentencesOf = (text: string) => text.split(/(?<=[.!?]) |\n/);

function breaks({ guardrail, says, documentable }: Rule, text: string, articles: string): boolean {
  return sentencesOf(text).some((sentence) => {
    const mayQuote = documentable || (guardrail === 'pricing' && WAGES.test(sentence));
    const matches = sentence.match(says) ?? [];
    return matches.some((match) => !(mayQuote && articles.includes(match.toLowerCase())));
  });
}

const REMOVED = '[removed]';
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;
/** Digits in groups: a telephone number, a card, or something else that long. */
const NUMBER = /(?<![\w.])\+?\(?\d(?:[ ()./-]{0,3}\d){7,18}(?!\w)/g;
const DATE_OR_ADDRESS = /^(?:\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{4}\b|\d{1,5}(?:\.\d{1,5}){3}$)/;

const digitsOf = (text: string) => text.replace(/\D/g, '');

function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

function isPersonal(number: string): boolean {
  const digits = digitsOf(number);
  if (digits.length < 9 || DATE_OR_ADDRESS.test(number) || !/\d{3}/.test(number)) return false;
  return digits.length <= 15 || passesLuhn(digits);
}

/** Takes out addresses and numbers that neither the customer nor an article named. */
function withoutPersonalData(text: string, named: string): string {
  const addresses = new Set((named.match(EMAIL) ?? []).map((address) => address.toLowerCase()));
  const numbers = (named.match(NUMBER) ?? []).map(digitsOf);
  return text
    .replace(EMAIL, (address) => (addresses.has(address.toLowerCase()) ? address : REMOVED))
    .replace(NUMBER, (number) => {
      const digits = digitsOf(number);
      const known = numbers.some((other) => other.endsWith(digits) || digits.endsWith(other));
      return known || !isPersonal(number) ? number : REMOVED;
    });
}

const words = (list: string) => list.split(' ').map(stem);

function stem(word: string): string {
  return word.length > 4 ? word.replace(/(?:ing|ed|es|s|ly|e)$/, '') : word;
}

/** Words that state nothing about the product: grammar, courtesy, and how a ticket is handled. */
const BOILERPLATE = new Set(
  words(
    'the and for with you your yours are was were been being have has had having not but can could may might must should ' +
      'would will shall this that these those there here then than from into onto over under about after before again ' +
      'also any all some more most much many every each other another what when where which while who why how its it is ' +
      'our ours we us they them their he she his her one two first next last only just very too out off yet still even ' +
      'does did done doing get gets got let make sure way ways need needs needed want wants like know see tell told say ' +
      'hello hi dear thank thanks thankful please sorry apologise apologize welcome glad happy kind regards best hope ' +
      'understand appreciate great good sure course yes no okay help helps helped helpful assist support supported team ' +
      'teams colleague colleagues member person people human someone customer success larkspur ticket tickets message ' +
      'messages question questions request requests answer answers answered reply replies replied write read reads reach ' +
      'contact contacted follow soon shortly possible quickly right now moment time today happen happened happens instead ' +
      'issue issues problem problems matter solve solved resolve resolved look looking into pass passed forward forwarded ' +
      'hand handed share shared article articles information details correct cover covers anything something nothing ' +
      'else come comes up back kept keep through because since both without within already always never wrong frustrating ' +
      'deal alone seriously security urgent decided fits interest english far waiting feedback ourselves give take takes',
  ),
);

function contentOf(text: string): ReadonlySet<string> {
  const found =
    text
      .toLowerCase()
      .replace(/['’]/g, '')
      .match(/[\p{L}\p{N}]{3,40}/gu) ?? [];
  return new Set(found.map(stem).filter((word) => !BOILERPLATE.has(word)));
}

/** Without an article nothing grounds a reply: the question alone does not answer itself. */
function isGrounded(text: string, question: string, excerpts: readonly string[]): boolean {
  const content = [...contentOf(text)];
  if (content.length < FEW_WORDS) return true;
  if (excerpts.length === 0) return false;
  const known = contentOf(`${excerpts.join('\n')}\n${question}`);
  return content.filter((word) => known.has(word)).length >= content.length * GROUNDED_SHARE;
}

/**
 * Checks what the employee is about to send. Other people's data is taken out; a price, a promised refund, a
 * competitor, an undocumented feature, an internal name or an answer that no article supports stops the reply.
 *
 * @param input.confirmation The reply answers no question about the product, so that nothing has to ground it.
 */
export function checkReply(input: {
  readonly text: string;
  readonly question: string;
  /** What the knowledge search returned. */
  readonly excerpts: readonly string[];
  readonly confirmation?: boolean;
}): CheckedReply {
  const { question, excerpts, confirmation = false } = input;
  const articles = excerpts.join('\n');
  const text = withoutPersonalData(input.text, `${question}\n${articles}`);
  const read = text
    .normalize('NFKC')
    .replaceAll('’', "'")
    .replaceAll(/[^\S\n]+/g, ' ')
    .replace(DENIED, ' … ');
  const quotable = articles.normalize('NFKC').replaceAll('’', "'").toLowerCase();

  const blocked = new Set(
    RULES.filter((rule) => breaks(rule, read, quotable)).map(({ guardrail }) => guardrail),
  );
  if (!confirmation && !isGrounded(text, question, excerpts)) blocked.add('ungrounded');

  const events: GuardrailEvent[] = [...blocked].map((guardrail) => ({ guardrail, action: 'blocked' }));
  if (text !== input.text) events.push({ guardrail: 'pii', action: 'rewritten' });
  return { text, events, allowed: blocked.size === 0 };
}

const INJECTIONS: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|prompts?|guardrails?|programming|directives)\b/i,
  /\b(?:ignore|disregard|forget|override|bypass) (?:all |any |everything )?(?:of )?(?:your|previous|prior|the above|the system) (?:\w{1,15} ){0,2}(?:rules|guidelines|restrictions|training|limits)\b/i,
  /\bforget (?:everything|all) (?:you|above|before)\b/i,
  /\byou are (?:now|no longer) (?:an?|in|bound|acting|DAN)\b/i,
  /\b(?:system|hidden|secret) prompts?\b|\bdeveloper mode\b|\bjailbreak\b|\bDAN mode\b|\bdo anything now\b/i,
  /\b(?:print|reveal|show|repeat|output|display|tell|give|leak|share|what (?:is|are|were))\b.{0,20}\byour (?:(?:(?:initial|hidden|secret|original|system|internal|full|exact) )+(?:prompt|instructions|rules)|prompt)\b/i,
  /\bpretend (?:to be|that you|you(?:'re| are))\b|\b(?:you (?:must|should|will|shall)|now|please) act (?:as|like)\b|(?:^|[.!?:] ?)act (?:as|like) (?:an?|my|if|the|though)\b/im,
  /\bfrom now on,? (?:you|respond|answer|reply|ignore|act|only)\b|\b(?:new|updated) (?:system )?instructions? ?:/i,
  /<\|?\/?(?:system|assistant|im_start|im_end|instructions?)\b|\[\/?(?:INST|system)\]|^#{2,4} ?(?:system|instructions?)\b/im,
  /^\s{0,9}(?:system|assistant|developer) ?: ?(?:you|ignore|override|new|from|disregard|reply|respond)\b/im,
  new RegExp(`(?<!\\w)(?:${either(TOOL_NAMES)})(?!\\w)`, 'i'),
];

/** Whether a customer's text tries to instruct the employee instead of asking it. The text stays data either way. */
export function detectInjection(text: string): boolean {
  const read = text
    .slice(0, 20_000)
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replaceAll('’', "'");
  return INJECTIONS.some((pattern) => pattern.test(read.replace(/[^\S\n]+/g, ' ')));
}
