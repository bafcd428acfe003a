import { createHmac, randomBytes } from 'node:crypto';
import type { Instant } from '../../fte/entities.ts';
import type { SourcePort } from '../../fte/ports.ts';
import { networkOf } from '../source-network.ts';
import { expiry, type Table } from './table.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Days that a count is kept for; nobody looks at it after its minute. */
const COUNT_DAYS = 1;
const SALT_DAYS = 2;

/**
 * `SOURCE#<hash>` counts what came from one network within a calendar minute. The address itself is not kept: the hash
 * is keyed with a salt of the day (`SALT#<day>`) that is forgotten with it, since all of IPv4 could be hashed and compared.
 */
export function sourcePort(table: Table, perMinute: number): SourcePort {
  let known: { readonly day: number; readonly salt: string } | undefined;

  async function saltOf(at: Instant): Promise<string> {
    const day = Math.floor(at / DAY_MS);
    if (known?.day === day) return known.salt;
    const key = { pk: `SALT#${day}`, sk: 'SALT' };
    const fresh = randomBytes(16).toString('hex');
    const first = await table.put({ ...key, salt: fresh, expires_at: expiry(at, SALT_DAYS) }, true);
    const salt = first ? fresh : String((await table.get(key))?.salt ?? '');
    known = { day, salt };
    return salt;
  }

  return {
    async isOverLimit(ip, at) {
      if (perMinute === 0) return false;
      const source = createHmac('sha256', await saltOf(at))
        .update(networkOf(ip))
        .digest('hex');
      const item = await table.update(
        { pk: `SOURCE#${source}`, sk: String(Math.floor(at / MINUTE_MS)) },
        {
          UpdateExpression: 'SET expires_at = :expires ADD messages :one',
          ExpressionAttributeValues: { ':expires': expiry(at, COUNT_DAYS), ':one': 1 },
        },
      );
      return Number(item?.messages ?? 0) > perMinute;
    },
  };
}
