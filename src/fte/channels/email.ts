import type { Address, Instant } from '../entities.ts';
import { digest } from '../ids.ts';

/** A header field: the name in lower case, the value in one line and otherwise as it came. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** A mail as the rules here need it. Only `text` holds line breaks. */
export interface ParsedMail {
  /** In its angle brackets. Some mails have none. */
  readonly messageId: string | undefined;
  /** SHA-256 of the whole mail, in hex. */
  readonly fingerprint: string;
  /** The address in lower case, its domain in ASCII. */
  readonly from: { readonly address: string; readonly name: string | undefined };
  /** Every address that it went to, in lower case. */
  readonly to: readonly string[];
  readonly subject: string | undefined;
  /** What the sender wrote, without quoted mails and signature. Empty where there is nothing but attachments. */
  readonly text: string;
  /** Whether the text was longer than what is kept. */
  readonly truncated: boolean;
  readonly inReplyTo: string | undefined;
  /** Oldest first. */
  readonly references: readonly string[];
  /** When the sender says that it was written. */
  readonly date: Instant | undefined;
  /** How many attachments it had; their content is not kept. */
  readonly attachments: number;
  /** The fields that the rules here ask for, from the top of the mail down. */
  readonly headers: readonly HeaderField[];
}

/** Ours on every mail that we send: whoever brings it back, brings our own mail. */
export const REPLY_ID_HEADER = 'X-FTE-Reply-Id';

/** The fields that the rules here ask for. */
export const RULE_HEADERS: ReadonlySet<string> = new Set([
  'authentication-results', 'auto-submitted', 'content-type', 'list-id', 'list-unsubscribe', 'precedence',
  'return-path', 'x-auto-response-suppress', 'x-autoreply', 'x-autorespond', 'x-ses-spam-verdict',
  'x-ses-virus-verdict', REPLY_ID_HEADER.toLowerCase(),
]); // biome-ignore format: a table

function valuesOf({ headers }: ParsedMail, name: string): readonly string[] {
  return headers.filter((field) => field.name === name).map(({ value }) => value.trim().toLowerCase());
}

const withoutTag = (address: string) => address.toLowerCase().replace(/\+[^@]*@/, '@');

/** Whether a mail is our own come back: answered, it would come back again. Tags (`support+…@`) do not matter. */
export function isLoop(mail: ParsedMail, ownAddresses: readonly string[]): boolean {
  return (
    ownAddresses.map(withoutTag).includes(withoutTag(mail.from.address)) ||
    valuesOf(mail, REPLY_ID_HEADER.toLowerCase()).length > 0
  );
}

export type AutomaticReason =
  | 'loop'
  | 'auto_submitted'
  | 'report'
  | 'bulk'
  | 'list'
  | 'autoreply'
  | 'null_sender'
  | 'robot_address';

const ROBOT = /^(?:mailer-daemon|(?:no|do[-_.]?not|dont)[-_.]?reply|bounces?)(?:[-+_.=][^@]*)?@/;

/**
 * Why a mail is not to be answered, or undefined for a person's. After RFC 3834 section 2, RFC 2369, RFC 2919, and what
 * mail programs send beside them. `X-Auto-Response-Suppress` counts only where it asks for no automatic replies: its
 * other values (DR, RN, NRN) are about receipts, and stand on people's mails too.
 */
export function isAutomatic(mail: ParsedMail, ownAddresses: readonly string[]): AutomaticReason | undefined {
  const some = (name: string, matches: (value: string) => boolean) => valuesOf(mail, name).some(matches);
  const present = () => true;
  if (isLoop(mail, ownAddresses)) return 'loop';
  if (some('auto-submitted', (value) => value.split(/[;\s(]/, 1)[0] !== 'no')) return 'auto_submitted';
  if (some('content-type', (value) => value.startsWith('multipart/report'))) return 'report';
  if (some('precedence', (value) => /^(?:bulk|list|junk|auto_reply)\b/.test(value))) return 'bulk';
  if (some('list-id', present) || some('list-unsubscribe', present)) return 'list';
  if (some('x-autoreply', (value) => value !== 'no') || some('x-autorespond', present)) return 'autoreply';
  if (some('x-auto-response-suppress', (value) => /\b(?:all|oof|autoreply)\b/.test(value)))
    return 'autoreply';
  if (some('return-path', (value) => value === '<>' || value === '')) return 'null_sender';
  return ROBOT.test(mail.from.address) ? 'robot_address' : undefined;
}

export interface Verdicts {
  readonly spam: boolean;
  readonly virus: boolean;
  readonly dmarc: 'pass' | 'fail' | 'none';
}

/** The authserv-id of Amazon SES. */
export const SES_AUTHSERV_ID = 'amazonses.com';
const LONGEST_RESULTS = 10_000;

/**
 * The clauses of an Authentication-Results value, without comments. What a quoted string holds stays one word: parts
 * of the field, as the HELO name, are the sender's own choice.
 */
function clausesOf(value: string): readonly string[] {
  const clauses: string[] = [];
  let clause = '';
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (char === '\\' && (quoted || depth > 0)) at += 1;
    else if (char === '"' && depth === 0) quoted = !quoted;
    else if (quoted) clause += /[\w.@-]/.test(char) ? char : '_';
    else if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (char === ';') {
      clauses.push(clause);
      clause = '';
    } else clause += char;
  }
  return [...clauses, clause].map((text) => text.trim());
}

