import { readFileSync } from 'node:fs';
import { compared, type Fired } from '../../monitoring/source/compared/compare.ts';
import { DRAFTS } from '../../monitoring/source/compared/drafts.ts';
import { DOCUMENT } from '../../monitoring/source/compared/run.ts';
import { recordingOf, SCENARIOS } from '../../monitoring/source/compared/scenarios.ts';
import { comparisonTable, score } from '../../monitoring/source/compared/table.ts';
import { withGenerated } from '../../scripts/docs.ts';
import { promtool } from '../servers/monitoring-tools.ts';
import { describeReal } from '../servers/skipping.ts';

test('each of the eight alerts is due in a scenario, and in some nothing is', () => {
  const due = new Set(SCENARIOS.flatMap((scenario) => scenario.due));
  expect(DRAFTS.filter(({ alert }) => !due.has(alert))).toEqual([]);
  expect(SCENARIOS.filter((scenario) => scenario.due.length === 0).length).toBeGreaterThan(3);
});

test('both sets are given the same numbers; only the edges of one histogram differ', () => {
  for (const scenario of SCENARIOS) {
    const [ours, theirs] = (['ours', 'default'] as const).map((layout) =>
      recordingOf(scenario, layout).filter(
        ([name]) => !name.startsWith('fte_agent_thinking_time_seconds_bucket'),
      ),
    );
    expect(ours).toEqual(theirs);
  }
});

describeReal('promtool', () => {
  let fired: { readonly drafts: Fired; readonly ours: Fired };
  beforeAll(async () => {
    fired = await compared(promtool());
  });

  test('ours fire when they should, and never else', () => {
    for (const { alert } of DRAFTS)
      expect([alert, score(alert, fired.ours)]).toEqual([
        alert,
        { due: expect.any(Number), missed: [], false: [] },
      ]);
  });

  test('the document shows what came out (else: npm run monitoring:compare)', () => {
    const text = readFileSync(DOCUMENT, 'utf8');
    expect(text).toBe(withGenerated(text, comparisonTable(fired.drafts, fired.ours)));
  });
});
