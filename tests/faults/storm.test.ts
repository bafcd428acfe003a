/** The short form of `npm run soak:faults`. */
import { storm } from './storm.ts';

test('nothing vanishes while every dependency fails in turn and processes die', async () => {
  const report = await storm({ messages: 24, seed: 7, diesOnceIn: 50 });
  expect(report.wrong).toEqual([]);
  expect(report.sentTwice).toBe(0);
  expect(report.counters.filter(({ right }) => !right)).toEqual([]);
  const accounted = report.ledger.flatMap(({ byRoad }) => Object.values(byRoad));
  expect(accounted.reduce((sum, n) => sum + n, 0)).toBe(24);
  // It was a storm, whatever the order in which the calls came: chaos.ts spares no hundred of them.
  expect(report.processes.killed).toBeGreaterThan(0);
  expect([...report.met.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(5);
});
