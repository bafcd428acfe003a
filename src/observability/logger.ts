import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, LogLevel, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { currentContext } from './context.ts';
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

/**
 * One JSON object a line. The context comes from the running invocation or record at the moment of writing, not
 * from keys appended to the logger, so that nothing of one invocation can stick to the next.
 */
class ContextLogFormatter extends LogFormatter {
  formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const context = currentContext();
    const line: LogAttributes = {
      level: attributes.logLevel,
      timestamp: this.formatTimestamp(attributes.timestamp),
      service: attributes.serviceName,
      message: redactText(attributes.message),
      function: context?.invocation.functionName,
      request_id: context?.invocation.requestId,
      cold_start: context?.invocation.coldStart,
      correlation_id: context?.correlationId,
      trace_id: attributes.xRayTraceId,
    };
    // What a line says of itself is not a matter of its fields.
    for (const [key, value] of Object.entries(redact(additional) as LogAttributes)) {
      if (!(key in line)) line[key] = value;
    }
    return new LogItem({ attributes: line });
  }
}

/** `level` is one of DEBUG, INFO, WARN, ERROR, SILENT. */
export function createLogger(service: string, level: string): Log {
  const logger = new Logger({
    serviceName: service,
    logLevel: level as LogLevel,
    logFormatter: new ContextLogFormatter(),
  });
  return {
    debug: (message, fields) => logger.debug(message, { ...fields }),
    info: (message, fields) => logger.info(message, { ...fields }),
    warn: (message, fields) => logger.warn(message, { ...fields }),
    error: (message, fields) => logger.error(message, { ...fields }),
  };
}
