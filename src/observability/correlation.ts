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
