import { config } from '../config.ts';
import { duration, sum } from '../promql.ts';
import type { Steps, VariableName } from './spec.ts';

/** `selector`, narrowed to what the dashboard's variables choose. */
export function chosen(selector: string, ...variables: readonly VariableName[]): string {
  const matchers = variables.map((name) => `, ${name}=~"$${name}"`).join('');
  return selector.replace(/}$/, `${matchers}}`);
}

/** Events a second, over a window that always holds several scrapes. */
export const perSecond = (selector: string) => `rate(${selector}[$__rate_interval])`;
/** Events a minute, in the same way. */
export const perMinute = (selector: string) => `60 * ${perSecond(selector)}`;
/** The growth within the dashboard's time range. */
export const inRange = (selector: string) => `increase(${selector}[$__range])`;
/** The growth within so many seconds. */
export const within = (selector: string, seconds: number, offset = 0) =>
  `increase(${selector}[${duration(seconds)}]${offset === 0 ? '' : ` offset ${duration(offset)}`})`;

/**
 * A quantile of a histogram's growing buckets, added up over all but `by` before it is taken. The comparison leaves out
 * what saw no event: there the quantile is NaN, and a legend of nothing but names.
 */
export const quantileOf = (q: number, growing: string, by: readonly string[] = []) =>
  `histogram_quantile(${q}, ${sum(growing, ['le', ...by])}) >= 0`;
export const quantile = (q: number, buckets: string, by: readonly string[] = []) =>
  quantileOf(q, perSecond(buckets), by);

/** A part of a whole; nothing at all where the whole is 0, since 0 of 0 is neither good nor bad. */
export const share = (part: string, whole: string) => `${part} / (${whole} > 0)`;

/** `expression`, or one 0 under the name `none`: an empty panel would look as if it were broken. */
export const orNone = (expression: string, label: string) =>
  `${expression} or on () label_replace(vector(0), ${JSON.stringify(label)}, "none", "", "")`;

/** A quantile is drawn over minutes: over less it is one request's duration. */
export const QUANTILE_INTERVAL = '1m';

/** Seconds since the last fold began: the age of every other number. */
export const AGE_OF_NUMBERS = (lastFold: string) => `time() - max(${lastFold})`;

/** Green, then orange, then red as the number grows. */
export const rising = (orange: number, red?: number): Steps => ({
  base: 'green',
  from: [
    { value: orange, color: red === undefined ? 'red' : 'orange' },
    ...(red === undefined ? [] : [{ value: red, color: 'red' as const }]),
  ],
});

/** Red below `red`, orange below `orange`, else green. */
export const falling = (red: number, orange?: number): Steps => ({
  base: 'red',
  from: [
    ...(orange === undefined ? [] : [{ value: red, color: 'orange' as const }]),
    { value: orange ?? red, color: 'green' },
  ],
});

/** The gateways' own `up`: the one series that is no metric of the service's. */
export const gatewayUp = `up{job="${config.gatewayJob}"}`;
