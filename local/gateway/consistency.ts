import { type Labels, seriesKey } from '../../src/observability/families.ts';
import type { PushedFamily } from './pushed.ts';

/** A family with the keys of its series, worked out once: every push compares them with all that is held. */
export interface KeyedFamily {
  readonly family: PushedFamily;
  /** One for each series, in their order. */
  readonly keys: readonly string[];
}

export function withKeys(family: PushedFamily): KeyedFamily {
  return { family, keys: family.series.map((one) => seriesKey(one.labels)) };
}

const PARTS = ['count', 'sum', 'bucket'] as const;
const PART = /_(count|sum|bucket)$/;

/** Whether `part` reads like a line of a histogram or a summary of type `whole`. */
function collides(part: string, whole: PushedFamily['type']): boolean {
  const suffix = PART.exec(part)?.[1];
  if (suffix === undefined) return false;
  return whole === 'histogram' || (whole === 'summary' && suffix !== 'bucket');
}

/**
 * All families of a page to be scraped. Says of each that is added what a scrape would stumble over: two types under
 * one name, a series twice, a reserved label, a name that reads like a line of a histogram. Two help texts for one
 * name are no fault.
 */
export class Page {
  readonly #names = new Map<string, { readonly type: PushedFamily['type']; readonly keys: Set<string> }>();

  /** Adds a family and returns what is wrong with it; no fault is ever mended by a later family. */
  add({ family, keys }: KeyedFamily): readonly string[] {
    const { name, type } = family;
    const before = this.#names.get(name);
    const named = before ?? { type, keys: new Set() };
    if (before === undefined) this.#names.set(name, named);
    else if (before.type !== type)
      return [`collected metric ${JSON.stringify(name)} is not a ${before.type.toUpperCase()}`];
    return [
      ...(before === undefined ? this.#collisions(family) : []),
      ...family.series.flatMap(({ labels }, index) => {
        const fault = labelFault(labels, type) ?? repeated(keys[index] ?? '', named.keys);
        return fault === undefined
          ? []
          : [`collected metric ${JSON.stringify(name)} ${JSON.stringify(labels)} ${fault}`];
      }),
    ];
  }

  #collisions({ name, type }: PushedFamily): string[] {
    const whole = name.replace(PART, '');
    const owner = this.#names.get(whole)?.type;
    const asPart =
      owner !== undefined && collides(name, owner)
        ? [`collected metric named "${name}" collides with previously collected ${owner} named "${whole}"`]
        : [];
    const asWhole = PARTS.map((suffix) => `${name}_${suffix}`)
      .filter((part) => this.#names.has(part) && collides(part, type))
      .map((part) => `collected ${type} named "${name}" collides with previously collected metric "${part}"`);
    return [...asPart, ...asWhole];
  }
}

function labelFault(labels: Labels, type: PushedFamily['type']): string | undefined {
  const reserved = Object.keys(labels).find((label) => label.startsWith('__'));
  if (reserved !== undefined) return `has a label with an invalid name: ${reserved}`;
  return type === 'summary' && Object.hasOwn(labels, 'quantile')
    ? 'must not have an explicit "quantile" label'
    : undefined;
}

function repeated(key: string, seen: Set<string>): string | undefined {
  if (seen.has(key)) return 'was collected before with the same name and label values';
  seen.add(key);
  return undefined;
}

/** Several faults as one text. */
export function faultText(faults: readonly string[]): string {
  const [only = ''] = faults;
  return faults.length === 1 ? only : `${faults.length} error(s) occurred:\n* ${faults.join('\n* ')}`;
}
