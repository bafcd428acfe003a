import { parseArgs } from 'node:util';
import { FAULTS, type Fault, parseFaults } from './faults.ts';

export interface Options {
  readonly instances: number;
  readonly seconds: number;
  readonly seed: number;
  readonly inboxes: 1 | 2;
  readonly hosts: number;
  readonly faults: ReadonlySet<Fault>;
  readonly json: string | undefined;
  readonly mutant: string | undefined;
  readonly mutants: boolean;
}

const LONG_SECONDS = 1800;
const INSTANCES_A_SECOND = 200 / 60;

export const HELP = `npm run bench:exactness [-- options]

Instances are born, count, push, stand still and die while everything goes wrong that may; Prometheus scrapes
what the fleet handler publishes, and each scrape is held against the truth.

  --instances N    how many are born (default 200, with --long as many a second)
  --seconds N      for how long (default 60)
  --long           ${LONG_SECONDS} s
  --seed N         the same seed makes the same plan (default 1)
  --inboxes 1|2    gateways that instances push to (default 2). With one, what it held of instances that never
                   push again is lost when it is killed: that much is allowed. With two nothing may be lost; one of
                   them is impaired at a time, and before one is killed all pushes get through to both for two folds.
  --hosts N        processes that instances live in (default 4)
  --faults LIST    all (default), none, or some of the following, divided by commas
${Object.entries(FAULTS)
  .map(([name, what]) => `                     ${name.padEnd(14)} ${what}`)
  .join('\n')}
                   all is all but "ledger": what is counted around the loss of a ledger is lost, by design.
  --json FILE      the report as JSON, too
  --mutant RULE    against a copy of the code in which this one rule is switched off
  --mutants        each rule's mutant in turn, with the faults that expose it
  --help           this text

Exits with 1 when a bound was broken at any scrape, or the end is not exact.
`;

function number(name: string, text: string | undefined, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`--${name} is "${text}"; it may be a whole number from ${least} on`);
  return value;
}

/** @throws {Error} which says what is wrong with an option */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      instances: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      inboxes: { type: 'string', default: '2' },
      hosts: { type: 'string', default: '4' },
      faults: { type: 'string', default: 'all' },
      json: { type: 'string' },
      mutant: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const seconds = number('seconds', values.seconds ?? String(values.long ? LONG_SECONDS : 60), 5);
  const inboxes = number('inboxes', values.inboxes, 1);
  if (inboxes !== 1 && inboxes !== 2) throw new Error(`--inboxes is "${values.inboxes}"; it may be 1 or 2`);
  const instances = values.long ? Math.round(seconds * INSTANCES_A_SECOND) : 200;
  return {
    seconds,
    inboxes,
    instances: number('instances', values.instances ?? String(instances), 1),
    seed: number('seed', values.seed, 0),
    hosts: number('hosts', values.hosts, 1),
    faults: parseFaults(values.faults),
    json: values.json,
    mutant: values.mutant,
    mutants: values.mutants,
  };
}
