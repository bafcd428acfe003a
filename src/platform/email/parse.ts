import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import PostalMime, { addressParser, type Email, type Header } from 'postal-mime';
import { type HeaderField, type ParsedMail, RULE_HEADERS } from '../../fte/channels/email.ts';
import { cut } from '../../fte/input.ts';
import { mailMalformed, mailTooLarge } from './errors.ts';
import { isMailbox } from './header-values.ts';
import { htmlToText } from './html.ts';
import { ownWords } from './quotes.ts';

/** Bytes of a whole mail. */
export const MAX_MAIL_BYTES = 10 * 1024 * 1024;
/** 10 MiB of Base64 have 134 432; each line costs the library far more than its bytes. */
const MAX_LINES = 150_000;
/** Bytes of all headers, those of the parts too. */
const MAX_HEADERS = 256 * 1024;
/** Characters (UTF-16 code units) of its text that are kept. */
export const MAX_TEXT = 20_000;
/** Characters that are looked at for quotations; the sender's words come long before. */
const MAX_RAW_TEXT = 200_000;
const MAX_LINE = 200;
const MAX_IDS = 100;
const MAX_ADDRESSES = 100;
const MAX_RULE_FIELDS = 100;
const RECIPIENT_HEADERS = ['to', 'cc', 'delivered-to', 'x-original-to', 'envelope-to'];

/** One line: encoded words may hold line breaks. */
function oneLine(text: string | undefined, limit: number): string | undefined {
  const line = (text ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line === '' ? undefined : cut(line, limit).trim();
}

/** Plain line ends and no other control characters. Line ends keep their spaces: a signature is told by one. */
function plainText(text: string): string {
  return text
    .slice(0, MAX_RAW_TEXT)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|\uFEFF/gu, '')
    .replace(/\u00A0/g, ' ')
    .toWellFormed();
}

/** An address as identities are compared: lower case, the domain in ASCII. Undefined for what is none. */
function normalAddress(text: string | undefined): string | undefined {
  const at = text?.lastIndexOf('@') ?? -1;
  if (text === undefined || at < 0) return undefined;
  const address = `${text.slice(0, at)}@${domainToASCII(text.slice(at + 1))}`.toLowerCase();
  return isMailbox(address) ? address : undefined;
}

/** RFC 5322 section 3.6.4. Ids without their angle brackets are not found, except alone. */
function idsIn(value: string | undefined): readonly string[] {
  const text = value?.trim() ?? '';
  const ids: readonly string[] = text.match(/<[!-;=?-~]{3,250}>/g) ?? [];
  return ids.length === 0 && /^[!-;=?-~]{1,200}@[!-;=?-~]{1,50}$/.test(text) ? [`<${text}>`] : ids;
}

const valuesOf = (headers: readonly Header[], key: string) =>
  headers.filter((header) => header.key === key).map(({ value }) => value);

/**
 * The one sender. Two From fields, or two addresses in one, are refused: whoever checked the mail before us may have
 * looked at the other one (RFC 7489 section 6.6.1).
 */
function senderOf(headers: readonly Header[]): ParsedMail['from'] {
  const fields = valuesOf(headers, 'from');
  const [mailbox, ...others] = addressParser(fields[0] ?? '', { flatten: true });
  const address = normalAddress(mailbox?.address);
  if (address === undefined) throw mailMalformed('it has no usable sender');
  if (fields.length > 1 || others.length > 0) throw mailMalformed('it has more than one sender');
  const name = oneLine(mailbox?.name, MAX_LINE);
  return { address, name: name?.toLowerCase() === address ? undefined : name };
}

function recipientsOf(headers: readonly Header[]): readonly string[] {
  const addresses = RECIPIENT_HEADERS.flatMap((key) => valuesOf(headers, key))
    .flatMap((value) => addressParser(value, { flatten: true }))
    .slice(0, MAX_ADDRESSES)
    .flatMap(({ address }) => normalAddress(address) ?? []);
  return [...new Set(addresses)];
}

function ruleHeaders(headers: readonly Header[]): readonly HeaderField[] {
  return headers
    .filter(({ key }) => RULE_HEADERS.has(key))
    .slice(0, MAX_RULE_FIELDS)
    .map(({ key, value }) => ({ name: key, value: value.replace(/[\s\p{Cc}]+/gu, ' ').trim() }));
}

function hasTooManyLines(raw: Uint8Array): boolean {
  let lines = 1;
  for (let at = raw.indexOf(0x0a); at >= 0 && lines <= MAX_LINES; at = raw.indexOf(0x0a, at + 1)) lines += 1;
  return lines > MAX_LINES;
}

async function decode(raw: Uint8Array): Promise<Email> {
  if (hasTooManyLines(raw)) throw mailMalformed('it has too many lines');
  try {
    return await PostalMime.parse(raw, {
      maxNestingDepth: 50,
      maxHeadersSize: MAX_HEADERS,
      maxRfc822NestingDepth: 3,
    });
  } catch (cause) {
    throw mailMalformed('its structure is broken', cause);
  }
}

/**
 * Reads a mail (RFC 5322, MIME) of at most 10 MiB. Attachments are counted, not kept.
 *
 * @throws a 400 (`FTE_MAIL_MALFORMED`) or a 413 (`FTE_MAIL_TOO_LARGE`), never anything else.
 */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  if (raw.byteLength > MAX_MAIL_BYTES) throw mailTooLarge(MAX_MAIL_BYTES);
  const { headers, attachments, date, ...email } = await decode(raw);
  const first = (key: string) => valuesOf(headers, key)[0];
  const from = senderOf(headers);
  const subject = oneLine(email.subject, MAX_LINE);
  const [inReplyTo] = idsIn(first('in-reply-to'));
  const references = idsIn(first('references')).slice(-MAX_IDS);

  const plain = plainText(email.text ?? '');
  const written = plain.trim() === '' ? plainText(htmlToText(email.html ?? '')) : plain;
  const text = ownWords(written, {
    reply: inReplyTo !== undefined || references.length > 0,
    forward: /^(?:fwd?|wg|tr|rv|enc)\s?:/i.test(subject ?? ''),
  });
  const sentAt = Date.parse(date ?? '');
  return {
    messageId: idsIn(first('message-id'))[0],
    fingerprint: createHash('sha256').update(raw).digest('hex'),
    from,
    to: recipientsOf(headers),
    subject,
    text: cut(text, MAX_TEXT).trimEnd(),
    truncated: text.length > MAX_TEXT,
    inReplyTo,
    references,
    date: Number.isNaN(sentAt) ? undefined : sentAt,
    attachments: attachments.length,
    headers: ruleHeaders(headers),
  };
}

const VERDICTS = [/^x-ses-spam-verdict:[ \t]*(\w*)/im, /^x-ses-virus-verdict:[ \t]*(\w*)/im];

/** Whether SES calls a mail spam or a virus, of one that can't be parsed. Its own fields stand above the sender's. */
export function isJunk(raw: Uint8Array): boolean {
  const [head = ''] = Buffer.from(raw.subarray(0, MAX_HEADERS))
    .toString('latin1')
    .split(/\r?\n\r?\n/, 1);
  return VERDICTS.some((field) => field.exec(head)?.[1]?.toLowerCase() === 'fail');
}
