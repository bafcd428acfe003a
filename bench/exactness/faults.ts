/** What can go wrong in a storm, each of which can be asked for alone. */
export const FAULTS = {
  acks: 'an acknowledgement is lost after the entry was taken',
  drops: 'a push is lost on its way',
  late: 'a push arrives late, after later ones, or after its lane was given up',
  redirects: 'something between answers with a redirect or an error, and the push is not taken',
  freeze: 'an instance, or the whole process of some, stands still past the lease, and goes on',
  hosts: 'a process of instances is killed, with all that they had not pushed',
  stop: 'a gateway stands still while clients give up, and goes on',
  kill: 'a gateway is killed and comes back empty',
  'cut-fleet': 'an inbox can not be reached by the fleet handler',
  'cut-instances': 'an inbox can not be reached by the instances',
  fleet: 'the fleet handler is killed between any two steps',
  held: 'the fleet handler stands still between two steps while another one takes over, and goes on',
  two: 'two fleet handlers at once',
  deletes: 'the deletions of the fleet handler take long',
  publish: 'the answer to a publication is lost, or the publication arrives late',
  schemas: 'two versions are alive at once: one histogram has other edges',
  restore: 'an inbox comes back with what it had long ago: dead instances, and old entries of living ones',
  ledger: 'the newest files of the ledger are lost while the fleet handler runs',
} as const;
export type Fault = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly Fault[];

/** A lost ledger loses what was counted around the loss, by design; a storm without it demands equality. */
export const WEAKER: readonly Fault[] = ['ledger'];
export const ALL: readonly Fault[] = FAULT_NAMES.filter((name) => !WEAKER.includes(name));

const isFault = (name: string): name is Fault => Object.hasOwn(FAULTS, name);

/** @throws {Error} which names the fault that there is none of */
export function parseFaults(list: string): ReadonlySet<Fault> {
  const names = list.split(',').map((name) => name.trim());
  const chosen = new Set<Fault>();
  for (const name of names) {
    if (name === 'all') for (const fault of ALL) chosen.add(fault);
    else if (isFault(name)) chosen.add(name);
    else if (name !== 'none' && name !== '')
      throw new Error(`there is no fault "${name}"; there are all, none, ${FAULT_NAMES.join(', ')}`);
  }
  return chosen;
}
