/** What may stand in the headers of a mail that we send: nothing here lets a line break through. */

/** RFC 5322 section 2.1.1: characters of a line, without its end. SES takes 996 with the header's name. */
const LONGEST_VALUE = 900;

/** One line of at most 900 characters. */
export function oneLine(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_VALUE);
  return (line.isWellFormed() ? line : line.slice(0, -1)).trim();
}

/** One line that needs no encoding: SES encodes the subject, but no header of ours. */
export function asciiLine(text: string): string {
  return oneLine(text).replace(/[^ -~]/g, '?');
}

const MESSAGE_ID = /^<[!-;=?-~]{3,250}>$/;

/** A message id in its angle brackets; undefined for what is none. */
export function messageIdHeader(id: string | undefined): string | undefined {
  return id !== undefined && MESSAGE_ID.test(id) ? id : undefined;
}

/**
 * Ids for References, each once and none that is not one. When they are too many for a line, the oldest one stays,
 * since it names the thread, and the latest.
 */
export function idList(ids: readonly string[]): string {
  // An id that comes again counts where it came last: the mail that is answered stands behind all others.
  const unique = ids.filter((id, at) => MESSAGE_ID.test(id) && ids.lastIndexOf(id) === at);
  const [oldest, ...later] = unique;
  if (oldest === undefined) return '';
  const kept: string[] = [];
  let room = LONGEST_VALUE - oldest.length;
  for (const id of later.toReversed()) {
    room -= id.length + 1;
    if (room < 0) break;
    kept.unshift(id);
  }
  return [oldest, ...kept].join(' ');
}

/** Whether a text is one address, and nothing that a mail program could read as several or as a name with one. */
export function isMailbox(text: string): boolean {
  return text.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+$/.test(text);
}

/** What SES takes as the value of a tag. */
export function isTagValue(text: string): boolean {
  return /^[\w-]{1,256}$/.test(text);
}
