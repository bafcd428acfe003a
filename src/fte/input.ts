import * as z from 'zod/mini';
import { invalidInput } from './errors.ts';
import type { Component } from './vocabulary.ts';

/** Text without surrounding white space, its length counted in characters as a person sees them typed. */
export function text(min: number, max: number) {
  return z.pipe(
    z.string('must be text').check(z.trim()),
    z.string().check(
      // JSON can spell half a character, which no database keeps.
      z.refine((value) => value.isWellFormed(), 'must be valid Unicode'),
      z.refine((value) => [...value].length >= min, `must have at least ${min} characters`),
      z.refine((value) => [...value].length <= max, `must have at most ${max} characters`),
    ),
  );
}

/** The beginning of a text, at most so many UTF-16 code units, without half a character at its end. */
export function cut(text: string, limit: number): string {
  const kept = text.toWellFormed().slice(0, limit);
  return kept.isWellFormed() ? kept : kept.slice(0, -1);
}

/**
 * Checks input against a schema.
 *
 * @throws a 422 (`FTE_INPUT_INVALID`) that names each field and why it was refused.
 */
export function parseInput<T>(schema: z.ZodMiniType<T>, input: unknown, component: Component): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(
    result.error.issues.map((issue) => ({
      field: issue.path.join('.') || 'body',
      reason: issue.message,
    })),
    component,
  );
}

const keySchema = z.object({
  'idempotency-key': z.optional(
    z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters')),
  ),
});

/**
 * The header with which a caller says that a repeated request is the same one.
 *
 * @throws a 422.
 */
export function parseIdempotencyKey(key: string | undefined, component: Component): string | undefined {
  return parseInput(keySchema, { 'idempotency-key': key }, component)['idempotency-key'];
}
