import { isIPv4, isIPv6 } from 'node:net';

/** The first four groups of an IPv6 address: what one household or server is given, and can change the rest of at will. */
const NETWORK_GROUPS = 4;

/** The groups of an IPv6 address as four hexadecimal digits each, with `::` filled in. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const split = (part: string) => (part === '' ? [] : part.split(':'));
  const [before, after] = [split(head), split(tail ?? '')];
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(missing).fill('0'), ...after].map((group) =>
    group.toLowerCase().padStart(4, '0'),
  );
}

/**
 * Whose door a request comes from: an IPv4 address as it is, of an IPv6 address the network (/64), and one name for
 * everything that is no address.
 */
export function networkOf(ip: string): string {
  const bare = ip.trim().replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  if (isIPv4(bare)) return bare;
  return isIPv6(bare) ? `${groupsOf(bare).slice(0, NETWORK_GROUPS).join(':')}::/64` : 'unknown';
}
