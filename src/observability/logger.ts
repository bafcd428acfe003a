import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, LogLevel, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { currentContext, type InvocationContext, withContext } from './context.ts';
import type { DebugLines } from './debug-lines.ts';
import { redact } from './redaction/redact.ts';
import { redactText } from './redaction/text.ts';

/** Structured facts beside a message; customer data in them is redacted before a line is written. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The logger that all code gets: a constant message, the facts in `fields`, an error under `error`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** The logger of the middleware: it prints what was held back, too. */
export interface InvocationLog extends Log {
  /** Prints what the invocation has held back: all of it, or what was written under one record's context. */
  release(held: DebugLines, of?: InvocationContext): void;
}

/**
 * One JSON object a line. The context comes from the running invocation or record at the moment of writing, not
 * from keys appended to the logger, so that nothing of one invocation can stick to the next.
 */
class ContextLogFormatter extends LogFormatter {
  /** When a line that is printed late was written. */
  writtenAt: Date | undefined;

  formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const context = currentContext();
    const line: LogAttributes = {
      level: attributes.logLevel,
      timestamp: this.formatTimestamp(this.writtenAt ?? attributes.timestamp),
      service: attributes.serviceName,
      message: redactText(attributes.message),
      function: context?.invocation.functionName,
      request_id: context?.invocation.requestId,
      cold_start: context?.invocation.coldStart,
      correlation_id: context?.correlationId,
      trace_id: context?.trace?.id ?? attributes.xRayTraceId,
    };
    // What a line says of itself is not a matter of its fields.
    for (const [key, value] of Object.entries(redact(additional) as LogAttributes)) {
      if (!(key in line)) line[key] = value;
    }
    return new LogItem({ attributes: line });
  }
}

const THRESHOLDS = { debug: 8, info: 12, warn: 16, error: 20 } as const;
type Level = keyof typeof THRESHOLDS;

/**
 * `level` is one of DEBUG, INFO, WARN, ERROR, SILENT. A line below it is printed at once when its chain of invocations
 * was chosen for that, else held back until the invocation fails; unless SILENT, which nothing gets past.
 */
export function createLogger(service: string, level: string): InvocationLog {
  const logFormatter = new ContextLogFormatter();
  const create = (logLevel: LogLevel) => new Logger({ serviceName: service, logLevel, logFormatter });
  const logger = create(level as LogLevel);
  // Made when it is needed: where Lambda itself sets a level, making it prints a warning.
  let everything: Logger | undefined;
  const verbose = () => {
    everything ??= create('DEBUG');
    return everything;
  };
  const silent = logger.getLevelName() === 'SILENT';

  function write(at: Level, message: string, fields: LogFields | undefined): void {
    if (THRESHOLDS[at] >= logger.level) logger[at](message, { ...fields });
    else if (!silent) {
      const context = currentContext();
      if (context?.debug === true) verbose()[at](message, { ...fields });
      else context?.invocation.held.hold({ at: new Date(), context, level: at, message, fields });
    }
  }

  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    release(held, of) {
      const { lines, dropped } = held.release(of);
      if (dropped > 0) verbose().debug('older lines were not kept', { dropped });
      for (const { at, context, level: lineLevel, message, fields } of lines) {
        logFormatter.writtenAt = at;
        withContext(context, () => verbose()[lineLevel](message, { ...fields }));
      }
      logFormatter.writtenAt = undefined;
    },
  };
}
