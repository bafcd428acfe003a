import type { APIGatewayProxyEventV2, SQSRecord } from 'aws-lambda';
import {
  CORRELATION_ATTRIBUTE,
  CORRELATION_HEADER,
  isCorrelationId,
  newCorrelationId,
} from './correlation.ts';
import { parseTraceparent, parseXRay, TRACE_CONTEXT, type Trace, X_RAY } from './trace.ts';

/** The SQS attribute of a message whose chain of invocations writes its debug lines. */
export const DEBUG_ATTRIBUTE = 'debug';
export const DEBUG_ON = 'on';

/** What an invocation, or one record of it, goes on from. */
export interface Origin {
  readonly correlationId: string;
  readonly trace: Trace | undefined;
  /** Whether debug lines are written; undefined where nobody has decided yet. */
  readonly debug: boolean | undefined;
}

/** Names to the values of the first that has any, in lower case and with `-`, whatever they are written with. */
type Named = ReadonlyMap<string, string>;

const OTHER_HEADER = 'x-request-id';
const ATTRIBUTE = CORRELATION_ATTRIBUTE.replace('_', '-');

function named(entries: Iterable<readonly [string, string | undefined]>): Named {
  const found = new Map<string, string>();
  for (const [name, value] of entries) {
    const key = name.toLowerCase().replaceAll('_', '-');
    if (typeof value === 'string' && !found.has(key)) found.set(key, value);
  }
  return found;
}

/** The first valid of: the names, the trace context's trace, X-Ray's root; else a new one. */
function originOf(found: Named, names: readonly string[], xRay: string | undefined): Omit<Origin, 'debug'> {
  const trace = parseTraceparent(found.get(TRACE_CONTEXT)) ?? parseXRay(xRay);
  const given = names.map((name) => found.get(name)?.trim()).find(isCorrelationId);
  return { correlationId: given ?? trace?.id ?? newCorrelationId(), trace };
}

/**
 * Of an HTTP request: `x-correlation-id`, then `x-request-id`, `traceparent`, `x-amzn-trace-id`, in any case. Nothing
 * from outside switches debug lines on.
 */
export function originOfHeaders(headers: APIGatewayProxyEventV2['headers'] | null | undefined): Origin {
  const found = named(Object.entries(headers ?? {}));
  return { ...originOf(found, [CORRELATION_HEADER, OTHER_HEADER], found.get(X_RAY)), debug: undefined };
}

/**
 * Of one message of a queue: the attributes `correlation_id`, `x-correlation-id`, `x-request-id`, `traceparent`, in any
 * case and with `-` or `_`, then the system attribute `AWSTraceHeader`. Who sent the first of them has decided on debug.
 */
export function originOfMessage(
  record: Partial<Pick<SQSRecord, 'messageAttributes' | 'attributes'>>,
): Origin {
  const attributes = Object.entries(record.messageAttributes ?? {});
  const found = named(attributes.map(([name, attribute]) => [name, attribute?.stringValue]));
  const names = [ATTRIBUTE, CORRELATION_HEADER, OTHER_HEADER];
  const origin = originOf(found, names, record.attributes?.AWSTraceHeader);
  const decided = found.has(ATTRIBUTE) ? found.get(DEBUG_ATTRIBUTE) === DEBUG_ON : undefined;
  return { ...origin, debug: decided };
}

interface EventLike {
  readonly id?: unknown;
  readonly Records?: unknown;
  readonly responseElements?: { readonly [name: string]: unknown } | null;
}

/**
 * Of an event that carries no id of ours: EventBridge's own (schedules, too), which stays the same when the event comes
 * again, or the id of the request that wrote the S3 object. Of several records, the first one's.
 */
export function originOfEvent(event: unknown): Origin {
  const { id, Records: records, responseElements } = Object(event) as EventLike;
  if (Array.isArray(records) && records.length > 0) return originOfEvent(records[0]);
  const given = [id, responseElements?.['x-amz-request-id']].find(isCorrelationId);
  return { correlationId: given ?? newCorrelationId(), trace: undefined, debug: undefined };
}
