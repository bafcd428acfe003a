import { isIPv4, isIPv6 } from 'node:net';

/** The first four groups of an IPv6 address: what one household or server is given, and can change the rest of at will. */
const NETWORK_GROUPS = 4;

/** The groups of an IPv6 address as four hexadecimal digits each, with `::` filled in. Takes the canonical spelling. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const split = (part: string) => (part === '' ? [] : part.split(':'));
  const [before, after] = [split(head), split(tail ?? '')];
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(missing).fill('0'), ...after].map((group) => group.padStart(4, '0'));
}

/** The IPv4 address that an IPv6 address stands for (`::ffff:0:0/96`). */
function mappedIn(groups: readonly string[]): string | undefined {
  if (groups.slice(0, 6).join(':') !== '0000:0000:0000:0000:0000:ffff') return undefined;
  const bytes = Buffer.from(groups.slice(6).join(''), 'hex');
  return [...bytes].join('.');
}

/**
 * Whose door a request comes from: an IPv4 address as it is, of an IPv6 address the network (/64), and one name for
 * everything that is no address.
 */
export function networkOf(ip: string): string {
  const bare = ip.trim().replace(/%.*$/, '');
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  // The URL parser knows every spelling.
  const groups = groupsOf(new URL(`http://[${bare}]/`).hostname.slice(1, -1));
  return mappedIn(groups) ?? `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
