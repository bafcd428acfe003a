import { CATEGORIES, type Category } from '../vocabulary.ts';

/** What an article may be about: every category but `unknown`, which only messages can have. */
export type ArticleCategory = Exclude<Category, 'unknown'>;

/** One article of the knowledge base. */
export interface Article {
  /** The file's name without `.md`. */
  readonly id: string;
  readonly title: string;
  readonly category: ArticleCategory;
  readonly keywords: readonly string[];
  /** The headings, as plain text and in their order. */
  readonly headings: readonly string[];
  /** The text without its headings, as plain text. */
  readonly body: string;
  /** The first paragraph as plain text, at most `EXCERPT_LENGTH` characters. */
  readonly excerpt: string;
}

/** The longest excerpt, in characters. */
export const EXCERPT_LENGTH = 600;

const FIELDS = ['title', 'category', 'keywords'] as const;
type Field = (typeof FIELDS)[number];

const FRONT_MATTER = /^---[ \t]*\n([\s\S]*?)^---[ \t]*(?:\n|$)/m;
const HEADING = /^#{1,6}\s+(.*?)\s*#*\s*$/;

/**
 * Reads one article: front matter with `title`, `category` and `keywords`, then Markdown.
 *
 * @param file The file's name, for the id and for errors.
 * @throws Error naming the file and the fault: no front matter, a field that is missing, empty, unknown or
 * there twice, an unknown category, or a text without a paragraph.
 */
export function parseArticle(file: string, source: string): Article {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const front = FRONT_MATTER.exec(text);
  if (front === null || front.index !== 0) {
    throw fault(file, 'it does not begin with front matter between two lines of ---');
  }

  const fields = readFields(file, front[1] ?? '');
  const blocks = blocksOf(text.slice(front[0].length));
  const first = blocks.paragraphs[0];
  if (first === undefined) throw fault(file, 'there is no text after the front matter');

  return {
    id: file.replace(/^.*[\\/]/, '').replace(/\.md$/i, ''),
    title: fields.title,
    category: categoryOf(file, fields.category),
    keywords: keywordsOf(file, fields.keywords),
    headings: blocks.headings,
    body: blocks.paragraphs.join('\n'),
    excerpt: shorten(first, EXCERPT_LENGTH),
  };
}

/** Markdown's marks taken away from a piece of text; runs of white space become one space. */
export function plainText(markdown: string): string {
  return markdown
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part.replaceAll('`', '') : withoutMarks(part)))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

function withoutMarks(text: string): string {
  return text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/(?<!\w)([*_])(?=\S)(.*?\S)\1(?!\w)/g, '$2')
    .replace(/\\([\\`*_{}[\]()#+\-.!>])/g, '$1');
}

function readFields(file: string, front: string): Record<Field, string> {
  const found = new Map<Field, string>();
  for (const line of front.split('\n')) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    if (colon < 0) throw fault(file, `the line "${line.trim()}" of the front matter is not "name: value"`);
    const name = line.slice(0, colon).trim();
    const field = FIELDS.find((known) => known === name);
    if (field === undefined) throw fault(file, `the front matter has an unknown field "${name}"`);
    if (found.has(field)) throw fault(file, `the front matter has the field "${field}" twice`);
    found.set(field, line.slice(colon + 1).trim());
  }

  const need = (field: Field): string => {
    const value = found.get(field);
    if (value === undefined || value === '') throw fault(file, `the front matter lacks the field "${field}"`);
    return value;
  };
  return { title: need('title'), category: need('category'), keywords: need('keywords') };
}

function categoryOf(file: string, value: string): ArticleCategory {
  const known = CATEGORIES.filter((category) => category !== 'unknown');
  const category = known.find((name) => name === value);
  if (category === undefined) {
    throw fault(file, `the category "${value}" is not one of ${known.join(', ')}`);
  }
  return category;
}

function keywordsOf(file: string, value: string): readonly string[] {
  const keywords = value
    .split(',')
    .map((keyword) => keyword.trim())
    .filter((keyword) => keyword !== '');
  if (keywords.length === 0) throw fault(file, 'the front matter lacks the field "keywords"');
  return keywords;
}

interface Blocks {
  readonly headings: readonly string[];
  readonly paragraphs: readonly string[];
}

/** List items count as paragraphs of their own. */
function blocksOf(markdown: string): Blocks {
  const headings: string[] = [];
  const paragraphs: string[] = [];
  let open: string[] = [];
  const close = () => {
    const paragraph = plainText(open.join(' '));
    if (paragraph !== '') paragraphs.push(paragraph);
    open = [];
  };

  for (const line of markdown.split('\n')) {
    const heading = HEADING.exec(line);
    const item = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (heading !== null || item !== null || line.trim() === '') close();
    if (heading !== null) headings.push(plainText(heading[1] ?? ''));
    else open.push(item?.[1] ?? line.replace(/^\s*>\s?/, ''));
  }
  close();
  return { headings, paragraphs };
}

/** Cuts after the last sentence that fits, or after the last word if none does. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  const sentence = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('! '), cut.lastIndexOf('? '));
  if (sentence > 0) return cut.slice(0, sentence + 1);
  const word = cut.lastIndexOf(' ');
  return `${cut.slice(0, word > 0 ? word : cut.length)}…`;
}

function fault(file: string, what: string): Error {
  return new Error(`The article ${file} is not usable: ${what}.`);
}
