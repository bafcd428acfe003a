export interface Allowance {
  readonly of: RegExp;
  readonly what: RegExp;
  readonly reason: string;
}

/** Mutants that no unit test can, or need, notice, each with its reason. An entry that excuses nothing may not stand here. */
export const ALLOWED: readonly Allowance[] = [
  {
    of: /^slo:fte_(bad_share|error_budget_left):/,
    what: /^slo="\w+" → slo=~"\.\*"$/,
    reason: 'the other side of the division selects the objective',
  },
  {
    of: /^slo:fte_(bad_share|error_budget_left):/,
    what: /^label slo left out$/,
    reason: 'the selected series carry the label already',
  },
  {
    of: /^(SlowResponseTime|AgentSlowThinking) /,
    what: /^rate → increase$/,
    reason: 'a quantile is the same whatever the unit of its buckets',
  },
  {
    of: /^(PushesStopped|EntriesRefused|EntriesQuarantined|TotalsWouldFall|LabelOverflow) /,
    what: /^(sum → max|increase → rate)$/,
    reason: 'compared with none: none of many, or of one, in all or a second, is none',
  },
  { of: /^Watchdog /, what: /^1 → /, reason: 'it fires whatever the number is' },
  {
    of: /^HumanPickupSlow /,
    what: /^> → >=$/,
    reason: '1 - x is never exactly the binary fraction for 0.1',
  },
  {
    of: /BudgetBurn /,
    what: /^slo="\w+" → slo=~"\.\*"$/,
    reason: '`and` keeps only what the other conditions select, too',
  },
  {
    of: /^config$/,
    what: /^links\./,
    reason: 'a link, which tests/monitoring/runbooks.test.ts follows',
  },
  {
    of: /^config$/,
    what: /^(instanceJob|scrapeInterval|evaluationInterval) /,
    reason: "Prometheus' configuration, which tests/monitoring/rules.test.ts compares with what is committed",
  },
  {
    of: /^config$/,
    what: /^panels\./,
    reason: 'a line on a panel; no rule reads it',
  },
];

/** The entry that lets a mutant live. */
export const allowanceOf = (name: string, change: string): Allowance | undefined =>
  ALLOWED.find(({ of, what }) => of.test(name) && what.test(change));
