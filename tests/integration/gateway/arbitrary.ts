import fc from 'fast-check';
import type { Exemplar, Family, Labels } from '../../../src/observability/families.ts';
import { seriesKey } from '../../../src/observability/families.ts';

/** Random metrics from few names, so that pushes meet. */

const value = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(0.1, 1e5, 1e6, 999_999.5, 1e21, -1e-5, 5e-324),
);
const sum = value;
const count = fc.oneof(fc.nat(), fc.constantFrom(2 ** 53, 2 ** 60));
const labelValue = fc.oneof(
  fc.constantFrom('', 'x', 'y'),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('"', '\\', '\n', '\\n', '/', '{}', '# HELP', 'ä🙂', '\uFEFF', '\u2028', '\uFFFD', ' '),
);
const labels: fc.Arbitrary<Labels> = fc
  .tuple(
    fc.option(labelValue),
    fc.option(labelValue),
    fc.option(fc.constantFrom('', 'x', 'i')),
    fc.option(fc.constantFrom('x', 'mine')),
  )
  .map(([color, _1, instance, zone]) => {
    const all = { color, _1, instance, zone };
    return Object.fromEntries(
      Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null),
    );
  });

const series = <T extends object>(rest: fc.Arbitrary<T>) =>
  fc.uniqueArray(
    fc.tuple(labels, rest).map(([own, held]) => ({ labels: own, ...held })),
    { minLength: 1, maxLength: 4, selector: (one) => seriesKey(one.labels) },
  );
const buckets = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 })
  .chain((edges) =>
    fc.tuple(...edges.sort((a, b) => a - b).map((edge) => fc.tuple(fc.constant(edge), count))),
  );

const name = fc.constantFrom('x', 'x_count', 'x_bucket', 'y_total', 'a:b', '_');
const help = fc.constantFrom('', 'Some help.', 'line\nbreak \\n "quoted" ä');

const family: fc.Arbitrary<Family> = name.chain((named) =>
  help.chain((text) =>
    fc.oneof(
      // Mostly one type a name, or hardly any two pushes would agree.
      fc.record({
        name: fc.constant(named),
        help: fc.constant(`${named}: ${text}`.trim()),
        type: fc.constantFrom('counter' as const, ...Array<'gauge'>(6).fill('gauge')),
        series: series(fc.record({ value })),
      }),
      fc.record({
        name: fc.constantFrom('seconds', 'seconds', 'seconds', 'x'),
        help: fc.constant('Seconds.'),
        type: fc.constant('histogram' as const),
        series: series(fc.record({ buckets, sum, count })),
      }),
      fc.record({
        name: fc.constantFrom('bytes', 'bytes', 'bytes', 'x'),
        help: fc.constant('Bytes.'),
        type: fc.constant('summary' as const),
        series: series(fc.record({ sum, count })),
      }),
    ),
  ),
);

/** Families of different names. Which help text a page shows of several is left open, so each name has few. */
export const families: fc.Arbitrary<Family[]> = fc.uniqueArray(family, {
  maxLength: 4,
  selector: ({ name: own }) => own,
});

/** The same with one exemplar on every counter and in those of a histogram's buckets that have one of `edges`. */
export function withExemplars(
  all: readonly Family[],
  edges: readonly number[],
  exemplar: Exemplar,
): readonly Family[] {
  return all.map((one) => {
    if (one.type === 'counter') return { ...one, series: one.series.map((held) => ({ ...held, exemplar })) };
    if (one.type !== 'histogram') return one;
    const exemplars = new Map(edges.map((edge) => [edge, exemplar]));
    return { ...one, series: one.series.map((held) => ({ ...held, exemplars })) };
  });
}

const splinter = fc.constantFrom(
  '', '\n', ' ', '\t', '\r', '"', '\\', '{', '}', ',', '=', '#', '# TYPE x gauge\n', '# HELP x ', 'x', '_sum', '_count',
  '1', '-', '.', 'e', 'NaN', '+Inf', ' 17', 'le="', 'quantile="0.5"', 'é', '\u0000', '__name__', ':',
); // biome-ignore format: a list

/** The same text with a few places cut or filled with what means something to the format. */
export function mangled(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const wound = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat({ max: 3 }),
    put: splinter,
  });
  return fc.tuple(text, fc.array(wound, { minLength: 1, maxLength: 2 })).map(([whole, wounds]) =>
    wounds.reduce((body, { at, cut, put }) => {
      const start = Math.floor(at * body.length);
      return body.slice(0, start) + put + body.slice(start + cut);
    }, whole),
  );
}
