import fc from 'fast-check';
import {
  CatalogueError,
  defineCatalogue,
  METRIC_NAMES,
  type MetricSpec,
} from '../../../src/observability/catalogue.ts';
import { createMetrics, type Metrics } from '../../../src/observability/metrics.ts';
import { read, sumOf } from '../../running/counted.ts';

const catalogue = defineCatalogue({
  shop_orders_total: { type: 'counter', help: 'Orders.', labels: { kind: ['new', 'repeat'] } },
  shop_tickets_total: { type: 'counter', help: 'Tickets.', labels: { category: ['billing', 'unknown'] } },
  shop_wait_seconds: { type: 'histogram', help: 'Waiting.', labels: {}, buckets: [0.1, 1] },
  shop_score: { type: 'summary', help: 'Scores.', labels: { kind: ['new', 'repeat'] } },
  shop_open: { type: 'gauge', help: 'Open.', labels: {} },
  shop_wide_total: {
    type: 'counter',
    help: 'Many series.',
    labels: { a: ['1', '2', '3', '4'], b: ['1', '2', '3', '4'] },
    cap: 3,
  },
  fte_label_overflow_total: {
    type: 'counter',
    help: 'Overflow.',
    labels: { metric: METRIC_NAMES },
    plausible: [],
  },
});
/** As code without types would call it. */
const untyped = (metrics: Metrics<typeof catalogue>) =>
  metrics as unknown as {
    inc(name: string, labels: object, by?: number): void;
    observe(name: string, labels: object, value: number): void;
  };

describe('what an instance counts', () => {
  test('a snapshot holds only what was touched, cumulative', async () => {
    const metrics = createMetrics(catalogue);
    expect(await metrics.snapshot()).toEqual([]);
    metrics.inc('shop_orders_total', { kind: 'new' });
    metrics.inc('shop_orders_total', { kind: 'new' }, 2);
    const families = await metrics.snapshot();
    expect(families.map(({ name }) => name)).toEqual(['shop_orders_total']);
    expect(families[0]).toMatchObject({ type: 'counter', series: [{ labels: { kind: 'new' }, value: 3 }] });
  });

  test('a histogram has cumulative buckets, sum and count; a summary only sum and count', async () => {
    const metrics = createMetrics(catalogue);
    for (const value of [0.05, 0.1, 0.5, 7]) metrics.observe('shop_wait_seconds', {}, value);
    metrics.observe('shop_score', { kind: 'new' }, 4);
    metrics.observe('shop_score', { kind: 'new' }, 5);
    const [wait, score] = await metrics.snapshot();
    expect(wait).toMatchObject({ series: [{ buckets: [[0.1, 2], [1, 3]], count: 4, sum: 7.65 }] }); // biome-ignore format: pairs
    expect(score).toMatchObject({ type: 'summary', series: [{ labels: { kind: 'new' }, sum: 9, count: 2 }] });
  });

  test('NaN is refused, a negative span is 0, a counter never goes down', async () => {
    const metrics = createMetrics(catalogue);
    metrics.observe('shop_wait_seconds', {}, Number.NaN);
    metrics.observe('shop_wait_seconds', {}, Number.POSITIVE_INFINITY);
    metrics.observe('shop_wait_seconds', {}, -3);
    metrics.inc('shop_orders_total', { kind: 'new' }, -1);
    metrics.inc('shop_orders_total', { kind: 'new' }, Number.NaN);
    metrics.inc('shop_orders_total', { kind: 'new' }, Number.POSITIVE_INFINITY);
    const families = await metrics.snapshot();
    expect(read(families, 'shop_wait_seconds')).toEqual({ value: 1, sum: 0 });
    expect(sumOf(families, 'shop_orders_total')).toBe(0);
  });
});

describe('what can be fractions is counted in whole units', () => {
  const money = defineCatalogue({
    cost_total: { type: 'counter', help: 'h', labels: {}, scale: 9 },
    wait_seconds: { type: 'histogram', help: 'h', labels: {}, buckets: [0.1, 1] },
    size_bytes: { type: 'histogram', help: 'h', labels: {}, buckets: [1_048_576], scale: -3 },
  });

  test('the order of additions changes no digit', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: 0, max: 3_600, noNaN: true })), async (values) => {
        const [there, back] = [createMetrics(money), createMetrics(money)];
        for (const value of values) there.observe('wait_seconds', {}, value);
        for (const value of values.toReversed()) back.observe('wait_seconds', {}, value);
        const snapshot = await there.snapshot();
        expect(await back.snapshot()).toEqual(snapshot);
        const micros = values.reduce((sum, value) => sum + Math.round(value * 1e6), 0);
        expect(read(snapshot, 'wait_seconds').sum).toBe(micros / 1e6);
      }),
    ));

  test('edges keep their place, whatever the scale', async () => {
    const metrics = createMetrics(money);
    for (const value of [0.1, 0.100_001, 1, 1.000_001]) metrics.observe('wait_seconds', {}, value);
    for (const value of [1_048_000, 1_050_000]) metrics.observe('size_bytes', {}, value);
    metrics.inc('cost_total', {}, 0.1);
    metrics.inc('cost_total', {}, 0.2);
    const [wait, size, cost] = await metrics.snapshot();
    expect(wait?.series[0]).toMatchObject({ buckets: [[0.1, 1], [1, 3]], count: 4, sum: 2.200_002 }); // biome-ignore format: pairs
    expect(size?.series[0]).toMatchObject({ buckets: [[1_048_576, 1]], count: 2, sum: 2_098_000 });
    expect(cost?.series[0]).toMatchObject({ value: 0.3 });
  });

  test.each([
    ['a scale that is none', { type: 'counter', help: 'h', labels: {}, scale: 1.5 }, /the scale is 1.5/],
    [
      'a scale that is too fine for its largest edge',
      { type: 'histogram', help: 'h', labels: {}, buckets: [3e9], scale: 6 },
      /can't be exact; lower the scale/,
    ],
  ] as const)('%s stops the start', (_, spec, message) => {
    const name = spec.type === 'counter' ? 'a_total' : 'a_bytes';
    expect(() => defineCatalogue({ [name]: spec as MetricSpec })).toThrow(message);
  });
});

