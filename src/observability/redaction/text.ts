import { findAddresses } from './addresses.ts';
import { findFields, findQuotedJson } from './embedded.ts';
import { findIbans } from './iban.ts';
import { REDACTED } from './mark.ts';
import { findNumbers } from './numbers.ts';
import { findSignatures, findTokens } from './secrets.ts';

const AT = 1;
const QUOTE = 2;
const COLON = 4;
const EQUALS = 8;
const SPACE = 16;
const OTHER = 32;
const DIGIT = 64;
const WORD = 128;

/** What each ASCII character tells of a text. Percent and backslash may hide an at sign. */
const CLASSES = new Uint8Array(128).map((_, unit) => {
  const char = String.fromCharCode(unit);
  if (/\d/.test(char)) return DIGIT;
  if (/[\w./+-]/.test(char)) return WORD;
  if (/[@%\\]/.test(char)) return AT;
  if (/["'`]/.test(char)) return QUOTE;
  if (char === ':') return COLON;
  if (char === '=') return EQUALS;
  return /\s/.test(char) ? SPACE : OTHER;
});

/** The shortest thing that any search finds has as many digits, or characters without a space. */
const FEWEST_DIGITS = 7;
const SHORTEST_TOKEN = 10;
const SHORTEST_TEXT = 6;

interface Spans {
  starts: number[];
  ends: number[];
}

function withoutSpans(text: string, { starts, ends }: Spans): string {
  const order = starts.map((_, i) => i).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
  let out = '';
  let done = 0;
  for (const i of order) {
    const [start = 0, end = 0] = [starts[i], ends[i]];
    if (end <= done) continue;
    // What overlaps becomes one mark.
    out += start >= done && (start > done || done === 0) ? text.slice(done, start) + REDACTED : '';
    done = end;
  }
  return out + text.slice(done);
}

/**
 * A text with everything taken out that may not be logged: addresses, telephone, card and account numbers, tokens,
 * signatures, and the values of sensitive keys. Its cost grows with the length of the text and nothing else; a text
 * without suspicious characters costs one look at each.
 */
export function redactText(text: string): string {
  if (text.length < SHORTEST_TEXT) return text;
  let flags = 0;
  let digits = 0;
  let run = 0;
  let longest = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const kind = unit < 128 ? (CLASSES[unit] ?? OTHER) : AT;
    flags |= kind;
    if (kind === DIGIT || (unit >= 0x660 && kind === AT)) digits += 1;
    if (kind === SPACE || kind === QUOTE) run = 0;
    else {
      run += 1;
      if (run > longest) longest = run;
    }
  }

  const found: Spans = { starts: [], ends: [] };
  const mark = (start: number, end: number): void => {
    if (end <= start) return;
    found.starts.push(start);
    found.ends.push(end);
  };
  if ((flags & AT) !== 0) findAddresses(text, mark);
  if (digits >= FEWEST_DIGITS) {
    findIbans(text, mark);
    findNumbers(text, mark);
  }
  if (longest >= SHORTEST_TOKEN) findTokens(text, mark);
  if ((flags & (COLON | EQUALS)) !== 0) findFields(text, mark);
  if ((flags & EQUALS) !== 0) findSignatures(text, mark);
  if ((flags & QUOTE) !== 0) findQuotedJson(text, mark);
  return found.starts.length === 0 ? text : withoutSpans(text, found);
}
