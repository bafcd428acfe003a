import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { renderText, TEXT_FORMAT } from '../../../src/observability/exposition.ts';
import type { Exemplar, Family, Labels } from '../../../src/observability/families.ts';
import { encodeDelimited, PROTOBUF_FORMAT } from '../../../src/observability/push/protobuf.ts';
import { describeReal } from '../../servers/skipping.ts';
import { families, withExemplars } from './arbitrary.ts';
import { type JsonMetric, pushedIn } from './json.ts';
import { type Gateway, REAL, STAND_IN, SUBJECTS, startSubject } from './subjects.ts';

const PATH = '/metrics/job/a';
/** The same ones each time, unless more are asked for. */
const RUNS = Number(process.env.FTE_PROPERTY_RUNS ?? 100);
const SEEDED = process.env.FTE_PROPERTY_RUNS === undefined ? { seed: 1 } : {};
/** A run takes milliseconds; a failure takes some hundred of them to be made small. */
const SHRINKING_MS = 120_000;

const FAMILIES: readonly Family[] = [
  {
    name: 'app:requests_total',
    help: 'With a \\ backslash,\na line break and "quotes".',
    type: 'counter',
    series: [
      { labels: {}, value: 0 },
      { labels: { method: 'GET', route: '/a/{id}' }, value: 12_345_678 },
      { labels: { method: '', route: 'quote " slash \\ break \n tab \t ä🙂' }, value: 0.1 },
    ],
  },
  { name: 'app_depth', help: '', type: 'gauge', series: [{ labels: { queue: 'q' }, value: Number.NEGATIVE_INFINITY }] },
  {
    name: 'app_seconds',
    help: 'How long.',
    type: 'histogram',
    series: [
      { labels: { route: 'x' }, buckets: [[0.005, 1], [1, 2], [1_000_000, 5]], sum: 3.25, count: 7 },
      { labels: { route: 'y' }, buckets: [[0.005, 0], [1, 0], [1_000_000, 0]], sum: 0, count: 0 },
    ],
  },
  { name: 'app_bytes', help: 'How much.', type: 'summary', series: [{ labels: {}, sum: 1e21, count: 2 ** 53 }] },
]; // biome-ignore format: a table

/** 60 families of 500 series together. */
const LARGE: readonly Family[] = Array.from({ length: 60 }, (_, index) => {
  const labels = (route: number): Labels => ({ method: 'GET', route: `/route/${route}`, kind: 'ä' });
  const routes = Array.from({ length: index % 3 === 2 ? 7 : 9 }, (_, route) => route);
  const about = { name: `large_${index}`, help: `The metric number ${index}.` };
  return index % 3 === 2
    ? {
        ...about,
        type: 'histogram',
        series: routes.map((route) => ({
          labels: labels(route),
          buckets: [0.1, 0.5, 1, 2, 5, 10].map((edge, at) => [edge, at * route] as const),
          sum: route * 1.5,
          count: 6 * route,
        })),
      }
    : {
        ...about,
        type: 'gauge',
        series: routes.map((route) => ({ labels: labels(route), value: index / (route + 1) })),
      };
});

/** A name that ends like a line of a histogram belongs to it in text, once the histogram is known. */
const independent = (all: readonly Family[]) =>
  all.every(({ name }) => all.every((other) => !new RegExp(`^${other.name}_(count|sum|bucket)$`).test(name)));
/** Text has no -0. */
const unsigned = (all: readonly Family[]): readonly Family[] => {
  const change = (held: unknown): unknown => {
    if (Array.isArray(held)) return held.map(change);
    if (typeof held === 'object' && held !== null)
      return Object.fromEntries(Object.entries(held).map(([key, one]) => [key, change(one)]));
    return Object.is(held, -0) ? 0 : held;
  };
  return change(all) as readonly Family[];
};

const PROTOBUF = { 'content-type': PROTOBUF_FORMAT };
const encode = (all: readonly Family[]) => Buffer.from(encodeDelimited(all));

