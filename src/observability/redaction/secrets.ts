import type { Mark } from './mark.ts';

/** Not within a word, unless what comes before is the end of a JSON escape or of a percent-encoded character. */
const BEGIN = '(?<![\\w-](?<!\\\\[bfnrt]|%[0-9A-Fa-f]{2}))';

/**
 * What gives itself away by its shape. Each begins where no word goes on, and no alternative can begin within what
 * another one has looked at, so that a text is read once.
 */
const SHAPES = new RegExp(
  `${BEGIN}(?:${[
    // A JSON Web Token, signed or not.
    'eyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*)?',
    // Keys of OpenAI and its like, Stripe, GitHub, GitLab, Slack, AWS, Google, Meta, SendGrid, npm.
    '(?:sk|pk|rk|whsec)[-_][\\w-]{16,}',
    'gh[opsur]_\\w{20,}|github_pat_\\w{20,}|glpat-[\\w-]{16,}',
    'xox[a-z]-[\\w-]{10,}|hooks\\.slack\\.com/services/[\\w/-]+',
    'A(?:KI|SI|RO|ID)A[A-Z0-9]{16}',
    'AIza[\\w-]{30,}|EAA[A-Za-z0-9]{20,}|SG\\.[\\w-]{16,}\\.[\\w-]{16,}|npm_[A-Za-z0-9]{30,}',
    // What a webhook is signed with.
    'sha(?:1|256|512)(?:=|%3D)[0-9A-Fa-f]{20,}',
    // A WhatsApp message's id holds the customer's number, in base64.
    'wamid\\.[\\w+/=-]+',
    '(?:[Bb]earer|BEARER)(?: |\\+|%20){1,8}[\\w.~+/=-]{12,}',
    // "basic" is a word, too: credentials have a digit, a capital letter or padding.
    '(?:[Bb]asic|BASIC) (?=\\S{0,200}?[A-Z0-9=])[\\w+/=-]{8,}',
  ].join('|')})`,
  'g',
);

/** An HMAC in base64: SHA-1, SHA-256 or SHA-512, with its padding. */
const HMAC = /(?<![\w+/=-](?<!\\[bfnrt]))(?:[\w+/-]{27}=|[\w+/-]{43}=|[\w+/-]{86}==)(?![\w+/=-])/g;

const KEY_BEGIN = '-----BEGIN ';
const KEY_END = '-----END ';

function markAll(pattern: RegExp, text: string, mark: Mark): void {
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    mark(found.index, found.index + found[0].length);
  }
}

function findPrivateKeys(text: string, mark: Mark): void {
  let start = text.indexOf(KEY_BEGIN);
  while (start !== -1) {
    const last = text.indexOf(KEY_END, start);
    const end = last === -1 ? text.length : last;
    if (text.slice(start, start + 60).includes('PRIVATE KEY')) mark(start, end);
    start = text.indexOf(KEY_BEGIN, end);
  }
}

/** Tokens and keys that are known by their shape. */
export function findTokens(text: string, mark: Mark): void {
  markAll(SHAPES, text, mark);
  findPrivateKeys(text, mark);
}

/** Signatures in Base64. */
export function findSignatures(text: string, mark: Mark): void {
  markAll(HMAC, text, mark);
}
