/** What stands in a log line where a customer's data, or a secret, stood. */
export const REDACTED = '[redacted]';

/** Told of a part of a text that may not be logged: from `start` up to, not including, `end`. */
export type Mark = (start: number, end: number) => void;