function dmarcOf(mail: ParsedMail, authservId: string | undefined): Verdicts['dmarc'] {
  const [topmost = ''] = valuesOf(mail, 'authentication-results');
  if (authservId === undefined || topmost.length > LONGEST_RESULTS) return 'none';
  const [server = '', ...results] = clausesOf(topmost);
  if (server.split(/\s/, 1)[0] !== authservId.toLowerCase()) return 'none';
  const verdicts = results.flatMap((text) => {
    const [, verdict] = /^dmarc\s*=\s*([a-z]+)\b/.exec(text) ?? [];
    const [, from = ''] = /\sheader\.from\s*=\s*(\S+)/.exec(text) ?? [];
    return verdict === undefined ? [] : [{ verdict, domain: from.slice(from.lastIndexOf('@') + 1) }];
  });
  if (verdicts.some(({ verdict }) => verdict === 'fail')) return 'fail';
  const domain = mail.from.address.slice(mail.from.address.lastIndexOf('@') + 1);
  const passed =
    verdicts.length > 0 && verdicts.every((one) => one.verdict === 'pass' && one.domain === domain);
  return passed ? 'pass' : 'none';
}

/**
 * What the receiving server found. Of several fields the topmost one is that server's; those below came with the mail,
 * from anybody. DMARC has passed only for the domain of the very address that we read as the sender's (`header.from`,
 * RFC 7489 section 6.6.1: two programs may read a crooked From differently).
 *
 * @param authservId whose Authentication-Results are believed (RFC 8601 section 2.5); nobody's without it. Only give it
 *   for an entrance whose server writes that field on every mail: elsewhere the topmost one is the sender's forgery.
 */
export function verdictsOf(mail: ParsedMail, authservId: string | undefined): Verdicts {
  const failed = (name: string) => /^fail\b/.test(valuesOf(mail, name)[0] ?? '');
  return {
    spam: failed('x-ses-spam-verdict'),
    virus: failed('x-ses-virus-verdict'),
    dmarc: dmarcOf(mail, authservId),
  };
}

/** The sender's address. Only a passed DMARC check proves it; without one it may show nobody's record. */
export function senderOf(mail: ParsedMail, { dmarc }: Pick<Verdicts, 'dmarc'>): Address {
  return { kind: 'email', value: mail.from.address, verified: dmarc === 'pass' };
}

/** The provider's id of a mail: the same for a mail that is delivered twice, never somebody else's. */
export function mailIdOf({ messageId, fingerprint, from }: ParsedMail): string {
  // The Message-ID is the sender's choice: with the address in it, nobody can use up another one's.
  return digest(`${from.address}\n${messageId ?? fingerprint}`);
}

export interface Thread {
  /** Ids of mails that this one may answer, the likeliest first. Anybody can write any id: compare the ticket's address. */
  readonly messageIds: readonly string[];
  /** A ticket's id that the mail names; who knows it, was given it. */
  readonly ticketId: string | undefined;
}

const MOST_CANDIDATES = 20;

/** What a mail continues (RFC 5322 section 3.6.4), and which ticket its address tag or its subject names. */
export function threadOf({ inReplyTo, references, to, subject }: ParsedMail): Thread {
  const ids = [...(inReplyTo === undefined ? [] : [inReplyTo]), ...references.toReversed()];
  const tags = to.map((address) => /\+(tkt_[0-9a-f]{32})@/.exec(address)?.[1]);
  const named = /\[(tkt_[0-9a-f]{32})\]/i.exec(subject ?? '')?.[1]?.toLowerCase();
  return {
    messageIds: [...new Set(ids)].slice(0, MOST_CANDIDATES),
    ticketId: tags.find((tag) => tag !== undefined) ?? named,
  };
}

/** RFC 5321 section 4.5.3.1.1, octets. */
const LONGEST_LOCAL_PART = 64;

/** An address of ours that names a ticket, for Reply-To; the address itself where the tag has no room. */
export function taggedAddress(address: string, ticketId: string): string {
  const at = address.lastIndexOf('@');
  const local = `${address.slice(0, at)}+${ticketId}`;
  return local.length > LONGEST_LOCAL_PART ? address : `${local}${address.slice(at)}`;
}

/** Characters, without the prefix. */
const LONGEST_SUBJECT = 200;

/** The subject of an answer: one line, "Re: " once whatever stood before it (also AW:, Antw:, SV:). */
export function replySubject(subject: string | undefined): string {
  const line = (subject ?? '')
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/^(?:(?:re|aw|antw|sv)(?:\[\d{1,3}\])? ?: ?)+/i, '');
  const kept = [...line].slice(0, LONGEST_SUBJECT).join('').trim();
  return `Re: ${kept === '' ? 'your message' : kept}`;
}

/** The Message-ID of a reply: the same however often it is asked for, so that an answer to it can be recognised. */
export function messageIdFor(replyId: string, domain: string): string {
  return `<${replyId.replace(/[^\w.-]/g, '-')}@${domain}>`;
}
