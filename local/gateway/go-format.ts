/** How Go reads and prints what a gateway takes in and gives back. */

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** A float as Go's `strconv.ParseFloat` reads it, without hexadecimal ones; undefined when it is none. */
export function parseFloat64(text: string): number | undefined {
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const OUT_OF_RANGE = 2n ** 63n;

/** A float as an unsigned 64-bit count, cut to a whole number; what fits in none becomes what amd64 makes of it. */
export function toUint64(value: number): bigint {
  if (!Number.isFinite(value) || value >= 2 ** 64 || value < -(2 ** 63)) return OUT_OF_RANGE;
  return BigInt.asUintN(64, BigInt(Math.trunc(value)));
}

/** A float as Go's `%v`: the shortest digits, with an exponent of two digits or more below 1e-4 and from 1e6 on. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
