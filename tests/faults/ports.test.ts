/** Each dependency fails in each way, in the middle of a message's way; the message has an end all the same. */
import { DEPENDENCIES, type Dependency, FAULTS, type Fault } from './dependencies.ts';
import { type Deployment, deploy } from './deployment.ts';
import type { Fate } from './fate.ts';
import { createFollower, type Follower } from './following.ts';
import type { Road } from './letters.ts';
import { openWitness } from './witness.ts';

let deployment: Deployment;
let follower: Follower;
beforeAll(async () => {
  deployment = await deploy({ patienceMs: 500 });
  follower = createFollower(deployment, await openWitness(deployment.environment));
  deployment.triggers.work();
});
afterAll(() => deployment.close());

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

const ANSWERED: readonly Fate[] = ['answered'];
const ESCALATED: Fate = 'escalated, a person told, the customer told so';
const IN_DOUBT: Fate = 'in doubt, a person told';

/** What may become of it; which of them is a matter of the call that the fault meets. */
function allowed(dependency: Dependency, fault: Fault): readonly Fate[] {
  const mayBeSent = fault === 'slow' || fault === 'answer lost' || fault === 'wrong' || fault === 'reset';
  switch (dependency) {
    case 'ses':
    case 'twilio':
    case 'meta':
      // Throttled is the one answer that says that nothing was sent.
      return fault === 'throttled' ? ANSWERED : [IN_DOUBT];
    case 'model':
      return [...ANSWERED, ESCALATED];
    case 'team':
      return [ESCALATED];
    case 'dynamodb':
      return mayBeSent ? [...ANSWERED, IN_DOUBT] : ANSWERED;
    default:
      return ANSWERED;
  }
}

describe.each(DEPENDENCIES)('%s', (dependency) => {
  test.each(FAULTS)(
    '%s',
    async (fault) => {
      let left = CALLS;
      const met = () => deployment.network.met().get(`${dependency}: ${fault}`) ?? 0;
      const before = met();
      const { road, escalates } = WAYS[dependency];
      const { fate, wrong } = await follower.follow(follower.next(road, escalates), (call) => {
        // The two providers of WhatsApp take turns, instance by instance.
        const whatsapp = dependency === 'twilio' || dependency === 'meta';
        const isMet = whatsapp
          ? ['twilio', 'meta'].includes(call.dependency)
          : call.dependency === dependency;
        if (!isMet || left === 0) return 'pass';
        left -= 1;
        return { fault };
      });
      expect({ wrong }).toEqual({ wrong: undefined });
      expect(allowed(dependency, fault)).toContain(fate);
      expect(met()).toBeGreaterThan(before);
    },
    60_000,
  );
});
