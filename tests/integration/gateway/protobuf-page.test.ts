import fc from 'fast-check';
import type { Exemplar, Family } from '../../../src/observability/families.ts';
import { decodeDelimited } from '../../../src/observability/fleet/decode-protobuf.ts';
import { encodeDelimited, PROTOBUF_FORMAT } from '../../../src/observability/push/protobuf.ts';
import { until } from '../../running/until.ts';
import { describeReal } from '../../servers/skipping.ts';
import { families, withExemplars } from './arbitrary.ts';
import { TIMES } from './json.ts';
import { type Gateway, REAL, STAND_IN, SUBJECTS, startSubject } from './subjects.ts';

/** What the real one says about itself. */
const OWN = /^(go|process|promhttp|pushgateway)_/;
/** The same ones each time, unless more are asked for. */
const RUNS = Number(process.env.FTE_PROPERTY_RUNS ?? 100);
const SEEDED = process.env.FTE_PROPERTY_RUNS === undefined ? { seed: 1 } : {};
/** A run takes milliseconds; a failure takes some hundred of them to be made small. */
const SHRINKING_MS = 120_000;

const PROTOBUF = { 'content-type': PROTOBUF_FORMAT };
const ASKED = { accept: PROTOBUF_FORMAT };
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const encode = (all: readonly Family[]) => Buffer.from(encodeDelimited(all));

/** The page as families, those apart that the real one adds about itself. */
async function page(gateway: Gateway): Promise<readonly Family[]> {
  const { status, headers, bytes } = await gateway.get('/metrics', ASKED);
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: PROTOBUF_FORMAT });
  return decodeDelimited(bytes).filter(({ name }) => !OWN.test(name));
}
/** The page without what every group has. */
const pushed = async (gateway: Gateway) => (await page(gateway)).filter(({ name }) => !TIMES.includes(name));

const exemplar: Exemplar = { labels: { trace_id: 'abc', 'ä 🙂': '"' }, value: 0.5, at: 1_700_000_000_123.25 };
const FAMILIES: readonly Family[] = [
  {
    name: 'app_requests_total',
    help: 'With a \\ backslash,\na line break and "quotes".',
    type: 'counter',
    series: [
      { labels: { route: 'a' }, value: 12_345_678, exemplar },
      { labels: { route: 'ä🙂\n' }, value: 0.1 },
    ],
  },
  {
    name: 'app_seconds',
    help: 'How long.',
    type: 'histogram',
    series: [
      {
        labels: { route: 'x' },
        buckets: [[0.005, 1], [1, 2 ** 53]],
        sum: 3.25,
        count: 2 ** 53,
        exemplars: new Map([
          [1, exemplar],
          [Infinity, { labels: {}, value: 7 }],
        ]),
      },
      { labels: { route: 'y' }, buckets: [[0.005, 0], [1, 0]], sum: 0, count: 0 },
    ],
  },
  { name: 'app_size', help: '', type: 'summary', series: [{ labels: { k: 'v' }, sum: Number.NaN, count: 300 }] },
  { name: 'b_depth', help: '', type: 'gauge', series: [{ labels: { q: '1' }, value: Number.NEGATIVE_INFINITY }] },
]; // biome-ignore format: a table

/** As they are on a page: each label in its place. */
const inGroup = (all: readonly Family[], group: Readonly<Record<string, string>>): readonly Family[] =>
  all.map(
    (family) =>
      ({
        ...family,
        series: family.series.map((one) => ({
          ...one,
          labels: Object.fromEntries(
            Object.entries({ instance: '', ...one.labels, ...group }).sort(([a], [b]) => (a < b ? -1 : 1)),
          ),
        })),
      }) as Family,
  );

