/** The mutation check itself, and a sample of it; `npm run monitoring:mutate` is all of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ALLOWED, allowanceOf } from '../../monitoring/source/mutation/allowed.ts';
import { expressionMutants } from '../../monitoring/source/mutation/expressions.ts';
import { allMutants } from '../../monitoring/source/mutation/plan.ts';
import { judgeAll, keyOf, sampleOf } from '../../monitoring/source/mutation/run.ts';
import { run } from '../../monitoring/source/promtool.ts';
import { promtool } from '../servers/monitoring-tools.ts';
import { describeReal } from '../servers/skipping.ts';

const mutants = allMutants();

test('an expression is wrong in one place at a time', () => {
  const wrong = (expr: string) => expressionMutants(expr).map((mutant) => mutant.expr);
  expect(wrong('a > 5')).toEqual(['a_of_another > 5', 'a < 5', 'a >= 5', 'a > 4.5', 'a > 5.5']);
  expect(wrong('x{l="v"}')).toEqual(['x_of_another{l="v"}', 'x{l=~".*"}', 'x{l!="v"}']);
  expect(wrong('x{l=~"a|b"}')).toEqual(expect.arrayContaining(['x{l=~"a"}', 'x{l=~"b"}']));
  expect(wrong('x{l!~"a|b"}')).toEqual([
    'x_of_another{l!~"a|b"}',
    'x{l=~".*"}',
    'x{l=~"a|b"}',
    'x{l!~"b"}',
    'x{l!~"a"}',
  ]);
  expect(wrong('sum by (b) (rate(x[5m] offset 1d))')).toEqual(
    expect.arrayContaining([
      'max by (b) (rate(x[5m] offset 1d))',
      'sum by () (rate(x[5m] offset 1d))',
      'sum by (b) (increase(x[5m] offset 1d))',
      'sum by (b) (rate(x[5m]))',
      'sum by (b) (rate(x[150000ms] offset 1d))',
      'sum by (b) (rate(x[5m] offset 172800000ms))',
    ]),
  );
  expect(wrong('a and b')).toEqual(expect.arrayContaining(['a', 'b', 'a or b']));
  expect(wrong('histogram_quantile(0.95, x)')).toEqual(
    expect.arrayContaining(['histogram_quantile(0.9, x)', 'histogram_quantile(0.975, x)']),
  );
  expect(() => wrong('a >')).toThrow('no PromQL');
});

test('every rule and every setting is made wrong', () => {
  expect(mutants.length).toBeGreaterThan(1500);
  const settings = mutants.filter(({ of }) => of === 'config');
  const silent = settings.filter(({ trials, refused }) => trials.length === 0 && refused === undefined);
  // A setting that no rule reads has a reason, or is one too many.
  expect(silent.filter(({ of, what }) => allowanceOf(of, what) === undefined).map(keyOf)).toEqual([]);
});

test('every allowance is for something', () => {
  const unused = ALLOWED.filter(
    ({ of, what }) => !mutants.some((one) => of.test(one.of) && what.test(one.what)),
  );
  expect(unused).toEqual([]);
});

describeReal('promtool', () => {
  test('all that is made wrong is PromQL nevertheless', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fte-mutants-'));
    try {
      const exprs = new Set(
        mutants.flatMap(({ trials }) => trials.flatMap(({ rules }) => rules.at(-1)?.expr ?? [])),
      );
      const rules = [...exprs].map((expr, i) => ({ record: `mutant:${i}`, expr }));
      const file = join(folder, 'mutants.yml');
      writeFileSync(file, stringify({ groups: [{ name: 'mutants', rules }] }, { lineWidth: 0 }));
      expect(await run(promtool(), ['check', 'rules', file])).toMatchObject({ ok: true });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a sample of it is noticed, but for what has a reason', async () => {
    const quick = mutants.filter(({ of }) => !/BudgetBurn|Dropped|Silent|Satisfaction|Spend|config/.test(of));
    const outcomes = await judgeAll(sampleOf(quick, 12, 1));
    const open = outcomes.filter(({ verdict, reason }) => verdict !== 'killed' && reason === undefined);
    expect(open.map(({ mutant }) => keyOf(mutant))).toEqual([]);
    expect(outcomes.filter(({ verdict }) => verdict === 'killed').length).toBeGreaterThan(6);
  });

  test('what no test notices is found', async () => {
    const mutant = mutants.find((one) => keyOf(one).startsWith('DeadLetterQueueNotEmpty (critical): 0 → 1'))!;
    const [{ subject, rules }] = mutant.trials as [(typeof mutant.trials)[number]];
    // Left with the tests in which it is silent, whatever is wrong in this way.
    const tests = subject.tests.filter((file) => !JSON.stringify(file).includes('exp_samples'));
    const [outcome] = await judgeAll([{ ...mutant, trials: [{ subject: { ...subject, tests }, rules }] }]);
    expect([tests.length > 0, outcome?.verdict]).toEqual([true, 'survived']);
  });
});
