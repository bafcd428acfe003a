/** A dependency that does not come back: each message ends where somebody knows of it. */
import type { Dependency, Fault } from './dependencies.ts';
import { type Deployment, deploy } from './deployment.ts';
import type { Fate } from './fate.ts';
import { createFollower, type Follower } from './following.ts';
import type { Road } from './letters.ts';
import { openWitness } from './witness.ts';

let deployment: Deployment;
let follower: Follower;
beforeAll(async () => {
  deployment = await deploy({ patienceMs: 10_000, receivedAgoMs: 20_000, whatsapp: () => 'twilio' });
  follower = createFollower(deployment, await openWitness(deployment.environment));
  deployment.triggers.work();
});
afterAll(() => deployment.close());

interface Case {
  readonly dependency: Dependency;
  readonly fault: Fault;
  /** Only calls of this function meet it. */
  readonly of?: string;
  readonly road: Road;
  readonly escalates?: boolean;
  readonly fate: Fate;
}

test.each<Case>([
  { dependency: 'dynamodb', fault: 'failing', road: 'form', fate: 'refused, its sender knows' },
  { dependency: 'dynamodb', fault: 'wrong', of: 'agent', road: 'form', fate: 'in a dead-letter queue' },
  { dependency: 'dynamodb', fault: 'wrong', of: 'deliver', road: 'form', fate: 'in a dead-letter queue' },
  { dependency: 'sqs', fault: 'wrong', of: 'agent', road: 'form', fate: 'in a dead-letter queue' },
  { dependency: 's3', fault: 'failing', road: 'bucket', fate: 'in a dead-letter queue' },
  { dependency: 's3', fault: 'wrong', road: 'bucket', fate: 'in a dead-letter queue' },
  { dependency: 'ses', fault: 'throttled', road: 'email', fate: 'not deliverable, a person told' },
  { dependency: 'twilio', fault: 'throttled', road: 'twilio', fate: 'not deliverable, a person told' },
  {
    dependency: 'model',
    fault: 'failing',
    road: 'form',
    fate: 'escalated, a person told, the customer told so',
  },
  {
    dependency: 'team',
    fault: 'failing',
    road: 'form',
    escalates: true,
    fate: 'escalated, a person told, the customer told so',
  },
  { dependency: 'gateway', fault: 'failing', road: 'form', fate: 'answered' },
])('$dependency $fault', async ({ dependency, fault, of = '', road, escalates, fate }) => {
  const letter = follower.next(road, escalates);
  const judged = await follower.follow(letter, (call) =>
    call.dependency === dependency && call.instance.startsWith(of) ? { fault } : 'pass',
  );
  expect(judged).toEqual({ fate });
});
