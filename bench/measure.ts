import { cpus } from 'node:os';

export const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' };

export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), p10: at(0.1), p90: at(0.9) };
}

/** Measures `names` in turns, each round in the other order, so that what the machine does else hits them alike. */
export function inTurns(rounds: number, names: readonly string[], measure: (name: string) => number) {
  const found = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) found.get(name)?.push(measure(name));
  }
  return (name: string) => spread(found.get(name) ?? []);
}
