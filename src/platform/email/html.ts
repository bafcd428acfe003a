import { decodeEntities } from './html-entities.ts';

/** Characters of text after which the rest of a page is left out. */
const MOST_TEXT = 200_000;
const LONGEST_LINK = 300;

/** Elements that hold nothing for a reader. */
const UNSEEN = new Set(['script', 'style', 'title', 'template', 'noscript', 'svg', 'math', 'object']);
/** Elements that begin a line, and those with an empty line around them. */
const LINES = new Set('div tr li dt dd section article header footer main address caption'.split(' '));
const PARAGRAPHS = new Set('p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre hr'.split(' '));

/** Puts a text together line by line, every line of a quotation behind "> ". */
class TextBuilder {
  readonly #lines: string[] = [];
  #line = '';
  /** Whether a space would be one too many. Looking at the end of a growing line costs its whole length. */
  #spaced = true;
  #length = 0;
  #quotes = 0;

  get full(): boolean {
    return this.#length > MOST_TEXT;
  }

  add(text: string): void {
    const clean = text.replace(/\s+/g, ' ');
    const added = this.#spaced ? clean.trimStart() : clean;
    if (added === '') return;
    this.#line += added;
    this.#length += added.length;
    this.#spaced = added.endsWith(' ');
  }

  /** Text whose line breaks count. */
  addLines(text: string): void {
    const lines = text.split(/\r?\n/);
    for (const [at, line] of lines.entries()) {
      this.#line += line;
      this.#spaced = false;
      this.#length += line.length;
      if (at < lines.length - 1) this.endLine();
    }
  }

  /** Ends the line even when it is empty. */
  endLine(): void {
    this.#lines.push(`${'> '.repeat(this.#quotes)}${this.#line.trimEnd()}`.trimEnd());
    this.#length += 1 + 2 * this.#quotes;
    this.#line = '';
    this.#spaced = true;
  }

  startLine(): void {
    if (this.#line.trim() !== '') this.endLine();
    this.#line = '';
    this.#spaced = true;
  }

  startParagraph(): void {
    this.startLine();
    const blank = '> '.repeat(this.#quotes).trimEnd();
    if ((this.#lines.at(-1) ?? blank) !== blank) this.endLine();
  }

  quote(by: 1 | -1): void {
    this.startLine();
    this.#quotes = Math.min(20, Math.max(0, this.#quotes + by));
  }

  toString(): string {
    this.startLine();
    return this.#lines
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }
}

/** Where a tag ends: after the first ">" outside quotation marks. -1 when it does not end. */
function endOfTag(html: string, from: number): number {
  let mark = '';
  for (let at = from; at < html.length; at += 1) {
    const char = html.charAt(at);
    if (mark !== '') {
      if (char === mark) mark = '';
    } else if (char === '>') return at + 1;
    else if (char === '"' || char === "'") mark = char;
  }
  return -1;
}

function linkOf(tag: string): string | undefined {
  const [, double, single, bare] = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(tag) ?? [];
  const href = decodeEntities(double ?? single ?? bare ?? '').trim();
  return /^https?:\/\/\S+$/i.test(href) && href.length <= LONGEST_LINK ? href : undefined;
}

/**
 * A page of HTML as a person would read it: paragraphs, lists, quotations ("> ") and where links lead. Its time grows
 * with the length alone, whatever is in it. At most about 200 000 characters.
 */
export function htmlToText(html: string): string {
  const text = new TextBuilder();
  const tagStart = /<(?:!--|[!?]|(\/?)([a-z][a-z0-9]*))/gi;
  let link: string | undefined;
  let linkText = '';
  let preformatted = 0;
  let at = 0;

  const show = (raw: string) => {
    const shown = decodeEntities(raw.slice(0, MOST_TEXT));
    if (preformatted > 0) text.addLines(shown);
    else text.add(shown);
    if (link !== undefined) linkText += shown;
  };
  const endLink = () => {
    if (link !== undefined && !linkText.includes(link.replace(/^https?:\/\/|\/$/g, '')))
      text.add(` (${link})`);
    link = undefined;
    linkText = '';
  };

  while (at < html.length && !text.full) {
    tagStart.lastIndex = at;
    const found = tagStart.exec(html);
    if (found === null) {
      show(html.slice(at));
      break;
    }
    show(html.slice(at, found.index));
    if (found[0] === '<!--') {
      const end = html.indexOf('-->', tagStart.lastIndex);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    const end = endOfTag(html, tagStart.lastIndex);
    if (end < 0) break;
    at = end;
    const name = found[2]?.toLowerCase() ?? '';
    const closing = found[1] === '/';
    if (UNSEEN.has(name)) {
      if (closing || html.charAt(end - 2) === '/') continue;
      const close = new RegExp(`</${name}\\b`, 'gi');
      close.lastIndex = end;
      at = close.exec(html)?.index ?? html.length;
    } else if (name === 'br') text.endLine();
    else if (name === 'a') {
      endLink();
      if (!closing) link = linkOf(html.slice(found.index, end));
    } else if (name === 'td' || name === 'th') text.add(' ');
    else if (PARAGRAPHS.has(name)) {
      if (name === 'blockquote' && closing) text.quote(-1);
      text.startParagraph();
      if (name === 'blockquote' && !closing) text.quote(1);
      if (name === 'pre') preformatted = Math.max(0, preformatted + (closing ? -1 : 1));
    } else if (LINES.has(name)) {
      text.startLine();
      if (name === 'li' && !closing) text.add('- ');
    }
  }
  endLink();
  return text.toString();
}
