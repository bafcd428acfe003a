import type { ScannedItem } from './scan.ts';

/** What is looked for after an erasure; nothing else in the tests is spelt like any of it. */
export interface Planted {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  /** A word that stands in everything this person writes, or that is written about them. */
  readonly word: string;
}

export function plantedPerson(n: number): Planted {
  const tag = `q7f${n}z`;
  return {
    name: `Zebulon ${tag}`,
    email: `zeb.${tag}@example.com`,
    phone: `+1650777${String(n).padStart(4, '0')}`,
    word: `xylo${tag}phone`,
  };
}

/** The items that hold any of it, whatever its case, by their keys. */
export function traceOf({ name, email, phone, word }: Planted, items: readonly ScannedItem[]): string[] {
  const wanted = [name, email, phone.slice(1), word].map((text) => text.toLowerCase());
  return items
    .filter((item) => {
      const text = JSON.stringify(item).toLowerCase();
      return wanted.some((one) => text.includes(one));
    })
    .map(({ pk, sk }) => `${pk} ${sk}`);
}
