import fc from 'fast-check';
import type { Exemplar, Family, Labels } from '../../../src/observability/families.ts';
import { seriesKey } from '../../../src/observability/families.ts';
import { decodeDelimited } from '../../../src/observability/fleet/decode-protobuf.ts';
import { encodeDelimited } from '../../../src/observability/push/protobuf.ts';
import { families as pushable } from '../../integration/gateway/arbitrary.ts';

const hex = (text: string) => Buffer.from(text.replace(/"([^"]*)"/g, (_, plain: string) =>
  Buffer.from(plain).toString('hex')).replace(/\s/g, ''), 'hex'); // biome-ignore format: short
const ONE = '000000000000f03f';
const INFINITY = '000000000000f07f';

/** What is told apart in a failure's message: a thrown error, or how many families there were. */
function outcome(bytes: Uint8Array): Error | number {
  try {
    return decodeDelimited(bytes).length;
  } catch (error) {
    return error as Error;
  }
}

const value = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 5e-324),
);
const count = fc.oneof(
  fc.nat({ max: 300 }),
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 53, 2 ** 60, 2 ** 63),
);
// One character can be up to four bytes, so that both short and long lengths occur.
const text = fc.oneof(
  fc.constantFrom('', 'x', '__proto__', 'constructor', '0', 'ä🙂', 'x'.repeat(127), 'x'.repeat(128)),
  fc.string({ unit: 'binary', maxLength: 40 }),
); // biome-ignore format: a list
// Set one by one, `__proto__` would be no label.
const labels: fc.Arbitrary<Labels> = fc
  .array(fc.tuple(text, text), { maxLength: 9 })
  .map((pairs) => Object.fromEntries(pairs));
const exemplar: fc.Arbitrary<Exemplar> = fc.record(
  {
    labels: fc.dictionary(
      fc.oneof(fc.constant('trace_id'), fc.string({ unit: 'binary', maxLength: 9 })),
      fc.string({ unit: 'binary', maxLength: 30 }),
      { maxKeys: 3 },
    ),
    value,
    at: fc.nat({ max: 4e12 }),
  },
  { requiredKeys: ['labels', 'value'] },
);
const edges = fc
  .uniqueArray(fc.double({ noNaN: true, max: Number.MAX_VALUE }), { maxLength: 8 })
  .map((all) => all.sort((a, b) => a - b));

const valueSeries = fc.record({ labels, value });
const counterSeries = fc.record({ labels, value, exemplar }, { requiredKeys: ['labels', 'value'] });
const summarySeries = fc.record({ labels, sum: value, count });
const histogramSeries = edges.chain((all) =>
  fc
    .record({
      labels,
      buckets: fc.tuple(...all.map((edge) => fc.tuple(fc.constant(edge), count))),
      sum: value,
      count,
      exemplars: fc.array(fc.tuple(fc.constantFrom(...all, Infinity), exemplar), { maxLength: 5 }),
    })
    .map(({ exemplars, ...rest }) =>
      exemplars.length === 0 ? rest : { ...rest, exemplars: new Map(exemplars) },
    ),
);
const head = { name: text, help: text };
const some = { minLength: 1, maxLength: 4 };
const family: fc.Arbitrary<Family> = fc.oneof(
  fc.record({ ...head, type: fc.constant('counter' as const), series: fc.array(counterSeries, some) }),
  fc.record({ ...head, type: fc.constant('gauge' as const), series: fc.array(valueSeries, some) }),
  fc.record({ ...head, type: fc.constant('summary' as const), series: fc.array(summarySeries, some) }),
  fc.record({ ...head, type: fc.constant('histogram' as const), series: fc.array(histogramSeries, some) }),
);
const families = fc.array(family, { maxLength: 3 });

/** Own keys in one order, so that `__proto__` is compared, too. */
const comparable = (all: readonly Family[]): unknown =>
  all.map(({ series, ...rest }) => ({
    ...rest,
    series: [...series].map(({ labels: own, ...held }) => ({ ...held, key: seriesKey(own) })),
  }));

