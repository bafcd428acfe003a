import { CUSTOM_METRICS, monthlyCosts, PRICES, USAGE } from '../../deploy/costs.ts';
import { costTable } from '../../scripts/costs.ts';
import { catalogue } from '../../src/fte/catalogue.ts';
import { withZeroes } from '../../src/observability/fleet/totals.ts';

const usdOf = (usage: Partial<typeof USAGE>, item: string) =>
  monthlyCosts({ ...USAGE, ...usage }).find((cost) => cost.item === item)?.usd;

test('time is billed by the memory, for the push as for the work', () => {
  // A million times 100 ms of half a GB are 50 000 GB-seconds.
  const usage = { invocations: 1e6, durationMs: 100, memoryMb: 512, pushMs: 100, pushShare: 0.5 };
  expect(usdOf(usage, 'Lambda time')).toBeCloseTo(50_000 * PRICES.lambdaGbSecondArm, 9);
  expect(usdOf(usage, 'Lambda time for pushes')).toBeCloseTo(25_000 * PRICES.lambdaGbSecondArm, 9);
});

test('what exactness costs does not grow with the load, everything else does by the load', () => {
  for (const { item, usd } of monthlyCosts({ ...USAGE, invocations: 1e6 })) {
    const tenfold = usdOf({ invocations: 1e7 }, item);
    const fixed = ['fleet and upkeep', 'Ledger', 'Ages of the queues', 'Monitoring machine'].includes(item);
    expect(tenfold).toBeCloseTo(fixed ? usd : 10 * usd, 6);
  }
});

test('the totals of the table are the sums of its columns', () => {
  const sum = monthlyCosts({ ...USAGE, invocations: 1e8 }).reduce((all, { usd }) => all + usd, 0);
  expect(costTable([100])).toContain(`| **in all** | **${Math.round(sum)}** |`);
});

test('the metrics that are compared with those of CloudWatch are those that the catalogue has', () => {
  expect(withZeroes(catalogue, []).reduce((sum, { series }) => sum + series.length, 0)).toBe(CUSTOM_METRICS);
});
