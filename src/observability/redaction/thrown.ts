import { redactText } from './text.ts';

/**
 * What is thrown to the Lambda runtime is printed by it, and given to who invoked the function: the same error without
 * customer data, and without the cause, which has been logged. What is no error stays what it is, as a text.
 */
export function forTheRuntime(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(redactText(String(error)));
  const { code } = error as { code?: unknown };
  const shown = new Error(redactText(error.message));
  shown.name = error.name;
  shown.stack = redactText(error.stack ?? `${error.name}: ${error.message}`);
  return typeof code === 'string' ? Object.assign(shown, { code }) : shown;
}