describe('what was encoded', () => {
  test('is what it was', () => {
    fc.assert(
      fc.property(families, (all) => {
        expect(comparable(decodeDelimited(encodeDelimited(all)))).toEqual(comparable(all));
      }),
      { numRuns: 300 },
    );
  });

  test('is what it was, of the metrics that gateways take', () => {
    fc.assert(
      fc.property(pushable, (all) => {
        expect(decodeDelimited(encodeDelimited(all))).toEqual(all);
      }),
    );
  });

  test('is what it was, in many thousand series', () => {
    const all: readonly Family[] = [
      {
        name: 'x_total',
        help: '',
        type: 'counter',
        series: Array.from({ length: 60_000 }, (_, index) => ({
          labels: { instance: `instance-${index % 40_000}`, lane: String(index % 7), job: 'j' },
          value: index,
        })),
      },
    ];
    expect(decodeDelimited(encodeDelimited(all))).toEqual(all);
  });

  test('is what it was, with texts that are long', () => {
    const names = [127, 128, 16_383, 16_384, 100_000].flatMap((size) =>
      ['a', 'ä', '🙂'].map((one) => one.repeat(size)),
    );
    const series = names.map((name) => ({ labels: { [name]: name, name }, value: 1 }));
    const all: readonly Family[] = [{ name: names.join(''), help: names.join(''), type: 'gauge', series }];
    expect(decodeDelimited(encodeDelimited(all))).toEqual(all);
  });

  test('may be a part of a larger buffer', () => {
    const all = fc.sample(family, { numRuns: 1, seed: 1 });
    const encoded = encodeDelimited(all);
    const large = new Uint8Array(encoded.length + 20).fill(255);
    large.set(encoded, 7);
    expect(comparable(decodeDelimited(large.subarray(7, 7 + encoded.length)))).toEqual(comparable(all));
  });

  test('an exemplar’s time below a millisecond', () => {
    const one = { labels: {}, value: 1, at: 1_700_000_000_123.25 };
    const all: Family[] = [
      { name: 'x', help: '', type: 'counter', series: [{ labels: {}, value: 1, exemplar: one }] },
    ];
    expect(decodeDelimited(encodeDelimited(all))).toEqual(all);
  });

  test('cut anywhere inside a message is refused, with the byte', () => {
    fc.assert(
      fc.property(families, fc.nat(), (all, seed) => {
        const encoded = encodeDelimited(all);
        const ends = new Set(all.map((_, index) => encodeDelimited(all.slice(0, index)).length));
        const at = encoded.length === 0 ? 0 : seed % encoded.length;
        const cut = outcome(encoded.subarray(0, at));
        if (ends.has(at) || encoded.length === 0) expect(typeof cut).toBe('number');
        else expect(cut).toMatchObject({ name: 'Error', message: expect.stringMatching(/byte \d+/) });
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Families as gateways may write them, if not as this project does. */
describe('what others write', () => {
  const framed = (content: Buffer) => Buffer.concat([Buffer.from([content.length]), content]);
  const gauge = (more: string) => framed(hex(`0a 01 "x" 18 01 22 0b 12 09 09 ${ONE} ${more}`));
  const metric = (content: string, type = '01') =>
    framed(Buffer.concat([hex(`0a 01 "x" 18 ${type} 22`), framed(hex(content))]));
  const x = { name: 'x', help: '', type: 'gauge', series: [{ labels: {}, value: 1 }] };

  test.each<[string, Buffer]>([
    ['unknown fields of each kind', gauge('98 06 05 9a 06 01 "a" 99 06 0102030405060708 9d 06 01020304')],
    ['an unknown group', gauge('9b 06 08 01 a3 06 a4 06 9c 06')],
    ['unknown fields in a metric', metric(`9b 06 9d 06 01020304 9c 06 12 0c 9a 06 00 09 ${ONE} 30 05`)],
    ['a number longer than need be', gauge('18 81 80 80 80 80 80 80 80 80 00')],
    ['a type that comes last', framed(hex(`0a 01 "x" 22 0b 12 09 09 ${ONE} 18 01`))],
    ['a known field of another kind', gauge('09 0102030405060708')],
    ['a value in two pieces', metric(`12 09 09 ${ONE} 12 00`)],
    ['an exemplar where there can be none', metric(`12 0b 09 ${ONE} 12 00`)],
    ['a length longer than need be', Buffer.concat([hex('92 80 80 80 80 80 80 80 80 00'), gauge('').subarray(1)])],
    ['an untyped family beside it', Buffer.concat([gauge(''), metric(`2a 09 09 ${ONE}`, '03')])],
    ['a family of a type yet to come', Buffer.concat([metric(`2a 09 09 ${ONE}`, '05'), gauge('')])],
    ['a family of a negative type', Buffer.concat([framed(hex('18 ff ff ff ff ff ff ff ff ff 01')), gauge('')])],
  ])('%s', (_, body) => {
    expect(decodeDelimited(body)).toEqual([x]);
  }); // biome-ignore format: a table

  test('a summary’s quantiles are left out', () => {
    const body = metric(`22 1f 08 05 11 ${ONE} 1a 12 09 ${ONE} 11 ${ONE}`, '02');
    expect(decodeDelimited(body)).toEqual([
      { ...x, type: 'summary', series: [{ labels: {}, count: 5, sum: 1 }] },
    ]);
  });

  test('a histogram without a +Inf bucket, without any, and a native one', () => {
    const histogram = (content: string, buckets: readonly (readonly [number, number])[]) =>
      expect(decodeDelimited(metric(content, '04'))).toEqual([
        { ...x, type: 'histogram', series: [{ labels: {}, buckets, sum: 1, count: 5 }] },
      ]);
    histogram(`3a 18 08 05 11 ${ONE} 1a 0b 08 02 11 ${ONE}`, [[1, 2]]);
    histogram(`3a 18 08 05 11 ${ONE} 1a 0b 08 05 11 ${INFINITY}`, []);
    histogram(`3a 0b 08 05 11 ${ONE}`, []);
    histogram(`3a 18 08 05 11 ${ONE} 28 06 31 ${ONE} 38 02`, []);
  });

  test.each<[string, Buffer, RegExp]>([
    ['text', Buffer.from('x 1\n'), /length of 120 at byte 0/],
    ['a field of no kind', gauge('9e 06'), /byte 21 is of wire type 6/],
    ['a field without a number', gauge('00 00'), /field at byte 19/],
    ['a group that does not end', gauge('9b 06'), /group that begins before byte 21/],
    ['a group that does not begin', gauge('9c 06'), /wire type 4/],
    ['a number of eleven bytes', gauge('18 81 80 80 80 80 80 80 80 80 80 00'), /byte 20 is longer/],
    ['a number above 64 bits', gauge('18 81 80 80 80 80 80 80 80 80 02'), /byte 20 is longer/],
    ['a tag above 32 bits', gauge('80 80 80 80 80 80 01 00'), /field at byte 19/],
    ['an inner length beyond the message', gauge('12 7f 78'), /length of 127 at byte 20.*end at byte 22/],
    ['an inner length of 64 bits', gauge('12 ff ff ff ff ff ff ff ff ff 01'), /at byte 20/],
    ['four bytes beyond the end', Buffer.concat([gauge('9d 06 0102'), gauge('')]), /message at byte 23/],
    ['eight bytes beyond the end', Buffer.concat([gauge('22 06 12 04 09 01 02 03'), gauge('')]), /byte 27/],
    ['a value of another type', metric(`1a 09 09 ${ONE}`), /metric at byte 8 is not a gauge/],
    ['a metric without a value', metric(''), /metric at byte 8 is not a gauge/],
  ])('%s is refused', (_, body, message) => {
    expect(() => decodeDelimited(body)).toThrow(message);
  }); // biome-ignore format: a table
});

describe('noise', () => {
  const bounded = (bytes: Uint8Array) => {
    const found = outcome(bytes);
    if (typeof found !== 'number') expect(found).toMatchObject({ name: 'Error', message: /byte \d+/ });
  };

  test('is decoded or refused, be it random or a body with holes', () => {
    const wound = fc.record({ at: fc.nat(), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 4 }) });
    const torn = fc.tuple(pushable, fc.array(wound, { minLength: 1, maxLength: 3 })).map(([all, wounds]) =>
      wounds.reduce(
        (now, { at, cut, put }) => {
          const start = at % (now.length + 1);
          return Buffer.concat([now.subarray(0, start), put, now.subarray(start + cut)]);
        },
        Buffer.from(encodeDelimited(all)),
      ),
    );
    fc.assert(fc.property(fc.oneof(torn, fc.uint8Array({ maxLength: 200 })), bounded), { numRuns: 5_000 });
  });

  test('a million nested groups are no way to exhaust the stack, and a million empty families no harm', () => {
    const groups = Buffer.concat([Buffer.from([0xc0, 0x84, 0x3d]), Buffer.alloc(1_000_000, 0x0b)]);
    expect(() => decodeDelimited(groups)).toThrow(/does not end/);
    expect(decodeDelimited(Buffer.alloc(1_000_000))).toHaveLength(1_000_000);
  });
});
