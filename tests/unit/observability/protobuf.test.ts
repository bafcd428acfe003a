import fc from 'fast-check';
import { parserFor } from '../../../local/gateway/body.ts';
import { parseProtobuf } from '../../../local/gateway/parse-protobuf.ts';
import type { PushedFamily } from '../../../local/gateway/pushed.ts';
import { MalformedBody } from '../../../local/gateway/pushed.ts';
import type { Exemplar, Family, Labels } from '../../../src/observability/families.ts';
import {
  encodeDelimited,
  MAX_EXEMPLAR_CHARACTERS,
  PROTOBUF_FORMAT,
} from '../../../src/observability/push/protobuf.ts';
import { families, withExemplars } from '../../integration/gateway/arbitrary.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** Bytes as they are written in a specification: hexadecimal, with blanks, and text in quotes. */
const bytes = (text: string) =>
  text.replace(/"([^"]*)"/g, (_, plain: string) => Buffer.from(plain).toString('hex')).replace(/\s/g, '');

const counter = (labels: Labels = {}, value = 1): Family => ({
  name: 'x_total',
  help: '',
  type: 'counter',
  series: [{ labels, value }],
});
const parse = (families: readonly Family[]) => [
  ...parseProtobuf(Buffer.from(encodeDelimited(families))).families.values(),
];

test('the content type is the one that gateways know', () => {
  expect(PROTOBUF_FORMAT).toBe(
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  );
  expect(parserFor(PROTOBUF_FORMAT)).toBe(parseProtobuf);
});

describe('bytes', () => {
  const ONE = '000000000000f03f';
  const TWO_AND_A_HALF = '0000000000000440';
  const INFINITY = '000000000000f07f';

  test.each<[string, Family, string]>([
    [
      'a counter with help and labels',
      { name: 'c', help: 'H', type: 'counter', series: [{ labels: { a: 'b', d: '' }, value: 1 }] },
      `24 0a 01 "c" 12 01 "H" 18 00 22 1a 0a 06 0a 01 "a" 12 01 "b" 0a 05 0a 01 "d" 12 00 1a 09 09 ${ONE}`,
    ],
    [
      'a gauge without help',
      { name: 'g', help: '', type: 'gauge', series: [{ labels: {}, value: 2.5 }] },
      `12 0a 01 "g" 18 01 22 0b 12 09 09 ${TWO_AND_A_HALF}`,
    ],
    [
      'a summary',
      { name: 's', help: '', type: 'summary', series: [{ labels: {}, sum: 2.5, count: 300 }] },
      `15 0a 01 "s" 18 02 22 0e 22 0c 08 ac 02 11 ${TWO_AND_A_HALF}`,
    ],
    [
      'a histogram',
      { name: 'h', help: '', type: 'histogram', series: [{ labels: {}, buckets: [[1, 2]], sum: 2.5, count: 3 }] },
      `2e 0a 01 "h" 18 04 22 27 3a 25 08 03 11 ${TWO_AND_A_HALF}
       1a 0b 08 02 11 ${ONE} 1a 0b 08 03 11 ${INFINITY}`,
    ],
  ])('%s', (_, family, expected) => {
    expect(hex(encodeDelimited([family]))).toBe(bytes(expected));
  }); // biome-ignore format: a table

  test('an exemplar', () => {
    const exemplar: Exemplar = { labels: { t: 'i' }, value: 1, at: 1_500.25 };
    const encoded = encodeDelimited(withExemplars([counter()], [], exemplar));
    expect(hex(encoded)).toContain(
      bytes(`12 1b 0a 06 0a 01 "t" 12 01 "i" 11 ${ONE} 1a 08 08 01 10 90 eb c4 ee 01`),
    );
  });

  test('one family after the other, none of nothing', () => {
    const [a, b] = [counter({ k: 'a' }), counter({ k: 'b' })];
    expect(hex(encodeDelimited([a, { ...a, series: [] }, b]))).toBe(
      hex(encodeDelimited([a])) + hex(encodeDelimited([b])),
    );
    expect(encodeDelimited([])).toHaveLength(0);
  });
});

/** What a gateway makes of a family: its counts exact, `+Inf` a bucket like any. */
function asPushed(family: Family): PushedFamily {
  const { name } = family;
  const help = family.help === '' ? undefined : family.help;
  switch (family.type) {
    case 'histogram':
      return {
        name,
        help,
        type: 'histogram',
        series: family.series.map(({ labels, buckets, sum, count }) => ({
          labels,
          buckets: [...buckets, [Number.POSITIVE_INFINITY, count] as const].map(
            ([edge, held]) => [edge, BigInt(held)] as const,
          ),
          sum,
          count: BigInt(count),
        })),
      };
    case 'summary':
      return {
        name,
        help,
        type: 'summary',
        series: family.series.map(({ labels, sum, count }) => ({
          labels,
          quantiles: [],
          sum,
          count: BigInt(count),
        })),
      };
    default:
      return { name, help, type: family.type, series: family.series };
  }
}

