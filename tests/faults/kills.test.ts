/** The process is killed along a message's way; what comes again finds what was left. `npm run soak:faults` does it at every step. */
import { type Deployment, deploy } from './deployment.ts';
import { createFollower, type Follower } from './following.ts';
import { openWitness } from './witness.ts';

let deployment: Deployment;
let follower: Follower;
beforeAll(async () => {
  // Nobody is slow here; a machine that is must not look as if somebody were.
  deployment = await deploy({ patienceMs: 10_000, receivedAgoMs: 20_000 });
  follower = createFollower(deployment, await openWitness(deployment.environment));
  deployment.triggers.work();
});
afterAll(() => deployment.close());

test('killed after a change that a form message makes, it is answered or in doubt', async () => {
  const { fates, wrong, steps } = await follower.killAtEveryStep({ road: 'form' }, { stride: 5 });
  expect(wrong).toEqual([]);
  expect(steps).toBeGreaterThan(10);
  expect(['answered', 'in doubt, a person told']).toEqual(expect.arrayContaining([...fates.keys()]));
});

test('killed once its handler has ended and nobody has heard of it, the message is answered once', async () => {
  const died = new Set<string>();
  const letter = follower.next('twilio');
  const { fate, wrong } = await follower.follow(
    letter,
    () => 'pass',
    (functionKey) => !died.has(functionKey) && died.add(functionKey).has(functionKey),
  );
  expect({ fate, wrong }).toEqual({ fate: 'answered', wrong: undefined });
  expect([...died].sort()).toEqual(['agent', 'deliver', 'twilio']);
});
