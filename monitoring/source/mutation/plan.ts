import { isDeepStrictEqual } from 'node:util';
import type { Rule } from '../model.ts';
import { settingMutants } from './settings.ts';
import { allRuleSets, allSubjects, ruleMutants, type Subject } from './subjects.ts';

/** One thing that is wrong, and the tests that should notice: those of every rule that it changes. */
export interface Mutant {
  /** The rule's name, or `config`. */
  readonly of: string;
  readonly what: string;
  /** The sources threw: no rules came out of it at all. */
  readonly refused?: true;
  readonly trials: readonly { readonly subject: Subject; readonly rules: readonly Rule[] }[];
}

/** All mutants: each rule's own, then those of the configuration. */
export function allMutants(subjects: readonly Subject[] = allSubjects()): readonly Mutant[] {
  const originals = allRuleSets();
  const ofRules = subjects.flatMap((subject) =>
    ruleMutants(subject.rule).map(({ what, rule }) => ({
      of: subject.name,
      what,
      trials: [{ subject, rules: subject.rulesWith(rule) }],
    })),
  );
  const ofSettings = settingMutants().map(({ what, ruleSets }): Mutant => {
    if (ruleSets === 'refused') return { of: 'config', what, refused: true, trials: [] };
    const trials = subjects.flatMap((subject, i) => {
      const rules = ruleSets[i] ?? [];
      return isDeepStrictEqual(rules, originals[i]) ? [] : [{ subject, rules }];
    });
    return { of: 'config', what, trials };
  });
  return [...ofRules, ...ofSettings];
}
