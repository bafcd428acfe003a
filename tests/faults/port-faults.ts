import { DEPENDENCIES, type Dependency, FAULTS, type Fault } from './dependencies.ts';
import type { Deployment } from './deployment.ts';
import type { Fate } from './fate.ts';
import type { Follower } from './following.ts';
import type { Road } from './letters.ts';

/** More than a client of AWS tries: the invocation fails, and what comes after it succeeds. */
const CALLS = 4;

/** A message that meets the dependency. */
const WAYS: Readonly<Record<Dependency, { readonly road: Road; readonly escalates?: boolean }>> = {
  dynamodb: { road: 'form' },
  sqs: { road: 'form' },
  s3: { road: 'bucket' },
  ses: { road: 'email' },
  twilio: { road: 'twilio' },
  meta: { road: 'meta' },
  model: { road: 'form' },
  team: { road: 'form', escalates: true },
  gateway: { road: 'form' },
};

const ANSWERED: Fate = 'answered';
const ESCALATED: Fate = 'escalated, a person told, the customer told so';
const IN_DOUBT: Fate = 'in doubt, a person told';

/** What may become of a message that meets this fault; which of it is a matter of the call that meets it. */
export function fatesUnder(dependency: Dependency, fault: Fault): readonly Fate[] {
  switch (dependency) {
    case 'ses':
    case 'twilio':
    case 'meta':
      // The one answer that says that nothing was sent. After any other nobody knows.
      return fault === 'throttled' ? [ANSWERED] : [IN_DOUBT];
    case 'model':
      return [ANSWERED, ESCALATED];
    case 'team':
      return [ESCALATED];
    case 'dynamodb':
      return [ANSWERED, IN_DOUBT];
    case 's3':
      // The client does not ask again for what it was given: each of Lambda's three tries meets it.
      return fault === 'wrong' ? ['in a dead-letter queue'] : [ANSWERED];
    default:
      return [ANSWERED];
  }
}

/** Every fault of every dependency; who says 200 to the news has it, whatever else it says. */
export const PORT_FAULTS: readonly (readonly [Dependency, Fault])[] = DEPENDENCIES.flatMap((dependency) =>
  FAULTS.filter((fault) => !(dependency === 'team' && fault === 'wrong')).map(
    (fault) => [dependency, fault] as const,
  ),
);

/** One message, in the middle of whose way a dependency fails for as long as an invocation tries. */
export async function meetFault(
  { follow, next }: Follower,
  { network }: Pick<Deployment, 'network'>,
  [dependency, fault]: readonly [Dependency, Fault],
) {
  const times = () => network.met().get(`${dependency}: ${fault}`) ?? 0;
  const before = times();
  let left = CALLS;
  const { road, escalates } = WAYS[dependency];
  const judged = await follow(next(road, escalates), (call) => {
    if (call.dependency !== dependency || left === 0) return 'pass';
    left -= 1;
    return { fault };
  });
  return { ...judged, met: times() - before };
}
