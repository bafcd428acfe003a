import * as z from 'zod/mini';
import type { Variable } from '../observability/config.ts';

export const keyHashes: Variable<readonly string[]> = {
  schema: z.pipe(
    z._default(z.optional(z.string()), ''),
    z.transform((text, context) => {
      const hashes = text
        .split(',')
        .map((part) => part.trim().toLowerCase())
        .filter((part) => part !== '');
      if (!hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) {
        context.issues.push({ code: 'custom', message: 'not a hash', input: text });
      }
      return hashes;
    }),
  ),
  allowed: 'SHA-256 hashes of API keys, in hex, with commas between them',
};

export const optionalAddress: Variable<string | undefined> = {
  schema: z.optional(z.email()),
  allowed: 'an e-mail address, or nothing',
};
