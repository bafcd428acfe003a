import { config } from '../config.ts';
import type { Rule } from '../model.ts';
import { allRuleSets } from './subjects.ts';

type Leaf = number | string;
type Branch = { [key: string]: Branch | Leaf };

function* leaves(
  branch: Branch,
  path: readonly string[] = [],
): Generator<readonly [Branch, string, Leaf, string]> {
  for (const [key, value] of Object.entries(branch)) {
    if (typeof value === 'object') yield* leaves(value, [...path, key]);
    else yield [branch, key, value, [...path, key].join('.')];
  }
}

/** Settings that are windows; a tenth of one changes nothing that a series of one sample a minute could show. */
const IS_WINDOW = /(window|before|long|short|interval)$/i;
const MINUTE = 60;

function off(key: string, value: Leaf): readonly Leaf[] {
  if (typeof value === 'string') return [`${value}-else`];
  if (key === 'for') return [value - MINUTE, value + MINUTE];
  const factors = IS_WINDOW.test(key) ? [0.5, 2] : [0.9, 1.1];
  return factors.map((factor) => Number((value * factor).toPrecision(12)));
}

/** A setting that is off, and the rules that the sources make of it, in the order of `allSubjects`. */
export interface SettingMutant {
  readonly setting: string;
  readonly what: string;
  /** `refused`: there are none, since the sources themselves notice. */
  readonly ruleSets: readonly (readonly Rule[])[] | 'refused';
}

function ruleSets(): SettingMutant['ruleSets'] {
  try {
    return allRuleSets();
  } catch {
    return 'refused';
  }
}

/** Every setting of the configuration a little off, one at a time. The configuration is as before in the end. */
export function settingMutants(): readonly SettingMutant[] {
  const found: SettingMutant[] = [];
  for (const [branch, key, value, setting] of leaves(config as unknown as Branch)) {
    for (const other of off(key, value)) {
      branch[key] = other;
      try {
        found.push({ setting, what: `${setting} ${value} → ${other}`, ruleSets: ruleSets() });
      } finally {
        branch[key] = value;
      }
    }
  }
  return found;
}
