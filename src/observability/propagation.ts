import { currentContext } from './context.ts';
import { CORRELATION_ATTRIBUTE, CORRELATION_HEADER } from './correlation.ts';
import { DEBUG_ATTRIBUTE, DEBUG_ON } from './origin.ts';
import { TRACE_CONTEXT, X_RAY } from './trace.ts';

/** The header that a call to somebody else's service carries; none outside of an instrumented handler. */
export function outgoingHeaders(): Readonly<Record<string, string>> {
  const context = currentContext();
  return context === undefined ? {} : { [CORRELATION_HEADER]: context.correlationId };
}

/** What a queue's message carries of the invocation that sent it. */
export interface QueueOrigin {
  /** Message attributes, by their names. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The system attribute `AWSTraceHeader`. */
  readonly traceHeader: string | undefined;
}

/**
 * For a message under this correlation id. The trace, and whether debug lines are written, go along when it is the
 * running one's: what is sent in another's name, as by a job that makes good what was left undone, begins anew.
 */
export function queueOrigin(correlationId: string): QueueOrigin {
  const context = currentContext();
  const { trace, debug } = context?.correlationId === correlationId ? context : {};
  return {
    attributes: {
      [CORRELATION_ATTRIBUTE]: correlationId,
      ...(trace?.carrier === TRACE_CONTEXT ? { [TRACE_CONTEXT]: trace.value } : {}),
      ...(debug === true ? { [DEBUG_ATTRIBUTE]: DEBUG_ON } : {}),
    },
    traceHeader: trace?.carrier === X_RAY ? trace.value : undefined,
  };
}
