import { createHash, timingSafeEqual } from 'node:crypto';
import { unauthorized } from '../fte/errors.ts';

/** Hexadecimal digits by which a key is told from the few others; nothing could be found out from them. */
const FINGERPRINT = 8;

/**
 * Checks an operator's API key against the stored hashes. All are compared, in constant time each. Returns which one it
 * is, by the beginning of its hash.
 *
 * @throws a 401 (`FTE_UNAUTHORIZED`).
 */
export function requireOperator(key: string | undefined, hashes: readonly string[]): string {
  const given = createHash('sha256')
    .update(key ?? '')
    .digest();
  const matches = hashes.map((hash) => timingSafeEqual(given, Buffer.from(hash, 'hex')));
  const found = hashes[matches.indexOf(true)];
  if (key === undefined || found === undefined) throw unauthorized();
  return found.slice(0, FINGERPRINT);
}
