import { randomUUID } from 'node:crypto';

/** The header in which a correlation id comes and goes. */
export const CORRELATION_HEADER = 'x-correlation-id';
/** The SQS message attribute and the log key. */
export const CORRELATION_ATTRIBUTE = 'correlation_id';

/** 64 characters, since all labels of an exemplar together may hold 128. */
const VALID = /^[A-Za-z0-9._:-]{1,64}$/;

/** Whether a value from outside may be used as a correlation id. */
export function isCorrelationId(value: unknown): value is string {
  return typeof value === 'string' && VALID.test(value);
}

export function newCorrelationId(): string {
  return randomUUID();
}

type HeaderLike = Readonly<Record<string, string | undefined>> | null | undefined;

/** The caller's correlation id when it is valid, else a new one. Header names are compared in any case. */
export function correlationIdFromHeaders(headers: HeaderLike): string {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (name.toLowerCase() === CORRELATION_HEADER && isCorrelationId(value)) return value;
  }
  return newCorrelationId();
}

type AttributesLike = Readonly<Record<string, { readonly stringValue?: string | undefined } | undefined>>;

/** The id that the sender of an SQS message put into its attributes, else a new one. */
export function correlationIdFromAttributes(attributes: AttributesLike | undefined): string {
  const value = attributes?.[CORRELATION_ATTRIBUTE]?.stringValue;
  return isCorrelationId(value) ? value : newCorrelationId();
}