describe('label sets are closed at run time', () => {
  test.each([
    ['shop_orders_total', { kind: 'strange' }, { kind: 'other' }],
    ['shop_orders_total', {}, { kind: 'other' }],
    ['shop_orders_total', { kind: undefined }, { kind: 'other' }],
    ['shop_tickets_total', { category: 'strange' }, { category: 'unknown' }],
  ])('%s %j is counted under its fallback, and as overflow', async (name, given, counted) => {
    const metrics = createMetrics(catalogue);
    untyped(metrics).inc(name, given);
    const families = await metrics.snapshot();
    expect(read(families, name, counted as unknown as Record<string, string>).value).toBe(1);
    expect(read(families, 'fte_label_overflow_total', { metric: name }).value).toBe(1);
  });

  test('a label that the metric does not have is dropped', async () => {
    const metrics = createMetrics(catalogue);
    untyped(metrics).inc('shop_orders_total', { kind: 'new', customer: 'c-1' });
    expect(read(await metrics.snapshot(), 'shop_orders_total', { kind: 'new' }).value).toBe(1);
  });

  test('series over the cap are counted under one, nothing is lost', async () => {
    const metrics = createMetrics(catalogue);
    for (const a of ['1', '2', '3', '4'])
      for (const b of ['1', '2', '3', '4']) untyped(metrics).inc('shop_wide_total', { a, b });
    const families = await metrics.snapshot();
    expect(sumOf(families, 'shop_wide_total')).toBe(16);
    expect(families.find(({ name }) => name === 'shop_wide_total')?.series.length).toBe(4);
    expect(sumOf(families, 'fte_label_overflow_total')).toBe(13);
  });

  test('whatever it is given, it neither throws nor loses a count', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string(), fc.dictionary(fc.string(), fc.string()))),
        async (calls) => {
          const metrics = createMetrics(catalogue);
          for (const [, labels] of calls) untyped(metrics).inc('shop_orders_total', labels);
          for (const [name] of calls) untyped(metrics).inc(name, {});
          expect(sumOf(await metrics.snapshot(), 'shop_orders_total')).toBeGreaterThanOrEqual(calls.length);
        },
      ),
      { numRuns: 50 },
    ));
});

describe('a catalogue that contradicts itself does not load', () => {
  const counter = { type: 'counter', help: 'h', labels: {} } as const;
  const histogram = { type: 'histogram', help: 'h', labels: {} } as const;
  test.each<[string, Record<string, MetricSpec>, RegExp]>([
    ['a counter without _total', { shop_orders: counter }, /"shop_orders": a counter ends in "_total"/],
    ['a gauge with _total', { shop_total: { ...counter, type: 'gauge' } }, /only a counter/],
    ['an upper-case name', { Shop_total: counter }, /lower case/],
    ['no help', { shop_total: { ...counter, help: ' ' } }, /help is empty/],
    ['a reserved label', { shop_total: { ...counter, labels: { le: ['1'] } } }, /"le" can't be/],
    ['an empty set', { shop_total: { ...counter, labels: { kind: [] } } }, /"kind" has no values/],
    ['a value twice', { shop_total: { ...counter, labels: { kind: ['a', 'a'] } } }, /names a value twice/],
    ['no buckets', { shop_s: { ...histogram, buckets: [] } }, /at least one bucket/],
    ['buckets that fall', { shop_s: { ...histogram, buckets: [2, 1] } }, /ascend: 2 1/],
    ['an infinite bucket', { shop_s: { ...histogram, buckets: [1, Number.POSITIVE_INFINITY] } }, /finite/],
  ])('%s', (_, metrics, message) => {
    expect(() => defineCatalogue(metrics)).toThrow(CatalogueError);
    expect(() => defineCatalogue(metrics)).toThrow(message);
  });
});
