/** Random numbers that are the same for the same seed. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** True in this share of all calls. */
  chance(share: number): boolean;
  shuffled<T>(items: readonly T[]): readonly T[];
}

/** Mulberry32: small, fast, and more than even enough for choosing messages. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    chance: (share) => next() < share,
    shuffled(items) {
      const left = [...items];
      const taken: (typeof items)[number][] = [];
      while (left.length > 0) taken.push(...left.splice(between(0, left.length - 1), 1));
      return taken;
    },
  };
}

/** Hands the items out in a random order, and starts again with another one when all were handed out. */
export function deck<T>(items: readonly T[], random: Random): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = [...random.shuffled(items)];
    const item = left.pop();
    if (item === undefined) throw new Error('There is nothing to hand out.');
    return item;
  };
}
