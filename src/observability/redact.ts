/** What stands in a log line where a customer's data stood. */
export const REDACTED = '[redacted]';

/** Keys whose values are never logged, compared without case, `_` and `-`. */
const SENSITIVE_KEYS = new Set([
  'email', 'phone', 'name', 'customername', 'address', 'from', 'to', 'subject', 'text', 'body', 'messagebody',
  'authorization', 'xapikey', 'apikey', 'password', 'secret', 'token', 'cookie', 'signature', 'value',
]); // biome-ignore format: a table

// Bounded: a long text without an "@" must not cost its length squared.
const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;
/** Eight digits or more with the separators of a phone or card number; ids and times have letters or fewer digits in a row. */
const LONG_NUMBER = /(?<![\w-])\+?\d(?:[ ().-]?\d){7,18}(?![\w-])/g;

const MAX_DEPTH = 8;

function redactText(text: string): string {
  return text.replace(EMAIL, REDACTED).replace(LONG_NUMBER, REDACTED);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: redactText(error.message),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}

/** A copy of a value that may be logged: sensitive keys, e-mail addresses and long numbers are taken out. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date || value instanceof URL) return redactText(JSON.stringify(value).slice(1, -1));
  if (value instanceof Map || value instanceof Set) return redact([...value], depth + 1);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => [
      key,
      SENSITIVE_KEYS.has(key.toLowerCase().replaceAll(/[_-]/g, '')) ? REDACTED : redact(held, depth + 1),
    ]),
  );
}
