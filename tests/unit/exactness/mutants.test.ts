/** The table of mutants keeps up with the code: each replacement applies, and exactly once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULT_NAMES } from '../../../bench/exactness/faults.ts';
import { MUTANTS } from '../../../bench/exactness/mutants.ts';
import { applyTo } from '../../../bench/exactness/mutate.ts';
import { SOURCE } from '../../../bench/exactness/storm.ts';

test.each(MUTANTS.map((mutant) => [mutant.rule, mutant] as const))(
  '%s',
  (rule, { change, faults, ...mutant }) => {
    const files = new Map<string, string>();
    for (const { file, find, replace } of change) {
      const before = files.get(file) ?? readFileSync(join(SOURCE, file), 'utf8');
      const after = applyTo(before, find, replace, `${rule}, ${file}`);
      expect(after).not.toBe(before);
      files.set(file, after);
    }
    expect(faults.filter((fault) => !FAULT_NAMES.includes(fault))).toEqual([]);
    // Red with a symptom, or green with a reason.
    expect([mutant.symptom, mutant.because].filter((text) => text !== undefined)).toHaveLength(1);
  },
);

test('a replacement that does not apply once is refused', () => {
  expect(() => applyTo('a b a', 'a', 'c', 'here')).toThrow('here: found 2 times, not once: a');
  expect(() => applyTo('b', 'a', 'c', 'here')).toThrow('here: found 0 times, not once: a');
});
