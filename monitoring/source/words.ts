/** How the settings are told to people: in annotations, on panels, in runbooks. */

/** A share of 1, as `5 %`. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

const SMALL = 'none one two three four five six seven eight nine ten eleven twelve'.split(' ');
/** Up to twelve as a word, as one reads it in a sentence. */
export const count = (value: number): string => SMALL[value] ?? String(value);

const UNITS = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A duration in its largest whole unit: `ten minutes`, `a day`. */
export function lasting(seconds: number): string {
  if (seconds === 86_400) return 'a day';
  const [unit, size] = UNITS.find(([, size]) => seconds % size === 0) ?? ['second', 1];
  const many = seconds / size;
  if (many === 1) return unit === 'hour' ? 'an hour' : `a ${unit}`;
  return `${count(many)} ${unit}s`;
}
