/** A trace of somebody else's tracer, that ours travels with. */
export interface Trace {
  /** 32 hexadecimal digits, or X-Ray's `1-…-…`; the log key `trace_id`. */
  readonly id: string;
  readonly carrier: typeof TRACE_CONTEXT | typeof X_RAY;
  /** As it came, to be handed on. */
  readonly value: string;
}

export const TRACE_CONTEXT = 'traceparent';
export const X_RAY = 'x-amzn-trace-id';

/** Longer ones are nobody's. */
const MAX_LENGTH = 512;
/** Version, trace, parent and flags; a later version may have more. https://www.w3.org/TR/trace-context/ */
const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const ZEROS = /^0+$/;
/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})\s*(?:;|$)/i;

/** W3C Trace Context; undefined for what its rules call invalid: version `ff`, zeros, more than version 00 has. */
export function parseTraceparent(value: string | undefined): Trace | undefined {
  if (value === undefined || value.length > MAX_LENGTH) return undefined;
  const text = value.trim();
  const [, version, id = '', parent = '', more] = PARENT.exec(text) ?? [];
  if (version === undefined || version === 'ff' || ZEROS.test(id) || ZEROS.test(parent)) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return { id, carrier: TRACE_CONTEXT, value: text };
}

/** X-Ray's header, as API Gateway and load balancers add it and SQS carries it (`AWSTraceHeader`): its root. */
export function parseXRay(value: string | undefined): Trace | undefined {
  if (value === undefined || value.length > MAX_LENGTH) return undefined;
  const id = ROOT.exec(value)?.[1];
  return id === undefined ? undefined : { id, carrier: X_RAY, value: value.trim() };
}
