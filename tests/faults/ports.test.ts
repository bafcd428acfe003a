/** Each dependency fails in the middle of a message's way; the message has an end all the same. */
import { DEPENDENCIES, FAULTS } from './dependencies.ts';
import { type Deployment, deploy } from './deployment.ts';
import { createFollower, type Follower } from './following.ts';
import { fatesUnder, meetFault, PORT_FAULTS } from './port-faults.ts';
import { openWitness } from './witness.ts';

let deployment: Deployment;
let follower: Follower;
let provider: 'twilio' | 'meta' = 'twilio';
beforeAll(async () => {
  deployment = await deploy({ patienceMs: 4_000, receivedAgoMs: 20_000, whatsapp: () => provider });
  follower = createFollower(deployment, await openWitness(deployment.environment));
  deployment.triggers.work();
});
afterAll(() => deployment.close());

/** Each dependency and each fault; `npm run soak:faults:steps` has every fault of every dependency. */
const some = PORT_FAULTS.filter(
  ([dependency, fault]) => FAULTS.indexOf(fault) === (DEPENDENCIES.indexOf(dependency) * 5) % FAULTS.length,
);

test.each(some)('%s: %s', async (dependency, fault) => {
  if (dependency === 'meta' && provider !== 'meta') {
    provider = 'meta';
    for (const name of deployment.instances.names()) await deployment.instances.kill(name);
  }
  const { fate, wrong, met } = await meetFault(follower, deployment, [dependency, fault]);
  expect({ wrong, met: met > 0 }).toEqual({ wrong: undefined, met: true });
  expect(fatesUnder(dependency, fault)).toContain(fate);
});