describe.each(SUBJECTS)('$name', (subject) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startSubject(subject);
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.wipe());

  test('gives back what was pushed, exemplars included', async () => {
    expect((await gateway.put('/metrics/job/a', encode(FAMILIES), PROTOBUF)).status).toBe(200);
    const held = await pushed(gateway);
    expect(held).toEqual(inGroup(FAMILIES, { job: 'a' }));
    expect(Object.keys(held[0]?.series[0]?.labels ?? {})).toEqual(['instance', 'job', 'route']);
  });

  test('and of what was pushed as text, all that text can say', async () => {
    const body =
      '# TYPE x_total counter\nx_total{b="1",a="2"} 5\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_sum 3\nh_count 4\n';
    await gateway.put('/metrics/job/a', body); // biome-ignore format: a body
    expect(await pushed(gateway)).toEqual([
      {
        name: 'h',
        help: '',
        type: 'histogram',
        series: [{ labels: { instance: '', job: 'a' }, buckets: [[1, 2]], sum: 3, count: 4 }],
      },
      {
        name: 'x_total',
        help: '',
        type: 'counter',
        series: [{ labels: { a: '2', b: '1', instance: '', job: 'a' }, value: 5 }],
      },
    ]);
  });

  test('an exemplar stays until the next push, and one without takes it away', async () => {
    const one = FAMILIES.slice(0, 1);
    await gateway.put('/metrics/job/a', encode(one), PROTOBUF);
    await gateway.put('/metrics/job/b', encode(one), PROTOBUF);
    await gateway.put('/metrics/job/a', encode(one).subarray(0, 0), PROTOBUF);
    expect(await pushed(gateway)).toEqual(inGroup(one, { job: 'b' }));
    await gateway.put('/metrics/job/b', 'x 1\n# TYPE app_requests_total counter\napp_requests_total 7\n');
    expect((await pushed(gateway))[0]?.series).toEqual([{ labels: { instance: '', job: 'b' }, value: 7 }]);
  });

  test('groups become one family a name, sorted by name and by labels', async () => {
    const gauge = (name: string, ...all: readonly Record<string, string>[]) =>
      encode([{ name, help: 'One.', type: 'gauge', series: all.map((labels) => ({ labels, value: 1 })) }]);
    await gateway.put('/metrics/job/b', gauge('z', { k: '\uFFFD' }, { k: '🙂' }, {}), PROTOBUF);
    await gateway.put('/metrics/job/a/lane/1', gauge('z', { k: 'b' }, { k: 'a' }), PROTOBUF);
    await gateway.put('/metrics/job/a/instance/i', gauge('Z', {}), PROTOBUF);
    const held = await page(gateway);
    expect(held.map(({ name }) => name)).toEqual([
      'Z',
      'push_failure_time_seconds',
      'push_time_seconds',
      'z',
    ]);
    expect(held.map(({ help }) => help)).toEqual([
      'One.',
      'Last Unix time when changing this group in the Pushgateway failed.',
      'Last Unix time when changing this group in the Pushgateway succeeded.',
      'One.',
    ]);
    expect(held.at(-1)?.series.map(({ labels }) => labels)).toEqual([
      { instance: '', job: 'b' },
      { instance: '', job: 'b', k: '\uFFFD' },
      { instance: '', job: 'b', k: '🙂' },
      { instance: '', job: 'a', k: 'a', lane: '1' },
      { instance: '', job: 'a', k: 'b', lane: '1' },
    ]);
    for (const { type, series } of held.slice(1, 3)) {
      expect(type).toBe('gauge');
      expect(series.map(({ labels }) => labels)).toEqual([
        { instance: '', job: 'b' },
        { instance: 'i', job: 'a' },
        { instance: '', job: 'a', lane: '1' },
      ]);
    }
  });

  const DELIMITED =
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
  test.each([
    ['what Prometheus sends', `${DELIMITED},application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`, true],
    ['what it sends without histograms of the native kind', 'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', false],
    ['this project’s content type', PROTOBUF_FORMAT, true],
    ['blanks everywhere', DELIMITED.replace(/[;=]/g, ' $& '), true],
    ['a version that is none of it', `${DELIMITED};version=1`, true],
    ['nothing', undefined, false],
    ['an empty text', '', false],
    ['anything', '*/*', false],
    ['nothing that there is', 'application/json', false],
    ['punctuation', ';,;=;', false],
    ['no encoding', DELIMITED.replace(';encoding=delimited', ''), false],
    ['no message', DELIMITED.replace(/proto=.*?;/, ''), false],
    ['another message', DELIMITED.replace('MetricFamily', 'Metric'), false],
    ['another case', DELIMITED.toUpperCase(), false],
    ['quotes', DELIMITED.replace('delimited', '"delimited"'), false],
    ['text before it', `text/plain,${DELIMITED}`, false],
    ['text behind it', `${DELIMITED},text/plain`, true],
    ['text that is liked better', `${DELIMITED};q=0.3,text/plain;version=0.0.4;q=0.5`, false],
    ['text that is liked less', `text/plain;q=0.05,${DELIMITED};q=0.1`, true],
    ['text of another version', `text/plain;version=0.0.3,${DELIMITED};q=0.1`, true],
    ['any text', `text/*,*/*,${DELIMITED};q=0.1`, true],
    ['a liking of zero', `${DELIMITED};q=0`, true],
    ['a liking that is no number', `${DELIMITED};q=high,text/plain;q=0.1`, false],
    ['a liking above one', `text/plain,${DELIMITED};q=1.5`, true],
    ['a liking of nothing', `${DELIMITED};q=,text/plain;q=0.1`, false],
    ['a browser’s', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
  ])('asked for %s', async (_, accept, protobuf) => {
    await gateway.put('/metrics/job/a', 'x 1\n');
    const { status, headers, body } = await gateway.get('/metrics', accept === undefined ? {} : { accept });
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: protobuf ? PROTOBUF_FORMAT : TEXT });
    expect(body.includes('# TYPE push_time_seconds gauge\n')).toBe(!protobuf);
  }); // biome-ignore format: a table
});

