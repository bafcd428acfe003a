/** What is known of a mail from its headers. */
export interface Kind {
  /** It answers a mail (In-Reply-To or References). */
  readonly reply: boolean;
  /** Its subject says that it passes a mail on: the passed-on mail is what the sender wants to be read. */
  readonly forward: boolean;
}

const LONGEST_ATTRIBUTION = 400;
const ATTRIBUTION_START = /^(?:On|Am|Le|El|Il|Op|Em|Den) /i;
const ATTRIBUTION_END =
  /(?:wrote|a écrit|escribió|ha scritto|escreveu) ?:$|(?:schrieb|schreef|geschreven|skrev)[^:]{0,200}:$/i;
const ORIGINAL =
  /^-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d.origine|Mensaje original|Messaggio originale)\s*-{2,}$/i;
const FROM_LINE = /^\W{0,2}(?:From|Von|De|Da|Van)\s?:\W? ?.*\S/i;
const SENT_LINE = /^\W{0,2}(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Inviato|Verzonden)\s?:/i;
const SUBJECT_LINE = /^\W{0,2}(?:Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto)\s?:/i;

const isQuoted = (line: string | undefined) => line?.startsWith('>') === true;
const isBlank = (line: string | undefined) => line === undefined || line.trim() === '';

/** How many lines, from one on, say who wrote what is quoted below; 0 when they do not. Programs wrap that sentence. */
function attributionAt(lines: readonly string[], from: number): number {
  let sentence = '';
  for (let count = 1; count <= 3; count += 1) {
    const line = lines[from + count - 1];
    if (line === undefined || isBlank(line) || isQuoted(line)) return 0;
    if (line.length > LONGEST_ATTRIBUTION) return 0;
    sentence = `${sentence} ${line}`.replace(/\s+/g, ' ').trim();
    // A date tells it from a customer's own "On Monday my boss wrote:".
    if (!ATTRIBUTION_START.test(sentence)) return 0;
    if (ATTRIBUTION_END.test(sentence) && /\d/.test(sentence)) return count;
  }
  return 0;
}

/** The first line after a quotation; blank lines between two quoted ones belong to it. */
function endOfQuote(lines: readonly string[], from: number): number {
  let end = from + 1;
  for (let at = end; at < lines.length && (isQuoted(lines[at]) || isBlank(lines[at])); at += 1) {
    if (isQuoted(lines[at])) end = at + 1;
  }
  return end;
}

function withoutQuotes(lines: readonly string[], { reply }: Kind): readonly string[] {
  const lastQuoted = lines.findLastIndex(isQuoted);
  const lastWritten = lines.findLastIndex((line) => !isBlank(line) && !isQuoted(line));
  const kept: string[] = [];
  let attributed = false;
  let at = 0;
  while (at < lines.length) {
    const attribution = attributionAt(lines, at);
    if (attribution > 0) {
      let next = at + attribution;
      while (next < lines.length && isBlank(lines[next])) next += 1;
      if (isQuoted(lines[next])) {
        attributed = true;
        at = next;
        continue;
      }
      // Some programs quote without a mark: then everything below is the quotation.
      if (reply && lastQuoted < at) break;
    }
    if (!isQuoted(lines[at])) {
      kept.push(lines[at] ?? '');
      at += 1;
      continue;
    }
    const end = endOfQuote(lines, at);
    const atBorder = kept.every(isBlank) || lastWritten < at;
    // Between a customer's own lines, ">" may as well mark an error message.
    if (!attributed && !(reply && atBorder)) kept.push(...lines.slice(at, end));
    at = end;
  }
  return kept;
}

/** Cuts at the header lines that Outlook puts above the mail that is answered. */
function withoutOriginal(lines: readonly string[], { reply, forward }: Kind): readonly string[] {
  if (forward) return lines;
  const start = lines.findIndex((line, at) => {
    if (ORIGINAL.test(line.trim())) return true;
    if (!reply || !FROM_LINE.test(line)) return false;
    const below = lines.slice(at + 1, at + 6);
    return below.some((one) => SENT_LINE.test(one)) && below.some((one) => SUBJECT_LINE.test(one));
  });
  if (start < 0) return lines;
  return lines.slice(0, /^_{5,}$/.test(lines[start - 1]?.trim() ?? '') ? start - 1 : start);
}

/** Lines that a signature without its space ("--") may have below it, to be taken for one. */
const LONGEST_SIGNATURE = 8;

function withoutSignature(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex(
    (line, at) => line === '-- ' || (line === '--' && lines.length - at - 1 <= LONGEST_SIGNATURE),
  );
  return start < 0 ? lines : lines.slice(0, start);
}

/**
 * What the sender wrote: without the mail that is answered below or above it, and without the signature (RFC 3676
 * section 4.3). In doubt a line stays; a cut that would leave nothing is not made.
 */
export function ownWords(text: string, kind: Kind): string {
  const cuts = [
    (lines: readonly string[]) => withoutOriginal(lines, kind),
    (lines: readonly string[]) => withoutQuotes(lines, kind),
    withoutSignature,
  ];
  const kept = cuts.reduce<readonly string[]>((lines, cut) => {
    const rest = cut(lines);
    return rest.every(isBlank) ? lines : rest;
  }, text.split('\n'));
  return kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
