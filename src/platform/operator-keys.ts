import { createHash, timingSafeEqual } from 'node:crypto';
import { unauthorized } from '../fte/errors.ts';

/**
 * Checks an operator's API key against the stored hashes. All are compared, in constant time each.
 *
 * @throws a 401 (`FTE_UNAUTHORIZED`).
 */
export function requireOperator(key: string | undefined, hashes: readonly string[]): void {
  const given = createHash('sha256')
    .update(key ?? '')
    .digest();
  const matches = hashes.map((hash) => timingSafeEqual(given, Buffer.from(hash, 'hex')));
  if (key === undefined || !matches.includes(true)) throw unauthorized();
}
