/** The storm's own reading of an entry agrees with the code that writes it; neither knows the other. */
import { stormCatalogue } from '../../../bench/exactness/catalogue.ts';
import { bucketsAbove, placeOf } from '../../../bench/exactness/samples.ts';
import { readEntry } from '../../../bench/exactness/wire-reader.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { encodeDelimited } from '../../../src/observability/push/protobuf.ts';
import { createEntryFormat } from '../../../src/observability/push/wire.ts';

test.each(['old', 'current'] as const)('an entry of the %s schema', async (schema) => {
  const catalogue = stormCatalogue(schema);
  const metrics = createMetrics(catalogue);
  metrics.inc('storm_events_total', { kind: 'a', result: 'ok' }, 3);
  metrics.inc('storm_cost_total', { model: 'small' }, 0.000_000_7);
  metrics.observe('storm_latency_seconds', { route: 'read' }, 0.2);
  metrics.observe('storm_latency_seconds', { route: 'read' }, 9);
  metrics.observe('storm_score', {}, 4.5);
  const body = encodeDelimited(createEntryFormat(catalogue)(await metrics.snapshot(), 300));

  const { sequence, content } = readEntry(body);

  const at = (name: string, labels = {}) => content[placeOf(name, labels) ?? -1];
  expect(sequence).toBe(300);
  expect(at('storm_events_total', { kind: 'a', result: 'ok' })).toBe(3);
  expect(at('storm_cost_total', { model: 'small' })).toBe(700);
  expect([at('storm_score_sum'), at('storm_score_count')]).toEqual([4_500_000, 1]);
  const bucket = (le: string) => at('storm_latency_seconds_bucket', { route: 'read', le });
  const quarter = schema === 'old' ? 0 : 1;
  expect(['0.1', '0.25', '0.5', '1', '2', '+Inf'].map(bucket)).toEqual([0, quarter, 1, 1, 1, 2]);
  expect(at('storm_latency_seconds_sum', { route: 'read' })).toBe(9_200_000);
});

test('a value raises the buckets that its own edges reach', () => {
  expect(bucketsAbove('read', 0.2, [0.1, 0.25, 0.5, 1, 2])).toHaveLength(5);
  expect(bucketsAbove('read', 0.2, [0.1, 0.5, 1])).toHaveLength(4);
  expect(bucketsAbove('read', 1.5, [0.1, 0.5, 1])).toHaveLength(1);
});
