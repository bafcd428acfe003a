import fc from 'fast-check';
import { parseText, TextFormatError } from '../../../local/gateway/parse-text.ts';
import type { PushedFamily } from '../../../local/gateway/pushed.ts';
import { renderText } from '../../../src/observability/exposition.ts';
import type { Family } from '../../../src/observability/families.ts';
import { families } from './arbitrary.ts';

const parse = (text: string) => [...parseText(Buffer.from(text)).families.values()];

/** What a family looks like once it went through text: its counts exact, `+Inf` a bucket like any. */
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

/** A name that ends like a line of a histogram belongs to it, once the histogram is known. */
const independent = (all: readonly Family[]) =>
  all.every(({ name }) => all.every((other) => !new RegExp(`^${other.name}_(count|sum|bucket)$`).test(name)));

/** -0 is rendered as 0. */
const unsigned = (all: readonly PushedFamily[]) =>
  JSON.stringify(all, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));

test('reads what renderText writes', () => {
  fc.assert(
    fc.property(families.filter(independent), (all) => {
      expect(unsigned(parse(renderText(all)))).toEqual(unsigned(all.map(asPushed)));
    }),
  );
});

test('whatever the bytes, it reads them or names a line', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        parseText(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(TextFormatError);
        expect((error as TextFormatError).line).toBeGreaterThanOrEqual(1);
      }
    }),
  );
});

test('a family without samples is left out', () => {
  expect(parse('# HELP x Nothing.\n# TYPE x counter\n')).toEqual([]);
});

test('keeps help, its escapes resolved, and families in their order', () => {
  expect(parse('# HELP b  Two \\\\ blanks\\nand a line. \nb 1\na 2\n')).toEqual([
    { name: 'b', help: 'Two \\ blanks\nand a line. ', type: 'untyped', series: [{ labels: {}, value: 1 }] },
    { name: 'a', help: undefined, type: 'untyped', series: [{ labels: {}, value: 2 }] },
  ]);
});

test('says whether any sample came with a time', () => {
  expect(parseText(Buffer.from('x 1\n')).timestamped).toBe(false);
  expect(parseText(Buffer.from('x 1\ny 1 -5\n')).timestamped).toBe(true);
});

test('lines of one histogram may come in any order and between others', () => {
  const text = [
    '# TYPE h histogram',
    'h_count{a="1",b="2"} 3',
    'x 1',
    'h_bucket{le="1",b="2",a="1"} 2',
    'h_sum{b="2",a="1"} 9',
    '',
  ];
  expect(parse(text.join('\n'))[0]).toEqual({
    name: 'h',
    help: undefined,
    type: 'histogram',
    series: [{ labels: { a: '1', b: '2' }, buckets: [[1, 2n]], sum: 9, count: 3n }],
  });
});

test('a label named __proto__ is a label', () => {
  const [family] = parse('x{__proto__="p"} 1\n');
  expect(Object.entries(family?.series[0]?.labels ?? {})).toEqual([['__proto__', 'p']]);
});

test('a large body takes no more than a moment', () => {
  const line = (index: number) =>
    `requests_total{route="/a/b/${index}",method="GET",status="200"} ${index}\n`;
  const body = Buffer.from(Array.from({ length: 50_000 }, (_, index) => line(index)).join(''));
  const started = performance.now();
  expect(parseText(body).families.get('requests_total')?.series).toHaveLength(50_000);
  expect(performance.now() - started).toBeLessThan(5_000);
});
