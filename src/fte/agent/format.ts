import type { Channel } from '../vocabulary.ts';

/** The most words of a whole e-mail and of a whole reply on the form's page. */
export const EMAIL_WORDS = 500;
export const WEB_FORM_WORDS = 300;
/** Characters (UTF-16 code units) of one WhatsApp message: what to aim for, and what the provider takes. */
export const WHATSAPP_AIM = 300;
export const WHATSAPP_LIMIT = 1_600;

const SIGNATURE = 'Kind regards,\nLarkspur Customer Success';
const NAME_LENGTH = 60;
const NAME_WORDS = 5;
/** A border nearer to the start than this part of the room wastes too much of it. */
const LEAST_FILLED = 1 / 3;

export interface FormattedReply {
  readonly text: string;
  /** Whether a part of the body had to go. */
  readonly truncated: boolean;
}

/** A name as it may stand in a greeting. Whoever writes to us chooses it, and could choose a link or an advert. */
function greetingName(name: string | undefined): string {
  if (name === undefined || /[\r\n]/.test(name.trim())) return '';
  const plain = name.trim().replace(/\s+/g, ' ');
  const looksLikeName =
    plain.length <= NAME_LENGTH &&
    /^\p{L}[\p{L}\p{M}'’. -]*$/u.test(plain) &&
    !/\.[\p{L}\p{M}]{2}|\bwww\b|\bhttps?\b/iu.test(plain) &&
    plain.split(' ').length <= NAME_WORDS;
  return looksLikeName ? ` ${plain}` : '';
}

/** The body alone: plain line ends, no control characters, and no greeting or signature of its own. */
function plainBody(body: string): string {
  return body
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/(?<![^\S\n])[^\S\n]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .replace(/^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^\n,!.?]{0,60}[,!]\n+/i, '')
    .replace(/\n(?:(?:kind|best|warm) )?regards,?\n[^\n]{0,80}(?:\n[^\n]{0,80})?$/i, '')
    .trim();
}

function endsInPair(text: string, at: number): boolean {
  return /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(at));
}

/** Where to cut a text so that at most `room` characters come before: after a paragraph, a sentence or a word. */
function borderWithin(text: string, room: number): number {
  const window = text.slice(0, room + 1);
  const least = room * LEAST_FILLED;
  const paragraph = window.lastIndexOf('\n\n');
  if (paragraph >= least) return paragraph;
  let sentence = 0;
  // "1." begins a step and ends none.
  for (const { index, 0: end } of window.matchAll(/(?:(?<!\d)[.!?…]["'”’)]?|(?=\n))(?=\s)/g)) {
    if (index + end.length <= room) sentence = index + end.length;
  }
  if (sentence >= least) return sentence;
  const word = window.search(/\s\S*$/);
  if (word > 0) return word;
  return endsInPair(text, room) ? room - 1 : room;
}

function endWith(cut: string): string {
  const kept = cut.trimEnd();
  return /[.!?…]["'”’)]?$/.test(kept) ? kept : `${kept}…`;
}

function cutCharacters(text: string, limit: number): FormattedReply {
  if (text.length <= limit) return { text, truncated: false };
  return { text: endWith(text.slice(0, borderWithin(text, limit - 1))), truncated: true };
}

const wordsIn = (text: string) => text.match(/\S+/g)?.length ?? 0;

function cutWords(text: string, limit: number): FormattedReply {
  let seen = 0;
  for (const { index } of text.matchAll(/\S+/g)) {
    seen += 1;
    if (seen > limit) {
      const room = text.slice(0, index).trimEnd().length;
      return { text: endWith(text.slice(0, borderWithin(text, room))), truncated: true };
    }
  }
  return { text, truncated: false };
}

const COURTESY =
  /^(?:you can read more|if this does not|(?:please )?(?:let us know|feel free)|(?:i |we )?hope (?:this|that)|thank you for|thanks for|is there anything else|if you have any)\b/i;

/** Leaves out what is only courtesy, from the end, until the text is as short as a chat wants it. */
function concise(text: string): string {
  const kept: string[] = [];
  let length = text.length;
  for (const paragraph of text.split(/\n{2,}/).reverse()) {
    if (length > WHATSAPP_AIM && COURTESY.test(paragraph)) length -= paragraph.length + 2;
    else kept.push(paragraph);
  }
  return kept.length === 0 ? text : kept.reverse().join('\n\n');
}

/**
 * A reply as it is delivered. E-mail: greeting, signature and the ticket's reference, at most 500 words in all.
 * WhatsApp: the answer alone, short where courtesy can be left out, at most 1600 characters. Web form: a short
 * greeting, at most 300 words in all.
 */
export function formatReply(
  channel: Channel,
  body: string,
  { customerName, ticketId }: { readonly customerName: string | undefined; readonly ticketId: string },
): FormattedReply {
  const plain = plainBody(body);
  if (channel === 'whatsapp') return cutCharacters(concise(plain.replace(/[^\S\n]+/g, ' ')), WHATSAPP_LIMIT);

  const name = greetingName(customerName);
  const [head, tail, most] =
    channel === 'email'
      ? [`Hello${name},\n\n`, `\n\n${SIGNATURE}\n\nTicket: ${ticketId}`, EMAIL_WORDS]
      : [`Hi${name},\n\n`, '', WEB_FORM_WORDS];
  const { text, truncated } = cutWords(plain, most - wordsIn(head) - wordsIn(tail));
  return { text: `${head}${text}${tail}`.replace(/\n{3,}/g, '\n\n').trim(), truncated };
}

/**
 * A text as WhatsApp messages of at most `limit` characters (2 or more), cut after paragraphs, sentences or words
 * where there are any. Only white space at the borders is lost. Nothing for a blank text.
 */
export function splitForWhatsApp(text: string, limit: number = WHATSAPP_LIMIT): readonly string[] {
  const most = limit >= 2 ? Math.floor(limit) : 2;
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > most) {
    const border = borderWithin(rest, most);
    parts.push(rest.slice(0, border).trimEnd());
    rest = rest.slice(border).trimStart();
  }
  return rest === '' ? parts : [...parts, rest];
}
