/** `npm run soak:faults:steps`: one message after the other, killed at every single call, and every fault of every dependency. */
import { parseArgs } from 'node:util';
import { deploy } from '../faults/deployment.ts';
import { createFollower } from '../faults/following.ts';
import { fatesUnder, meetFault, PORT_FAULTS } from '../faults/port-faults.ts';
import { openWitness } from '../faults/witness.ts';

const HELP = `npm run soak:faults:steps [-- options]

  --only kills|faults   one of the two (default both)
  --help                this text

kills   for each call that a form message, one that is escalated, a mail and a WhatsApp message make: the process is killed
        before the call is carried out, and in another run after it; the message must have an end all the same
faults  each dependency fails in each way, for longer than a client tries, in the middle of one message's way

Exits with 1 when a message vanished, was answered twice, or became what it must not become under that fault.
`;
const { values } = parseArgs({
  options: { only: { type: 'string', default: 'both' }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const { only } = values;
if (!['both', 'kills', 'faults'].includes(only)) {
  process.stderr.write(`--only is "${only}"; it may be kills or faults.\n`);
  process.exit(1);
}

let provider: 'twilio' | 'meta' = 'twilio';
const deployment = await deploy({ patienceMs: 1_500, receivedAgoMs: 20_000, whatsapp: () => provider });
const { instances } = deployment;
const wrong: string[] = [];
try {
  const follower = createFollower(deployment, await openWitness(deployment.environment));
  deployment.triggers.work();

  if (only !== 'faults') {
    const ways = [
      { road: 'form' },
      { road: 'form', escalates: true },
      { road: 'bucket' },
      { road: 'twilio' },
    ] as const;
    const rows = [];
    for (const way of ways) {
      const name = `${way.road}${'escalates' in way ? ', escalated' : ''}`;
      const { fates, steps, ...told } = await follower.killAtEveryStep(way, { every: true }, (done) => {
        if (done % 10 === 0) process.stderr.write(`${name}: killed at ${done} calls\n`);
      });
      wrong.push(...told.wrong);
      rows.push({ message: name, 'calls at which it was killed': steps, ...Object.fromEntries(fates) });
    }
    console.log('\nKilled before and after every call');
    console.table(rows);
  }

  if (only !== 'kills') {
    const rows: Record<string, string | number>[] = [];
    for (const [dependency, fault] of PORT_FAULTS) {
      if (dependency === 'meta' && provider !== 'meta') {
        provider = 'meta';
        for (const name of instances.names()) await instances.kill(name);
      }
      const judged = await meetFault(follower, deployment, [dependency, fault]);
      rows.push({ dependency, fault, met: judged.met, 'the message is': judged.fate });
      process.stderr.write(`${dependency} ${fault}: ${judged.fate}\n`);
      if (judged.wrong !== undefined) wrong.push(`${dependency} ${fault}: ${judged.wrong}`);
      else if (judged.met === 0) wrong.push(`${dependency} ${fault}: it was not met`);
      else if (!fatesUnder(dependency, fault).includes(judged.fate))
        wrong.push(`${dependency} ${fault}: the message is ${judged.fate}`);
    }
    console.log('\nEvery fault of every dependency');
    console.table(rows);
  }
} finally {
  await deployment.close();
}
for (const why of wrong) console.log(`wrong: ${why}`);
console.log(`${instances.counts.killed} processes killed: ${wrong.length === 0 ? 'ok' : 'NOT ok'}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
