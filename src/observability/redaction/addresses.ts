import type { Mark } from './mark.ts';

/** An at sign: as it is, full-width, percent-encoded, or as JSON writes it in ASCII. */
const AT = /@|\uff20|%40|\\u0040/gi;
/** RFC 5321 allows 64 and 255; twice the first, since somebody's mistake is an address, too. */
const MAX_LOCAL = 128;
const MAX_DOMAIN = 255;
const LOCAL = /[\p{L}\p{M}\p{N}._%+'’!#$*^~-]/u;
const DOMAIN = /[\p{L}\p{M}\p{N}._-]/u;
/** A label that no version number has: `middy@7.9.2` is no address. */
const TOP_LEVEL = /\.\p{L}[\p{L}\p{M}\p{N}-]/u;
const LITERAL = /\[[0-9A-Fa-f:.]{3,60}\]/y;
/** A person's name before an address in angle brackets. */
const DISPLAY_NAME = /(?:"[^"]{1,64}"|\p{Lu}[\p{L}\p{M}.'’-]*(?: \p{Lu}[\p{L}\p{M}.'’-]*){0,4})\s?<$/u;
const MAX_DISPLAY_NAME = 80;
const USER_INFO = /[^\s/@"'<>]/;

function back(text: string, from: number, allowed: RegExp): number {
  let start = from;
  while (start > 0 && from - start < MAX_LOCAL && allowed.test(text.charAt(start - 1))) start -= 1;
  return start;
}

/** Where the local part before an at sign begins; the at sign itself when there is none. */
function localStart(text: string, at: number): number {
  if (text.charAt(at - 1) === '"') {
    const quote = text.lastIndexOf('"', at - 2);
    return quote !== -1 && at - quote <= MAX_LOCAL ? quote : at;
  }
  const start = back(text, at, LOCAL);
  // `https://user:password@host`: all of it up to the slashes.
  const userInfo = back(text, start, USER_INFO);
  if (userInfo < start && text.slice(0, userInfo).endsWith('//')) return userInfo;
  if (start === at || text.charAt(start - 1) !== '<') return start;
  const before = text.slice(Math.max(0, start - MAX_DISPLAY_NAME), start);
  return start - (DISPLAY_NAME.exec(before)?.[0].length ?? 0);
}

/** Where the domain after an at sign ends; `from` itself when it is none. */
function domainEnd(text: string, from: number): number {
  LITERAL.lastIndex = from;
  if (LITERAL.test(text)) return LITERAL.lastIndex;
  let end = from;
  while (end < text.length && end - from < MAX_DOMAIN && DOMAIN.test(text.charAt(end))) end += 1;
  return TOP_LEVEL.test(text.slice(from, end)) ? end : from;
}

/** E-mail addresses, in any script, with the name beside them, and the user of a URL. */
export function findAddresses(text: string, mark: Mark): void {
  AT.lastIndex = 0;
  for (let found = AT.exec(text); found !== null; found = AT.exec(text)) {
    const after = found.index + found[0].length;
    const start = localStart(text, found.index);
    if (start === found.index) continue;
    const userInfo = text.slice(Math.max(0, start - 2), start) === '//';
    const end = domainEnd(text, after);
    if (userInfo) mark(start, found.index);
    else if (end > after) mark(start, end);
  }
}
