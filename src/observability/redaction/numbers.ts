import type { Mark } from './mark.ts';

/** The zeros of the scripts in which people write numbers. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];
const DIGIT = /[\d\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff10-\uff19]/g;
/** Shorter ones are counts, codes and sizes. */
const FEWEST_DIGITS = 8;
const MOST_SEPARATORS = 3;
/** As far as eight digits and everything between them can reach. */
const A_LOOK = 96;
const SEPARATORS = new Set(' -.()+\u00a0\u2007\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212');
const ENCODED = /%(?:20|28|29|2B|2D|C2%A0|E2%80%(?:87|89|AF|9[0-4]))/iy;

const DATE =
  /(?<!\d)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?/y;
const IPV4 =
  /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?!\.?\d)/y;
const FRACTION = /0\.\d+(?![\d.])/y;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const UUID_LENGTH = 36;
const LETTER = /\p{L}/u;
const GLUE = /[\p{L}\p{N}_-]/u;
/** Milliseconds since the epoch, until 2033. No telephone number of country code 1 has as many digits. */
const EPOCH_MS = /^1\d{12}$/;
/** What precedes an AWS account's number. */
const ACCOUNT = /(?:arn:aws[\w:-]{0,60}:|amazonaws\.com\/)$/;
const ACCOUNT_CONTEXT = 90;

function digitAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  if (!(unit >= 0x660)) return -1;
  const zero = ZEROS.find((first) => unit >= first && unit < first + 10);
  return zero === undefined ? -1 : unit - zero;
}

/** How many characters of a separator stand there; 0 for none. */
function separatorAt(text: string, at: number, slashes: boolean): number {
  const char = text.charAt(at);
  if (SEPARATORS.has(char) || (slashes && char === '/')) return 1;
  ENCODED.lastIndex = at;
  return char === '%' && ENCODED.test(text) ? ENCODED.lastIndex - at : 0;
}

/** ISO/IEC 7812: every second digit from the right is doubled; the sum of all digits ends in 0. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    sum += i % 2 === 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9;
  }
  return sum % 10 === 0;
}

/** A payment card's number: its length, the first digit of a network, and its check digit. */
export function isCard(digits: string): boolean {
  return /^[2-6]\d{12,18}$/.test(digits) && passesLuhn(digits);
}

/** Where one of the shapes that begins there ends; `at` itself when none does. */
function endOf(shapes: readonly RegExp[], text: string, at: number): number {
  for (const shape of shapes) {
    shape.lastIndex = at;
    if (shape.test(text)) return shape.lastIndex;
  }
  return at;
}

const DATES = [DATE];
/** What an operator reads, and bears no customer's number. */
const HARMLESS = [DATE, IPV4, FRACTION];

/** Whether the number is stuck to the characters before it, as a part of an id is. */
function gluedBefore(text: string, start: number): boolean {
  const before = text.charAt(start - 1);
  if (!GLUE.test(before)) return false;
  // Not where it is the end of `%2B`, or of a JSON escape as `\n`.
  return !/%[0-9a-f]{2}$|\\[bfnrtu]$/i.test(text.slice(Math.max(0, start - 3), start));
}

function isPlus(text: string, start: number): boolean {
  return text.charAt(start - 1) === '+' || text.slice(Math.max(0, start - 3), start).toUpperCase() === '%2B';
}

interface Candidate {
  readonly digits: string;
  readonly end: number;
  /** Whether anything stands between the digits. */
  readonly parted: boolean;
}

/** The digits from `start` on, with what people put between them, up to `stop` at most. */
function gather(text: string, start: number, stop: number, slashes: boolean, dates: boolean): Candidate {
  let digits = '';
  let end = start;
  let parted = false;
  for (let at = start, gap = 0; at < stop; ) {
    const digit = digitAt(text, at);
    if (digit >= 0) {
      if (dates && gap > 0 && endOf(DATES, text, at) > at) break;
      parted ||= gap > 0;
      digits += digit;
      at += 1;
      end = at;
      gap = 0;
    } else {
      const width = gap < MOST_SEPARATORS ? separatorAt(text, at, slashes) : 0;
      if (width === 0) break;
      at += width;
      gap += 1;
    }
  }
  return { digits, end, parted };
}

/** Whether a number of enough digits is somebody's, rather than an id's or the machine's. */
function isSomebodys(text: string, start: number, { digits, end, parted }: Candidate): boolean {
  const before = gluedBefore(text, start);
  if (before || GLUE.test(text.charAt(end))) {
    const letters = LETTER.test(text.charAt(end)) || (before && LETTER.test(text.charAt(start - 1)));
    return !letters && isCard(digits);
  }
  if (!parted && EPOCH_MS.test(digits)) return false;
  return !ACCOUNT.test(text.slice(Math.max(0, start - ACCOUNT_CONTEXT), start));
}

/** Telephone numbers, card numbers, and every other number of eight digits or more that is no part of an id. */
export function findNumbers(text: string, mark: Mark): void {
  let uuids: readonly number[] | undefined;
  let nextUuid = 0;
  DIGIT.lastIndex = 0;
  for (let found = DIGIT.exec(text); found !== null; found = DIGIT.exec(text)) {
    const start = found.index;
    const first = text.charCodeAt(start);
    const signed = text.charCodeAt(start - 1) === 0x2b || text.charCodeAt(start - 3) === 0x25;
    const plus = signed && isPlus(text, start);
    // A slash separates the parts of a telephone number, and those of a path.
    const slashes = plus || first === 0x30;
    let candidate = gather(text, start, Math.min(text.length, start + A_LOOK), slashes, false);
    // Most are counts, lines and parts of ids, and need no closer look.
    if (candidate.digits.length < FEWEST_DIGITS) {
      DIGIT.lastIndex = candidate.end;
      continue;
    }

    uuids ??= [...text.matchAll(UUID)].map(({ index }) => index);
    while ((uuids[nextUuid] ?? text.length) + UUID_LENGTH <= start) nextUuid += 1;
    const uuid = uuids[nextUuid] ?? text.length;
    const harmless = start >= uuid ? uuid + UUID_LENGTH : plus ? start : endOf(HARMLESS, text, start);
    if (harmless > start) {
      DIGIT.lastIndex = harmless;
      continue;
    }
    candidate = gather(text, start, uuid, slashes, true);
    DIGIT.lastIndex = candidate.end;
    if (candidate.digits.length < FEWEST_DIGITS) continue;
    if (plus) mark(start - 1, candidate.end);
    else if (isSomebodys(text, start, candidate)) mark(start, candidate.end);
  }
}