describe.each(SUBJECTS)('$name', (subject) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startSubject(subject);
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.wipe());
  const pushed = async () => pushedIn((await gateway.groups())[0]);

  async function bothWays(all: readonly Family[]): Promise<number> {
    await gateway.wipe();
    const { status } = await gateway.put(PATH, renderText(all), { 'content-type': TEXT_FORMAT });
    const asText = await gateway.groups();
    await gateway.wipe();
    expect(await gateway.put(PATH, encode(all), PROTOBUF)).toMatchObject({ status });
    expect(await gateway.groups()).toEqual(asText);
    if (status === 200) expect(Object.keys(await pushed())).toHaveLength(all.length);
    return status;
  }

  test('holds the same, be it pushed as text or as protobuf', async () => {
    expect(await bothWays(FAMILIES)).toBe(200);
  });

  test('a large entry', async () => {
    expect(LARGE.reduce((sum, { series }) => sum + series.length, 0)).toBe(500);
    expect(await bothWays(LARGE)).toBe(200);
  });

  test(
    'holds the same, whatever it is',
    async () => {
      const statuses: number[] = [];
      const compare = async (all: readonly Family[]) => {
        statuses.push(await bothWays(all));
      };
      await fc.assert(fc.asyncProperty(families.filter(independent).map(unsigned), compare), {
        ...SEEDED,
        numRuns: RUNS,
      });
      expect(statuses).toContain(200);
    },
    SHRINKING_MS,
  );

  test('gzip', async () => {
    const headers = { ...PROTOBUF, 'content-encoding': 'gzip' };
    expect((await gateway.put(PATH, gzipSync(encode(FAMILIES)), headers)).status).toBe(200);
    expect(Object.keys(await pushed()).sort()).toEqual(FAMILIES.map(({ name }) => name).sort());
  });

  test.each([
    ['in other words', 'Application/Vnd.Google.Protobuf;encoding="delimited" ;PROTO=io.prometheus.client.MetricFamily', 200],
    ['with more to it', `${PROTOBUF_FORMAT}; charset=utf-8`, 200],
    ['of another encoding', PROTOBUF_FORMAT.replace('delimited', 'text'), 400],
    ['of another message', PROTOBUF_FORMAT.replace('MetricFamily', 'Metric'), 400],
    ['without parameters', 'application/vnd.google.protobuf', 400],
  ])('a type %s', async (_, type, status) => {
    expect((await gateway.put(PATH, encode(FAMILIES), { 'content-type': type })).status).toBe(status);
    // What is not read as protobuf is read as text.
    expect((await gateway.put(PATH, 'x 1\n', { 'content-type': type })).status).toBe(status === 200 ? 400 : 200);
  }); // biome-ignore format: a table

  test('nothing at all empties the group', async () => {
    await gateway.put(PATH, encode(FAMILIES), PROTOBUF);
    expect((await gateway.put(PATH, '', PROTOBUF)).status).toBe(200);
    expect(await pushed()).toEqual({});
  });

  test('exemplars are accepted, and the JSON API is silent about them', async () => {
    await gateway.put(PATH, encode(FAMILIES), PROTOBUF);
    const without = await gateway.groups();
    const labels = { trace_id: 'ä'.repeat(120) };
    const exemplar: Exemplar = { labels, value: 2, at: 1_700_000_000_123 };
    const marked = encode(withExemplars(FAMILIES, [0.005, Infinity], exemplar));
    expect(marked.length).toBeGreaterThan(encode(FAMILIES).length);
    expect((await gateway.put(PATH, marked, PROTOBUF)).status).toBe(200);
    expect(await gateway.groups()).toEqual(without);
  });

  describe('garbage', () => {
    const hex = (text: string) => Buffer.from(text.replace(/"([^"]*)"/g, (_, plain: string) =>
      Buffer.from(plain).toString('hex')).replace(/\s/g, ''), 'hex'); // biome-ignore format: short
    /** A family "x" of type gauge, with `more` behind its only metric. */
    const framed = (message: Buffer) => Buffer.concat([Buffer.from([message.length]), message]);
    const ONE = '000000000000f03f';
    const gauge = (more: string) => framed(hex(`0a 01 "x" 18 01 22 0b 12 09 09 ${ONE} ${more}`));
    const metric = (content: string) => {
      const inner = hex(content);
      return framed(Buffer.concat([hex('0a 01 "x" 18 01 22'), framed(inner)]));
    };

    test.each<[string, Buffer, string?]>([
      ['an unknown field of each kind', gauge('98 06 05 9a 06 01 "a" 99 06 0102030405060708 9d 06 01020304')],
      ['an unknown group', gauge('9b 06 08 01 a3 06 a4 06 9c 06')],
      ['a number longer than need be', gauge('18 81 80 80 80 80 80 80 80 80 00')],
      ['a type that differs above 32 bits', gauge('18 81 80 80 80 10')],
      ['a known field of another kind', gauge('09 0102030405060708')],
      ['a value of another kind', metric('12 02 08 05'), '0'],
      ['a value in two pieces', metric(`12 09 09 ${ONE} 12 00`)],
      ['a family that comes twice, once wrong', Buffer.concat([framed(hex('0a 01 "x" 18 02 22 00')), gauge('')])],
      ['a length longer than need be', Buffer.concat([hex('80 80 80 80 00'), gauge('')])],
      ['a body cut within a length', Buffer.concat([gauge(''), hex('80')])],
      ['a body cut behind a length', Buffer.concat([gauge(''), hex('05')])],
    ])('%s is accepted', async (_, body, value = '1') => {
      expect(await gateway.put(PATH, body, PROTOBUF)).toMatchObject({ status: 200, body: '' });
      expect(await pushed()).toMatchObject({ x: { type: 'GAUGE', metrics: [{ value }] } });
    }); // biome-ignore format: a table

    test('an empty help is one, if not for the JSON API', async () => {
      await gateway.put(PATH, gauge('12 00'), PROTOBUF);
      expect((await pushed()).x).not.toHaveProperty('help');
      expect((await gateway.get('/metrics')).body).toContain('# HELP x \n# TYPE x gauge\n');
    });

    test.each([
      ['text', Buffer.from('x 1\n')],
      ['JSON', Buffer.from('{"x": 1}\n')],
      ['zipped', gzipSync(encode(FAMILIES))],
      ['a cut message', gauge('').subarray(0, -1)],
      ['a cut field', gauge('98')],
      ['a field of no kind', gauge('9e 06')],
      ['a field without a number', gauge('00 00')],
      ['a group that does not end', gauge('9b 06')],
      ['a group that does not begin', gauge('9c 06')],
      ['a number of eleven bytes', gauge('18 81 80 80 80 80 80 80 80 80 80 00')],
      ['a number above 64 bits', gauge('18 81 80 80 80 80 80 80 80 80 02')],
      ['a length of six bytes', hex('80 80 80 80 80 00')],
      ['a length beyond the body', hex('80 89 7a 0a')],
      ['an inner length beyond the message', gauge('12 7f 78')],
      ['an inner length of 64 bits', gauge('12 ff ff ff ff ff ff ff ff ff 01')],
      ['a broken exemplar', framed(hex(`0a 01 "x" 22 0f 1a 0d 09 ${ONE} 12 02 0a 05`))],
      ['a broken span', metric(`12 09 09 ${ONE} 3a 04 4a 02 08 80`)],
      ['a broken row of deltas', metric(`12 09 09 ${ONE} 3a 03 6a 01 80`)],
      ['a broken row of counts', metric(`12 09 09 ${ONE} 3a 05 5a 03 010203`)],
      ['a value of another type', metric(`1a 09 09 ${ONE}`)],
      ['a metric without a value', metric('')],
      ['a metric with a time', metric(`12 09 09 ${ONE} 30 00`)],
      ['a label twice', metric(`0a 06 0a 01 "a" 12 01 "b" 0a 06 0a 01 "a" 12 01 "b" 12 09 09 ${ONE}`)],
      ['a label without a name', metric(`0a 03 12 01 "b" 12 09 09 ${ONE}`)],
      ['a label name that is none', metric(`0a 06 0a 01 "-" 12 01 "b" 12 09 09 ${ONE}`)],
      ['a reserved label name', metric(`0a 07 0a 02 "__" 12 01 "b" 12 09 09 ${ONE}`)],
      ['a label value that is not UTF-8', metric(`0a 06 0a 01 "a" 12 01 ff 12 09 09 ${ONE}`)],
    ])('%s is refused', async (_, body) => {
      expect((await gateway.put(PATH, body, PROTOBUF)).status).toBe(400);
      expect(await pushed()).toEqual({});
      expect((await gateway.put(PATH, encode(FAMILIES), PROTOBUF)).status).toBe(200);
    }); // biome-ignore format: a table
  });

  test('a body that is cut is refused, but between two families', async () => {
    const whole = encode(FAMILIES);
    const begins = FAMILIES.map((_, index) => encode(FAMILIES.slice(0, index)).length);
    const sizes = FAMILIES.map((one) => encode([one]).length - (encode([one]).length > 128 ? 2 : 1));
    // Before a family, within its length and right behind it, there is nothing of it to be missed.
    const unseen = begins.flatMap((begin, index) =>
      [0, 1, 2].slice(0, (sizes[index] ?? 0) < 128 ? 2 : 3).map((more) => begin + more),
    );
    const accepted: number[] = [];
    for (let cut = 0; cut < whole.length; cut += 1) {
      const { status } = await gateway.put(PATH, whole.subarray(0, cut), PROTOBUF);
      if (status === 200) accepted.push(cut);
    }
    expect(accepted).toEqual(unseen);
  });
});

