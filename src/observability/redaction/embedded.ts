import { isSensitiveKey } from './keys.ts';
import type { Mark } from './mark.ts';

const MOST_SPACES = 16;
const MOST_BACKSLASHES = 15;
const LONGEST_KEY = 64;

/** Up to the next delimiter: of a secret, of a form's value, of a value without quotes, of a header's. */
const SECRET_VALUE = /[^\s"'\\&,;(){}[\]<>]+/y;
const FORM_VALUE = /[^&\s"'<>]*/y;
const BARE_VALUE = /[^,}\]\s]+/y;
const HEADER_VALUE = /[^\n"'\\]+/y;
const OPENING = /[\\"'\s]{0,16}/y;

/** Names whose value is a secret however it is written: `password=…`, `x-api-key: …`, `X-Amz-Signature=…`. */
const SECRET =
  /(?:token|secret|passwor[dt]|passwd|passphrase|signature|credentials?|api[_-]?key|access[_-]?key|^pwd|^sig)(?:[-_]\d{1,3})?$/i;
/** Headers whose value goes on to the end of the line. */
const HEADER = /^(?:proxy-)?(?:authorization|(?:set-)?cookie)$/i;

const isSpace = (unit: number) => unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
const isKeyUnit = (unit: number) =>
  (unit >= 0x61 && unit <= 0x7a) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x30 && unit <= 0x39) ||
  unit === 0x5f ||
  unit === 0x2d ||
  unit === 0x2e ||
  unit === 0x24;

function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (count < MOST_BACKSLASHES && text.charCodeAt(at - 1 - count) === 0x5c) count += 1;
  return count;
}

interface Key {
  readonly name: string;
  readonly start: number;
  readonly quoted: boolean;
}

/** What stands before a colon or an equals sign: a word, or a text in quotes, in JSON within JSON too. */
function keyBefore(text: string, delimiter: number): Key | undefined {
  let end = delimiter;
  while (delimiter - end < MOST_SPACES && isSpace(text.charCodeAt(end - 1))) end -= 1;
  const last = text.charAt(end - 1);
  if (last === '"' || last === "'") {
    const keyEnd = end - 1 - backslashesBefore(text, end - 1);
    const line = Math.max(0, keyEnd - LONGEST_KEY - 1);
    const start = text.slice(line, keyEnd).lastIndexOf(last);
    if (start === -1) return undefined;
    return { name: text.slice(line + start + 1, keyEnd), start: line + start, quoted: true };
  }
  let start = end;
  while (end - start < LONGEST_KEY && isKeyUnit(text.charCodeAt(start - 1))) start -= 1;
  return start === end ? undefined : { name: text.slice(start, end), start, quoted: false };
}

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
      const backslashes = backslashesBefore(text, at);
      at = quotedEnd(text, at + 1, backslashes, char) + backslashes;
    } else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** The value of a pair as JSON or Node writes it; undefined when it is not written so. */
function writtenValue(text: string, from: number, quotedKey: boolean): readonly [number, number] | undefined {
  let opened = from;
  while (opened - from < MOST_SPACES && isSpace(text.charCodeAt(opened))) opened += 1;
  const start = opened;
  while (opened - start < MOST_BACKSLASHES && text.charCodeAt(opened) === 0x5c) opened += 1;
  const char = text.charAt(opened);
  if (char === '"' || char === "'" || char === '`')
    return [opened + 1, quotedEnd(text, opened + 1, opened - start, char)];
  if (char === '{' || char === '[') return [start, bracketsEnd(text, start)];
  return quotedKey ? [start, endOf(BARE_VALUE, text, start)] : undefined;
}

/** What is to be taken out behind a delimiter, if anything is. `stretch`: where a form's value would end. */
function valueBehind(
  text: string,
  at: number,
  { name, start, quoted }: Key,
  stretch: number,
): readonly [number, number] | undefined {
  const from = at + 1;
  if (text.charCodeAt(at) === 0x3a) {
    const char = text.charCodeAt(from);
    // Most colons are of URLs, times and stacks: no key has to be looked at for them.
    const written = quoted || isSpace(char) || !(isKeyUnit(char) || char === 0x2f);
    const value = written && isSensitiveKey(name) ? writtenValue(text, from, quoted) : undefined;
    if (value !== undefined) return value;
  } else {
    const joined = text.charCodeAt(stretch) === 0x26 || /[?&]/.test(text.charAt(start - 1));
    if (joined && isSensitiveKey(name)) return [from, stretch];
  }
  if (SECRET.test(name)) {
    const value = endOf(OPENING, text, from);
    return [value, endOf(SECRET_VALUE, text, value)];
  }
  if (HEADER.test(name)) {
    const value = endOf(OPENING, text, from);
    return [value, endOf(HEADER_VALUE, text, value)];
  }
  return undefined;
}

const DELIMITER = /[:=]/g;

/**
 * Values of sensitive keys, and secrets behind their names, anywhere in a text, cut or whole: in JSON, in objects as
 * Node shows them, in forms and queries, in headers.
 */
export function findFields(text: string, mark: Mark): void {
  DELIMITER.lastIndex = 0;
  // Equals signs of one stretch share its end, which is looked for once.
  let stretch = 0;
  for (let found = DELIMITER.exec(text); found !== null; found = DELIMITER.exec(text)) {
    const at = found.index;
    const key = keyBefore(text, at);
    if (key === undefined) continue;
    if (found[0] === '=' && stretch <= at) stretch = endOf(FORM_VALUE, text, at + 1);
    const value = valueBehind(text, at, key, stretch);
    if (value === undefined) continue;
    mark(value[0], value[1]);
    DELIMITER.lastIndex = Math.max(value[1], at + 1);
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