describe('decoded again', () => {
  test('families are what they were', () => {
    fc.assert(
      fc.property(families, (all) => {
        expect(parse(all)).toEqual(all.map(asPushed));
      }),
      { numRuns: 500 },
    );
  });

  const withoutExemplars = (all: readonly PushedFamily[]) =>
    all.map(({ series, ...rest }) => ({
      ...rest,
      series: series.map((one) =>
        Object.fromEntries(Object.entries(one).filter(([field]) => !field.startsWith('exemplar'))),
      ),
    }));

  test('and so is the rest of them beside exemplars, whatever these are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 70 });
    const exemplar = fc.record(
      { labels: fc.dictionary(text, text, { maxKeys: 3 }), value: fc.double(), at: fc.double() },
      { requiredKeys: ['labels', 'value'] },
    );
    fc.assert(
      fc.property(families, exemplar, fc.double(), (all, one, edge) => {
        const parsed = parse(withExemplars(all, [edge, Infinity], one));
        expect(withoutExemplars(parsed)).toEqual(all.map(asPushed));
      }),
    );
  });

  test('texts that are long, and longer than the first buffer', () => {
    const texts = [47, 48, 49, 127, 128, 16_383, 16_384, 100_000].flatMap((size) =>
      ['a', 'ä', '🙂'].map((char) => char.repeat(size)),
    );
    const family = {
      ...counter(),
      help: texts.join(''),
      series: texts.map((text) => ({ labels: { text }, value: 1 })),
    };
    expect(parse([family as Family])).toEqual([asPushed(family as Family)]);
    for (const text of texts) expect(parse([counter({ text })])).toEqual([asPushed(counter({ text }))]);
  });

  test.each([
    [127, 127n], [128, 128n], [2 ** 32 - 1, 4294967295n], [2 ** 32, 4294967296n],
    [Number.MAX_SAFE_INTEGER, 9007199254740991n], [2 ** 63, 9223372036854775808n],
    [1.9, 1n], [-1, 0n], [Number.NaN, 0n], [Number.NEGATIVE_INFINITY, 0n],
    [2 ** 64, 18446744073709549568n], [Number.POSITIVE_INFINITY, 18446744073709549568n],
  ])('the count %d is %d', (count, expected) => {
    const [family] = parse([{ name: 's', help: '', type: 'summary', series: [{ labels: {}, sum: 0, count }] }]);
    expect(family).toMatchObject({ series: [{ count: expected }] });
  }); // biome-ignore format: a table

  test('values that are not finite', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324])
      expect(parse([counter({}, value)])).toEqual([asPushed(counter({}, value))]);
  });
});

describe('exemplars', () => {
  const withExemplar = (exemplar: Exemplar) => encodeDelimited(withExemplars([counter()], [], exemplar));
  const without = hex(encodeDelimited([counter()]));

  test.each(['x', 'ä', '🙂'])('of %s are dropped above 128 characters', (char) => {
    const labels = (size: number) => ({ a: char.repeat(size - 2), b: '' });
    expect(hex(withExemplar({ labels: labels(MAX_EXEMPLAR_CHARACTERS), value: 1 }))).not.toBe(without);
    expect(hex(withExemplar({ labels: labels(MAX_EXEMPLAR_CHARACTERS + 1), value: 1 }))).toBe(without);
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 8.64e15])('lose a time like %d', (at) => {
    expect(hex(withExemplar({ labels: {}, value: 1, at }))).toBe(hex(withExemplar({ labels: {}, value: 1 })));
  });

  test('stand in their bucket, and only there', () => {
    const family: Family = {
      name: 'h',
      help: '',
      type: 'histogram',
      series: [{ labels: { k: 'v' }, buckets: [[1, 1], [2, 2]], sum: 5, count: 3 }],
    }; // biome-ignore format: pairs
    const at = (edge: number) =>
      hex(encodeDelimited(withExemplars([family], [edge], { labels: { at: `<${edge}>` }, value: 1 })));
    // A bucket's edge stands before its exemplar.
    expect(at(2)).toMatch(/110000000000000040.*3c323e.*11000000000000f07f/);
    expect(at(Number.POSITIVE_INFINITY)).toMatch(/11000000000000f07f.*3c496e66696e6974793e/);
    expect(at(3)).toBe(hex(encodeDelimited([family])));
  });
});

describe('what is no such body', () => {
  const body = families.map((all) => Buffer.from(encodeDelimited(all)));
  const held = (bytesRead: Buffer) => {
    try {
      parseProtobuf(bytesRead);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  test('is refused by no other error, be it noise or a body with holes', () => {
    const wound = fc.record({ at: fc.nat(), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 4 }) });
    const torn = fc.tuple(body, fc.array(wound, { minLength: 1, maxLength: 3 })).map(([intact, wounds]) =>
      wounds.reduce((now, { at, cut, put }) => {
        const start = at % (now.length + 1);
        return Buffer.concat([now.subarray(0, start), put, now.subarray(start + cut)]);
      }, intact),
    );
    const noise = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.oneof(torn, noise), (one) => {
        const error = held(one);
        if (error !== undefined) expect(error).toBeInstanceOf(MalformedBody);
      }),
      { numRuns: 5_000 },
    );
  });

  test('cut inside a message is refused', () => {
    fc.assert(
      fc.property(
        families.filter((all) => all.length > 0),
        fc.nat(),
        (all, seed) => {
          const encoded = Buffer.from(encodeDelimited(all));
          const lengths = all.map((family) => encodeDelimited([family]).length);
          const last = encoded.length - (lengths.at(-1) ?? 0);
          const cut = encoded.subarray(0, last + 3 + (seed % ((lengths.at(-1) ?? 0) - 3)));
          expect(held(cut)).toBeInstanceOf(MalformedBody);
        },
      ),
    );
  });

  test('a million nested groups are no way to exhaust the stack', () => {
    const groups = Buffer.alloc(1_000_000, 0x0b);
    const framed = Buffer.concat([Buffer.from([0xc0, 0x84, 0x3d]), groups]);
    expect(held(framed)).toBeInstanceOf(MalformedBody);
  });
});