describe.each(SUBJECTS)('$name without the check', (subject) => {
  test('one contradiction and no protobuf is served either, but JSON is', async () => {
    const gateway = await startSubject(subject, false);
    try {
      const x = (type: 'counter' | 'gauge') =>
        encode([{ name: 'x', help: '', type, series: [{ labels: {}, value: 1 }] }]);
      expect((await gateway.put('/metrics/job/a', x('counter'), PROTOBUF)).status).toBe(202);
      expect((await gateway.put('/metrics/job/b', x('gauge'), PROTOBUF)).status).toBe(202);
      await until('two groups', async () => (await gateway.groups()).length === 2);
      expect(await gateway.get('/metrics', ASKED)).toMatchObject({
        status: 500,
        headers: { 'content-type': expect.stringContaining('text/plain') },
        body: expect.stringContaining('An error has occurred while serving metrics:\n\n'),
      });
      expect((await gateway.groups()).map(({ labels }) => labels)).toEqual([{ job: 'a' }, { job: 'b' }]);

      await gateway.remove('/metrics/job/b');
      await until('one group', async () => (await gateway.groups()).length === 1);
      expect((await pushed(gateway)).map(({ type }) => type)).toEqual(['counter']);
    } finally {
      await gateway.close();
    }
  });
});

describeReal('the stand-in and the real Pushgateway', () => {
  let both: readonly [Gateway, Gateway];
  beforeAll(async () => {
    both = [await startSubject(STAND_IN), await startSubject(REAL)];
  });
  afterAll(() => Promise.all(both.map((gateway) => gateway.close())));

  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const anyExemplar: fc.Arbitrary<Exemplar> = fc.record(
    {
      labels: fc.dictionary(text, text, { maxKeys: 3 }),
      value: fc.double(),
      at: fc.nat({ max: 4e12 }),
    },
    { requiredKeys: ['labels', 'value'] },
  );
  const push = fc.record({
    path: fc.constantFrom('/metrics/job/a', '/metrics/job/b', '/metrics/job/a/zone/x', '/metrics/job/a/lane/2'),
    all: families,
    exemplar: anyExemplar,
  }); // biome-ignore format: short

  /** Of several help texts for one name the real one shows any. */
  const comparable = (all: readonly Family[]) =>
    all.map(({ series, ...rest }) => ({
      ...rest,
      help: undefined,
      series: TIMES.includes(rest.name) ? series.map(({ labels }) => labels) : series,
    }));

  test(
    'show the same as protobuf, whatever was pushed as such',
    async () => {
      let shown = 0;
      const compare = async (pushes: readonly { path: string; all: Family[]; exemplar: Exemplar }[]) => {
        await Promise.all(both.map((gateway) => gateway.wipe()));
        for (const { path, all, exemplar: one } of pushes) {
          const edges = all.flatMap(({ type, series }) =>
            type === 'histogram'
              ? series.flatMap(({ buckets }) => buckets.slice(1).map(([edge]) => edge))
              : [],
          );
          const body = encode(withExemplars(all, [...edges, Infinity], one));
          const [ours, theirs] = await Promise.all(both.map((gateway) => gateway.put(path, body, PROTOBUF)));
          expect(ours?.status).toBe(theirs?.status);
        }
        const [ours = [], theirs = []] = await Promise.all(both.map(page));
        expect(comparable(ours)).toEqual(comparable(theirs));
        shown += ours.length;
      };
      await fc.assert(fc.asyncProperty(fc.array(push, { minLength: 1, maxLength: 5 }), compare), {
        ...SEEDED,
        numRuns: RUNS,
      });
      expect(shown).toBeGreaterThan(RUNS);
    },
    SHRINKING_MS,
  );
});
