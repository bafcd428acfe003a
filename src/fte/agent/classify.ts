import { type Category, PRIORITIES, type Priority } from '../vocabulary.ts';

/** What is read of a message: its matter is named before this. */
const READ_CHARACTERS = 10_000;
/** A subject is chosen to name the matter. */
const SUBJECT_WEIGHT = 2;

interface Sign {
  readonly weight: number;
  readonly says: RegExp;
}

/** Of equal sums the first category counts: money before faults, faults before questions. */
const SIGNS: readonly (readonly [category: Category, signs: readonly Sign[]])[] = [
  [
    'billing',
    [
      {
        weight: 3,
        says: /\b(?:invoic(?:e|es|ed|ing)|billing|refund(?:s|ed)?|charge-?backs?|money back|vat|receipts?)\b/i,
      },
      {
        weight: 3,
        says: /\b(?:subscriptions?|credit cards?|payment methods?|(?:over|double.?|twice )charged|(?:was|were|been|got|get|being) charged|charged (?:us|me|twice|double|for|again|my|our))\b/i,
      },
      {
        weight: 2,
        says: /\b(?:payments?|my bill|our bill|pricing|price|prices|direct debit|bank transfer|upgrade|downgrade|renew(?:al|s|ed)?|purchase order)\b/i,
      },
      {
        weight: 2,
        says: /\b(?:card (?:was )?(?:declined|expired)|(?:pro|paid|annual|monthly|premium|free|business) plan|licen[sc]e fee|(?:end|start|extend) (?:my|our|the) trial|(?:cancel|change|switch|smaller|bigger|larger) plan|close (?:my|our) account)\b/i,
      },
    ],
  ],
  [
    'bug_report',
    [
      {
        weight: 4,
        says: /\b(?:bugs?|crash(?:es|ed|ing)?|stack ?trace|exception|typeerror|segfault|blank (?:page|screen)|white screen|glitch(?:es|y)?|regression)\b/i,
      },
      {
        weight: 3,
        says: /\b(?:(?:500|502|503|504)(?: error)?|internal (?:server )?error|errors?|freez(?:es|ing)|froze(?:n)?|broken|broke)\b/i,
      },
      {
        weight: 3,
        says: /\b(?:fail(?:s|ed|ing)?|stopped working|no longer works?|(?:doesn'?t|does not|isn'?t|is not|not|won'?t|didn'?t) (?:work|working|load|loading|save|saving|open|opening|respond|responding|update|updating|show|showing))\b/i,
      },
      {
        weight: 2,
        says: /\b(?:disappear(?:ed|s)?|vanished|wrong (?:total|time|hours|date|result|data)s?|duplicated?|since the (?:last |latest )?update|stuck|nothing (?:happens|works|loads|is (?:loading|working))|keeps loading|takes (?:forever|ages|very long)|(?:very|extremely|so|too) slow|(?:app|site|system|larkspur|website) (?:is )?down)\b/i,
      },
    ],
  ],
  [
    'technical',
    [
      {
        weight: 3,
        says: /\b(?:api|apis|webhooks?|slack|outlook|google cal\w{1,6}|openid|tokens?|sso|saml|scim|oauth|integrat(?:e|es|ing|ion|ions)|sync(?:s|ed|ing|hroni[sz]e)?|2fa|mfa|two[- ](?:factor|step))\b/i,
      },
      {
        weight: 3,
        says: /\b(?:log ?-?in|logging in|sign ?-?in|signing in|log on|password|locked out|authenticat(?:e|ion|or)|(?:verification|recovery|pairing) codes?)\b/i,
      },
      {
        weight: 2,
        says: /\b(?:install(?:s|ed|ing|ation)?|set ?up|configur(?:e|es|ed|ing|ation)|csv|upload(?:s|ed|ing)?|pin|safari|chrome|firefox|import(?:s|ed|ing)?|export(?:s|ed|ing)?|ical|calendar feed|browser|android|iphone|ios|geofenc\w{1,6}|gps|kiosk|notifications?)\b/i,
      },
      {
        weight: 2,
        says: /\b(?:can'?t|cannot|can not|unable to|couldn'?t|could not) (?:log|sign|connect|access|clock|punch|see|open|find|upload|download|install|reset)\b/i,
      },
    ],
  ],
  [
    'feedback',
    [
      {
        weight: 4,
        says: /\b(?:feedback|suggestions?|suggest(?:ing)?|feature requests?|wish ?list|(?:would|it'd) be (?:great|nice|helpful|useful|good|awesome|better)|please (?:add|consider)|(?:i|we) wish|you should (?:add|have|offer|make))\b/i,
      },
      {
        weight: 4,
        says: /\b(?:(?:i|we) (?:really |just |absolutely )?(?:love|like|enjoy|hate|dislike)|(?:great|excellent|amazing|awesome|fantastic|terrible|awful) (?:app|product|tool|service|support|job|work|update|layout|design)|well done|kudos|thumbs up|compliments?)\b/i,
      },
      {
        weight: 2,
        says: /\b(?:have you considered|an idea|ideas? for|improvements?|i prefer(?:red)?|new (?:layout|design|look) is)\b/i,
      },
    ],
  ],
];

function sumOf(signs: readonly Sign[], text: string): number {
  return signs.reduce((sum, { weight, says }) => sum + (says.test(text) ? weight : 0), 0);
}

function read(text: string | undefined): string {
  return (text ?? '').slice(0, READ_CHARACTERS).replaceAll('’', "'").replace(/\s+/g, ' ');
}

interface Message {
  readonly subject: string | undefined;
  readonly text: string;
}

/** What a message is about. The customer's own word on it stands. */
export function classify({
  subject,
  text,
  stated,
}: Message & { readonly stated: Category | undefined }): Category {
  if (stated !== undefined && stated !== 'unknown') return stated;
  let category: Category = 'general';
  let most = 0;
  for (const [candidate, signs] of SIGNS) {
    const sum = sumOf(signs, read(text)) + SUBJECT_WEIGHT * sumOf(signs, read(subject));
    if (sum > most) {
      category = candidate;
      most = sum;
    }
  }
  return category;
}

/** Said of something that may wait, with words that would otherwise be urgent. */
const NOT_URGENT =
  /\b(?:not (?:very |that |really |so |at all )?(?:urgent|critical|an emergency)|isn't (?:very |that |really )?urgent|nothing urgent|non-?urgent|no (?:rush|hurry|urgency)|(?:emergency|urgent) (?:shifts?|leave|contacts?|cover|swaps?|roles?|care|department|room)|critical care|low priority|when(?:ever)? you (?:have|get|find) (?:a |the |some )?(?:time|chance|moment|minute))\b/gi;
const URGENT =
  /\b(?:urgent|urgently|emergency|(?:is|very|business|mission)[- ]critical|critical (?:issue|problem|bug|incident|failure)|outage|asap|as soon as possible|(?:need|needs|fix|help|respond|reply|answer|resolved?|attention) (?:\w{1,15} ){0,4}(?:immediately|right now)|immediately please|(?:everything|system|service|site|app|platform|whole thing) (?:is|has been|went) (?:completely |totally )?down|(?:whole|entire) (?:team|company|staff|store|site|department) (?:is|are|was|can't|cannot)|(?:nobody|no one|no-one|none of us|no employees?) (?:can|is able to)|(?:everyone|everybody|all (?:staff|employees|locations|stores|users)) (?:is |are )?(?:blocked|locked out|affected|down|can't|cannot)|(?:can't|cannot|unable to) work(?=[ ,]*(?:[.!]|$|since|until|because|at all|like this|now|today))|(?:production|business) (?:is )?(?:down|stopped)|losing (?:money|customers|sales)|payroll (?:is )?(?:due )?today)\b/i;
const HIGH =
  /\b(?:blocked|blocking|blocker|deadline|very important|(?:need|needs|needed|fix|fixed|done|answer|solved?|solution|due|by|before) (?:\w{1,15} ){0,4}(?:today|tonight|tomorrow)|high priority|locked out|lost (?:all|our|my) (?:data|shifts|schedules?|hours)|(?:all|our|my) (?:shifts|schedules?|data|hours|timesheets) (?:\w{1,12} )?(?:disappeared|vanished|gone|are gone|were deleted)|payroll (?:run|is|closes)|(?:can't|cannot|unable to) (?:log ?in|sign in|clock in|punch in|access))\b/i;
const LOW =
  /\b(?:no (?:rush|hurry|urgency)|not (?:very |that |really |so )?urgent|isn't (?:very |that |really )?urgent|nothing urgent|non-?urgent|low priority|when(?:ever)? you (?:have|get|find)|just (?:curious|wondering|saying|wanted to say)|suggestions?|feature request|fyi|would be nice)\b/i;

/**
 * How soon a message should be answered. What the customer stated stands, unless the words are more urgent: a form's
 * first choice is easily left as it is.
 */
export function initialPriority({
  text,
  subject,
  stated,
}: Message & { readonly stated: Priority | undefined }): Priority {
  const said = `${read(subject)} . ${read(text)}`;
  const pressing = said.replace(NOT_URGENT, ' … ');
  const worded: Priority = URGENT.test(pressing)
    ? 'urgent'
    : HIGH.test(pressing)
      ? 'high'
      : LOW.test(said)
        ? 'low'
        : 'medium';
  if (stated === undefined || stated === 'unknown') return worded;
  const moreUrgent = PRIORITIES.indexOf(worded) > PRIORITIES.indexOf(stated);
  return moreUrgent && worded !== 'medium' ? worded : stated;
}
