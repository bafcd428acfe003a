import { isSensitiveKey } from './keys.ts';
import type { Mark } from './mark.ts';

/**
 * A key and its colon, as JSON writes them (in a text within JSON, too: with backslashes before the quotes) or as
 * Node shows an object; the value begins where the match ends.
 */
const PAIR = /(?:(\\{0,15})(["'])([^"'\\\n]{1,64})\1\2|(?<![\w$])([A-Za-z_$][\w$]{0,63}))\s{0,16}:\s{0,16}/g;
const BARE_VALUE = /[^,}\]\s]+/y;

const OPENING = '{[';
const CLOSING = '}]';

/** Where a quoted value that begins at `from` ends: at the first quote with as many backslashes before it. */
function quotedEnd(text: string, from: number, backslashes: number, quote: string): number {
  let run = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') run += 1;
    else {
      if (char === quote && run === backslashes) return at - run;
      run = 0;
    }
  }
  return text.length;
}

/** Where an object or a list that begins at `from` ends; the end of the text when it was cut. */
function bracketsEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"' || char === "'") {
      let backslashes = 0;
      while (text.charAt(at - 1 - backslashes) === '\\') backslashes += 1;
      at = quotedEnd(text, at + 1, backslashes, char) + backslashes;
    } else if (OPENING.includes(char)) depth += 1;
    else if (CLOSING.includes(char)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** Values of sensitive keys in JSON, or in objects as Node shows them, anywhere in a text, cut or whole. */
export function findPairs(text: string, mark: Mark): void {
  PAIR.lastIndex = 0;
  for (let found = PAIR.exec(text); found !== null; found = PAIR.exec(text)) {
    const key = found[3] ?? found[4] ?? '';
    if (!isSensitiveKey(key)) continue;
    const from = PAIR.lastIndex;
    let opened = from;
    while (text.charAt(opened) === '\\' && opened - from < 15) opened += 1;
    const char = text.charAt(opened);
    if (char === '"' || char === "'" || char === '`') {
      const end = quotedEnd(text, opened + 1, opened - from, char);
      mark(opened + 1, end);
      PAIR.lastIndex = Math.max(end, from);
    } else if (OPENING.includes(char) && char !== '') {
      const end = bracketsEnd(text, from);
      mark(from, end);
      PAIR.lastIndex = end;
    } else if (found[3] !== undefined) {
      BARE_VALUE.lastIndex = from;
      if (BARE_VALUE.test(text)) mark(from, BARE_VALUE.lastIndex);
    }
  }
}

const FORM_PAIR = /([A-Za-z][\w.-]{0,63})=([^&\s"'<>]*)/g;

/** Values of sensitive names in a query or a form: `Body=…&From=…`. */
export function findFormPairs(text: string, mark: Mark): void {
  FORM_PAIR.lastIndex = 0;
  for (let found = FORM_PAIR.exec(text); found !== null; found = FORM_PAIR.exec(text)) {
    const [all, name = '', value = ''] = found;
    const end = found.index + all.length;
    const joined = text.charAt(end) === '&' || /[?&]/.test(text.charAt(found.index - 1));
    if (joined && isSensitiveKey(name)) mark(end - value.length, end);
  }
}

const NOT_JSON = ' is not valid JSON';
/** V8 quotes at most this much of what it could not parse, as UTF-16 units, with room to spare. */
const LONGEST_QUOTE = 64;

/** What JSON.parse repeats of the text that it could not read. */
export function findQuotedJson(text: string, mark: Mark): void {
  for (let at = text.indexOf(NOT_JSON); at !== -1; at = text.indexOf(NOT_JSON, at + 1)) {
    const line = Math.max(0, at - LONGEST_QUOTE);
    const comma = text.slice(line, at).indexOf(', ');
    mark(comma === -1 ? line : line + comma + 2, at);
  }
}
