/** What an instance pushes when it takes another id. */
import { defineCatalogue } from '../../../src/observability/catalogue.ts';
import { decodeDelimited } from '../../../src/observability/fleet/decode-protobuf.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import type { GatewayAnswer } from '../../../src/observability/push/gateway.ts';
import { createPusher } from '../../../src/observability/push/pusher.ts';

const catalogue = defineCatalogue({ events_total: { type: 'counter', help: 'h', labels: {} } });
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const HOUR = 3_600_000;

type How = Pick<GatewayAnswer, 'outcome' | 'unanswered'>;
const TAKEN: How = { outcome: 'success', unanswered: false };
const REFUSED: How = { outcome: 'refused', unanswered: false };
const UNANSWERED: How = { outcome: 'timeout', unanswered: true };

/** The counts in each push to a gateway that answers like this, with so many hours before each. */
async function pushes(...plan: readonly (readonly [hours: number, how: How])[]): Promise<readonly number[]> {
  const counts: number[] = [];
  let now = 0;
  let how = TAKEN;
  const metrics = createMetrics(catalogue);
  const pusher = createPusher({
    catalogue,
    gateways: ['http://127.0.0.1:1'],
    budgetMs: 100,
    log: silent,
    failuresToOpen: 1_000,
    clocks: { wall: () => now, monotonic: () => now },
    ask: async ({ body }) => {
      const families = decodeDelimited(body as Uint8Array);
      const [counter] = families[0]?.series ?? [];
      counts.push(counter && 'value' in counter ? counter.value : Number.NaN);
      return { ...how, status: 0, body: Buffer.alloc(0), contentType: '' };
    },
  });
  for (const [hours, next] of plan) {
    now += hours * HOUR;
    how = next;
    metrics.inc('events_total', {});
    await pusher.push(metrics.snapshot, 100);
  }
  return counts;
}

test('the same id says all that it ever counted', async () => {
  expect(await pushes([0, TAKEN], [1, TAKEN], [11, TAKEN])).toEqual([1, 2, 3]);
});

test('another id says only what earlier ones did not', async () => {
  expect(await pushes([0, TAKEN], [1, TAKEN], [13, TAKEN], [1, TAKEN])).toEqual([1, 2, 1, 2]);
});

test('what may have arrived under the old id is not said again', async () => {
  expect(await pushes([0, TAKEN], [1, UNANSWERED], [13, TAKEN])).toEqual([1, 2, 1]);
});

test('what certainly did not arrive is: a gateway that is gone for a day costs nothing', async () => {
  expect(await pushes([0, TAKEN], [1, REFUSED], [13, TAKEN])).toEqual([1, 2, 2]);
});
