import { isNativeError } from 'node:util/types';
import { isSensitiveKey } from './keys.ts';
import { REDACTED } from './mark.ts';
import { isCard } from './numbers.ts';
import { redactText } from './text.ts';

/** Deeper than this nothing is printed. */
const MAX_DEPTH = 8;
/** Values in one line; CloudWatch takes 256 KB, and nobody reads as much. */
const MAX_VALUES = 1_000;
/** UTF-16 units of one text, and of all texts of a line. */
const MAX_TEXT = 8_192;
const MAX_TEXTS = 65_536;
/** What a cut may leave of something that would have been found whole; this much before a cut is not printed. */
const CUT_MARGIN = 512;

/** One line's redaction: what it may still print, and the objects that it is in. */
interface Walk {
  values: number;
  units: number;
  readonly within: object[];
}

function cut(text: string, walk: Walk): string {
  const most = Math.min(MAX_TEXT, walk.units);
  walk.units -= Math.min(text.length, most);
  if (text.length <= most) return redactText(text);
  const kept = redactText(text.slice(0, most)).slice(0, -CUT_MARGIN);
  return `${kept}… [${text.length} characters in all]`;
}

/** A text that is JSON loses the values of sensitive keys as an object does; any other, what is found in it. */
function textOf(text: string, walk: Walk): string {
  const first = text.charCodeAt(0);
  if ((first === 0x7b || first === 0x5b) && text.length <= MAX_TEXT && text.length <= walk.units) {
    try {
      const json: unknown = JSON.parse(text);
      return JSON.stringify(redacted(json, walk));
    } catch {
      // Not JSON, after all.
    }
  }
  return cut(text, walk);
}

/** The facts of an error that an operator reads; its other properties may hold a whole request. */
function errorOf(error: Error, walk: Walk): Record<string, unknown> {
  const { code, cause, errors, $metadata } = error as {
    code?: unknown;
    cause?: unknown;
    errors?: unknown;
    $metadata?: { readonly httpStatusCode?: unknown; readonly requestId?: unknown };
  };
  const out: Record<string, unknown> = { name: cut(String(error.name), walk) };
  if (typeof code === 'string' || typeof code === 'number') out.code = redacted(code, walk);
  if (typeof $metadata === 'object' && $metadata !== null) {
    out.http_status = redacted($metadata.httpStatusCode, walk);
    out.aws_request_id = redacted($metadata.requestId, walk);
  }
  out.message = cut(String(error.message), walk);
  if (error.stack !== undefined) out.stack = cut(String(error.stack), walk);
  if (cause !== undefined) out.cause = redacted(cause, walk);
  if (Array.isArray(errors)) out.errors = redacted(errors, walk);
  return out;
}

function isBinary(value: object): value is ArrayBufferView | ArrayBufferLike {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

/** `[['name', 'Ada'], …]`, as of headers: the first says what the second is. */
function isSensitivePair(list: readonly unknown[]): boolean {
  return list.length === 2 && typeof list[0] === 'string' && isSensitiveKey(list[0]);
}

/** Under a sensitive key. What says nothing of anybody stays, since its absence is what an operator looks for. */
function hidden(value: unknown): unknown {
  return value === undefined || value === null || typeof value === 'boolean' || value === ''
    ? value
    : REDACTED;
}

function entriesOf(entries: Iterable<readonly [string, unknown]>, walk: Walk): Record<string, unknown> {
  const out: [string, unknown][] = [];
  for (const [key, held] of entries) {
    if (walk.values <= 0) {
      out.push(['…', '[more is not shown]']);
      break;
    }
    const value = isSensitiveKey(key) ? hidden(held) : redacted(held, walk);
    out.push([key.length > 64 ? cut(key, walk) : redactText(key), value]);
  }
  return Object.fromEntries(out);
}

function listOf(list: Iterable<unknown>, walk: Walk): unknown[] {
  if (Array.isArray(list) && isSensitivePair(list)) return [list[0], hidden(list[1])];
  const out: unknown[] = [];
  for (const item of list) {
    if (walk.values <= 0) {
      out.push('[more is not shown]');
      break;
    }
    out.push(redacted(item, walk));
  }
  return out;
}

/** What `JSON.stringify` makes of a buffer that nobody should have given it. */
function isBufferInJson({ type, data }: { readonly type?: unknown; readonly data?: unknown }): boolean {
  return type === 'Buffer' && Array.isArray(data);
}

function mapOf(map: ReadonlyMap<unknown, unknown>, walk: Walk): unknown {
  const entries = [...map];
  const named = entries.every((entry): entry is [string, unknown] => typeof entry[0] === 'string');
  return named ? entriesOf(entries, walk) : listOf(entries, walk);
}

function insideOf(value: object, walk: Walk): unknown {
  if (isNativeError(value) || value instanceof Error) return errorOf(value, walk);
  if (Array.isArray(value) || value instanceof Set) return listOf(value, walk);
  if (value instanceof Map) return mapOf(value, walk);
  // By their tags: to name the classes would load Node's fetch.
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (tag === 'Headers' || tag === 'URLSearchParams' || tag === 'FormData')
    return entriesOf(value as Iterable<readonly [string, unknown]>, walk);
  if (tag === 'Blob' || tag === 'File') return '[binary]';
  if (isBufferInJson(value)) return '[binary]';
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return redacted(toJSON.call(value), walk);
  return entriesOf(Object.entries(value), walk);
}

function objectOf(value: object, walk: Walk): unknown {
  if (isBinary(value)) return `[binary, ${value.byteLength} bytes]`;
  if (walk.within.includes(value)) return '[circular]';
  if (walk.within.length > MAX_DEPTH) return '[too deep]';
  walk.within.push(value);
  try {
    return insideOf(value, walk);
  } finally {
    walk.within.pop();
  }
}

function redacted(value: unknown, walk: Walk): unknown {
  walk.values -= 1;
  switch (typeof value) {
    case 'string':
      return textOf(value, walk);
    case 'number':
      // Every other number is a count, a size or a time.
      return value >= 1e12 && Number.isSafeInteger(value) && isCard(String(value)) ? REDACTED : value;
    case 'bigint':
      return cut(String(value), walk);
    case 'object':
      return value === null ? null : objectOf(value, walk);
    case 'function':
    case 'symbol':
      return undefined;
    default:
      return value;
  }
}

/**
 * A copy of a value that may be logged. Values of sensitive keys are taken out at any depth, and what gives itself away
 * (see `redactText`) out of every text: in keys, errors with their stacks and causes, and JSON within texts. Binary
 * data is never printed. It never throws, and its cost is bounded: 9 levels, 1 000 values, 8 KiB a text and 64 KiB in all.
 */
export function redact(value: unknown): unknown {
  try {
    return redacted(value, { values: MAX_VALUES, units: MAX_TEXTS, within: [] });
  } catch {
    // A getter or a toJSON that throws.
    return '[unprintable]';
  }
}
