import { stripVTControlCharacters, styleText } from 'node:util';

/** One log line of a function. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly level: string;
  readonly timestamp: string;
  readonly message: string;
};

const COLOURS = { DEBUG: 'gray', INFO: 'green', WARN: 'yellow', ERROR: 'red', CRITICAL: 'red' } as const;
/** Shown apart, or the same on every line. */
const HIDDEN = new Set([
  'level',
  'timestamp',
  'message',
  'service',
  'function',
  'correlation_id',
  'request_id',
  'cold_start',
]);

/** A line of text as a function's log line; undefined when it is something else. */
export function parseLogLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const line = JSON.parse(text) as Partial<LogLine>;
    const complete =
      typeof line.level === 'string' &&
      typeof line.timestamp === 'string' &&
      typeof line.message === 'string';
    return complete ? (line as LogLine) : undefined;
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}

/** An error's own words; its stack stands in the file. */
function briefly(key: string, value: unknown): string {
  const { message, cause } = (value ?? {}) as { message?: string; cause?: { message?: string } | string };
  if (key !== 'error' || message === undefined) return `${key}=${show(value)}`;
  const reason = typeof cause === 'string' ? cause : cause?.message;
  return `error=${show(reason === undefined ? message : `${message} (${reason})`)}`;
}

/** The facts of a line that stand beside its message, as `key=value`. */
export function factsOf(line: LogLine): readonly string[] {
  return Object.entries(line)
    .filter(([key, value]) => !HIDDEN.has(key) && value !== undefined)
    .map(([key, value]) => briefly(key, value));
}

export function levelColour(level: string): (typeof COLOURS)[keyof typeof COLOURS] | 'white' {
  return COLOURS[level as keyof typeof COLOURS] ?? 'white';
}

/** One log line for a person's eyes: time, level, function, what happened, the facts, the correlation id. */
export function pretty(line: LogLine, colour: boolean): string {
  const text = [
    styleText('gray', line.timestamp.slice(11, 23)),
    styleText(levelColour(line.level), line.level.padEnd(5)),
    styleText('cyan', String(line.function ?? '-').padEnd(8)),
    styleText('bold', line.message),
    factsOf(line).join(' '),
    styleText('gray', line.correlation_id === undefined ? '' : `[${String(line.correlation_id)}]`),
  ]
    .filter((part) => stripVTControlCharacters(part) !== '')
    .join(' ');
  return colour ? text : stripVTControlCharacters(text);
}