/**
 * What can be compared. Bytes that are no UTF-8 are marked by both, but not each by as many marks. Of a metric that
 * is a gauge beside what its family is, the real one's JSON shows the gauge and its page the other.
 */
const legible = (held: unknown): unknown =>
  JSON.parse(JSON.stringify(held).replace(/\uFFFD+/g, '\uFFFD'), (_, one) =>
    one?.type === 'COUNTER' || one?.type === 'UNTYPED'
      ? { ...one, metrics: one.metrics.map(({ labels }: JsonMetric) => labels) }
      : one,
  );

/** The most that a body of the comparison says a message is long: the real one reserves it before it reads. */
const LONGEST = 2 ** 26;

/** Whether all lengths between messages are ones that the real one survives. */
function survivable(body: Buffer): boolean {
  for (let at = 0; at < body.length; ) {
    let length = 0;
    for (let index = 0, more = true; more && index < 5 && at < body.length; index += 1, at += 1) {
      length += ((body[at] ?? 0) & 127) * 128 ** index;
      more = (body[at] ?? 0) > 127;
    }
    if (length > LONGEST) return false;
    at += length;
  }
  return true;
}

describeReal('the stand-in and the real Pushgateway', () => {
  let both: readonly [Gateway, Gateway];
  beforeAll(async () => {
    both = [await startSubject(STAND_IN), await startSubject(REAL)];
  });
  afterAll(() => Promise.all(both.map((gateway) => gateway.close())));

  const wound = fc.record({
    at: fc.nat(),
    cut: fc.nat(2),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 2 }),
      fc.constantFrom(0, 1, 0x0a, 0x12, 0x1a, 0x22, 0x80).map((one) => [one]),
    ),
  });
  const torn = fc
    .tuple(families, fc.array(wound, { minLength: 1, maxLength: 2 }))
    .map(([all, wounds]) =>
      wounds.reduce((body, { at, cut, put }) => {
        const start = at % (body.length + 1);
        return Buffer.concat([body.subarray(0, start), Buffer.from(put), body.subarray(start + cut)]);
      }, encode(all)),
    )
    .filter(survivable);

  test(
    'take and refuse the same broken bodies, and hold the same after them',
    async () => {
      const seen = new Map<number, number>();
      const compare = async (body: Buffer) => {
        await Promise.all(both.map((gateway) => gateway.wipe()));
        const [ours, theirs] = await Promise.all(both.map((gateway) => gateway.put(PATH, body, PROTOBUF)));
        // A type that is unknown to the real one, too, is kept by it and spoils its page.
        if (ours?.body.includes('is of an unknown type')) return;
        expect(ours?.status).toBe(theirs?.status);
        seen.set(ours?.status ?? 0, (seen.get(ours?.status ?? 0) ?? 0) + 1);
        if (ours?.status !== 200) return;
        const [held, theirsHeld] = await Promise.all(both.map((gateway) => gateway.groups()));
        expect(legible(held)).toEqual(legible(theirsHeld));
      };
      await fc.assert(fc.asyncProperty(torn, compare), { ...SEEDED, numRuns: 3 * RUNS });
      // Or nothing was compared.
      expect([...seen.keys()].sort()).toEqual([200, 400]);
    },
    SHRINKING_MS,
  );
});
