import { parseFloat64 } from './go-format.ts';

/** One line of the text format. */
export type TextLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'help' | 'type'; readonly name: string; readonly text: string }
  | {
      readonly kind: 'sample';
      readonly name: string;
      readonly labels: readonly (readonly [label: string, value: string])[];
      readonly value: number;
      readonly timestamped: boolean;
    };

/** A line that is not in the format. The caller knows its number. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

const quote = (bytes: string) => JSON.stringify(lossy(bytes));
const quoteChar = (char: string) => (char === '\n' ? "'\\n'" : `'${char}'`);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text behind bytes that were read as one character each; undefined when they are no UTF-8. */
function decode(bytes: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The same with a replacement character for what is no UTF-8. */
const lossy = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');

const isBlank = (char: string) => char === ' ' || char === '\t';

/** Reads a line a character at a time, so that an error is the first thing wrong and not just any. */
class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The character under the cursor, of which there must be one; the line's own `\n` counts. */
  peek(): string {
    const char = this.#text[this.#at];
    if (char === undefined) throw new LineError('unexpected end of input stream');
    return char;
  }

  next(): void {
    this.#at += 1;
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.next();
  }

  /** Everything that `pattern` (sticky) matches from here on. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += token.length;
    return token;
  }

  /** What is left of the line, which must end in `\n`. */
  rest(): string {
    const token = this.take(REST);
    this.peek();
    return token;
  }
}

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const WORD = /[^ \t\n]*/y;
const REST = /[^\n]*/y;

function comment(cursor: Cursor): TextLine {
  cursor.next();
  cursor.skipBlanks();
  const keyword = cursor.take(WORD);
  if (cursor.peek() === '\n') return { kind: 'nothing' };
  if (keyword !== 'HELP' && keyword !== 'TYPE') {
    cursor.rest();
    return { kind: 'nothing' };
  }
  cursor.skipBlanks();
  const name = cursor.take(METRIC_NAME);
  if (cursor.peek() === '\n') return { kind: 'nothing' };
  if (!isBlank(cursor.peek())) throw new LineError('invalid metric name in comment');
  cursor.skipBlanks();
  if (cursor.peek() === '\n') return { kind: 'nothing' };
  const text = cursor.rest();
  return keyword === 'HELP' ? { kind: 'help', name, text: unescapeHelp(text) } : { kind: 'type', name, text };
}

function unescapeHelp(raw: string): string {
  const text = raw.replace(/\\(.?)/g, (_, char: string) => {
    if (char === '') throw new LineError("invalid escape sequence '\\\n'");
    if (char !== 'n' && char !== '\\') throw new LineError(`invalid escape sequence '\\${char}'`);
    return char === 'n' ? '\n' : '\\';
  });
  return lossy(text);
}

function labelValue(cursor: Cursor): string {
  cursor.skipBlanks();
  if (cursor.peek() !== '"')
    throw new LineError(`expected '"' at start of label value, found ${quoteChar(cursor.peek())}`);
  let bytes = '';
  for (cursor.next(); cursor.peek() !== '"'; cursor.next()) {
    if (cursor.peek() === '\n')
      throw new LineError(`label value ${quote(bytes)} contains unescaped new-line`);
    if (cursor.peek() !== '\\') {
      bytes += cursor.peek();
      continue;
    }
    cursor.next();
    if (cursor.peek() === 'n') bytes += '\n';
    else if (cursor.peek() === '"' || cursor.peek() === '\\') bytes += cursor.peek();
    else throw new LineError(`invalid escape sequence '\\${cursor.peek()}'`);
  }
  cursor.next();
  const value = decode(bytes);
  if (value === undefined) throw new LineError(`invalid label value ${quote(bytes)}`);
  return value;
}

function labelSet(cursor: Cursor, metric: string): [string, string][] {
  const labels: [string, string][] = [];
  for (;;) {
    cursor.next();
    cursor.skipBlanks();
    if (cursor.peek() === '}') break;
    const label = cursor.take(LABEL_NAME);
    if (label === '') throw new LineError(`invalid label name for metric ${quote(metric)}`);
    cursor.skipBlanks();
    if (cursor.peek() !== '=')
      throw new LineError(`expected '=' after label name, found ${quoteChar(cursor.peek())}`);
    if (label === '__name__') throw new LineError('label name "__name__" is reserved');
    if (labels.some(([before]) => before === label))
      throw new LineError(`duplicate label names for metric ${quote(metric)}`);
    cursor.next();
    const value = labelValue(cursor);
    labels.push([label, value]);
    cursor.skipBlanks();
    if (cursor.peek() === '}') break;
    if (cursor.peek() !== ',') throw new LineError(`unexpected end of label value ${JSON.stringify(value)}`);
  }
  cursor.next();
  cursor.skipBlanks();
  return labels;
}

function sample(cursor: Cursor): TextLine {
  const name = cursor.take(METRIC_NAME);
  if (name === '') throw new LineError('invalid metric name');
  cursor.skipBlanks();
  const labels = cursor.peek() === '{' ? labelSet(cursor, name) : [];
  const digits = cursor.take(WORD);
  const end = cursor.peek();
  const value = parseFloat64(digits);
  if (value === undefined) throw new LineError(`expected float as value, got ${quote(digits)}`);
  if (end === '\n') return { kind: 'sample', name, labels, value, timestamped: false };

  cursor.skipBlanks();
  const time = cursor.take(WORD);
  if (!/^[+-]?\d+$/.test(time) || BigInt.asIntN(64, BigInt(time)) !== BigInt(time))
    throw new LineError(`expected integer as timestamp, got ${quote(time)}`);
  const spurious = cursor.rest();
  if (spurious !== '') throw new LineError(`spurious string after timestamp: ${quote(spurious)}`);
  return { kind: 'sample', name, labels, value, timestamped: true };
}

/**
 * Reads one line, its `\n` included; only the last line of a body may lack it, and then only if it is blank.
 *
 * @param line its bytes, each as one character (latin1): a label's value must be valid UTF-8, other text need not.
 * @throws {LineError} when the line is not in the format.
 */
export function readLine(line: string): TextLine {
  if (/^[ \t]*\n?$/.test(line)) return { kind: 'nothing' };
  const cursor = new Cursor(line);
  cursor.skipBlanks();
  return cursor.peek() === '#' ? comment(cursor) : sample(cursor);
}
