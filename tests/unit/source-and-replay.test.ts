import { AHEAD_MS, isStale, OLDEST_MS } from '../../src/fte/intake/replay.ts';
import { networkOf } from '../../src/platform/source-network.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  [' 192.0.2.7 ', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:0207', '192.0.2.7'],
  ['64:ff9b::192.0.2.33', '0064:ff9b:0000:0000::/64'],
  ['::1:0:0:192.0.2.1', '0000:0000:0000:0001::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:0db8:0001:0002::/64'],
  ['2001:DB8:1:2::9', '2001:0db8:0001:0002::/64'],
  ['2001:db8::1', '2001:0db8:0000:0000::/64'],
  ['fe80::1%eth0', 'fe80:0000:0000:0000::/64'],
  ['::1', '0000:0000:0000:0000::/64'],
  ['::', '0000:0000:0000:0000::/64'],
  ['1.2.3.4, 5.6.7.8', 'unknown'],
  ['', 'unknown'],
  ['unknown', 'unknown'],
])('%j is the network %j', (ip, network) => expect(networkOf(ip)).toBe(network));

test.each([
  [-OLDEST_MS, false],
  [-OLDEST_MS - 1, true],
  [0, false],
  [AHEAD_MS, false],
  [AHEAD_MS + 1, true],
])('a message told %i ms from now: stale %s', (ms, stale) => {
  expect(isStale(1_800_000_000_000 + ms, 1_800_000_000_000)).toBe(stale);
});
