// What a push costs while the gateway holds one instance's entry, and while it holds a thousand.
// `npm run bench:push [-- --json FILE]`
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startPushgateway } from '../tests/servers/pushgateway.ts';
import { SERIES } from './entry.ts';
import { createPush, newIds, pushAll } from './instances.ts';
import { machine, type Spread, spread } from './measure.ts';

const GROUPS = [1, 1000];
const ROUNDS = 21;
const PUSHES = 50;

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const push = await createPush();
const gateways = await Promise.all(
  GROUPS.map(async (groups) => ({ groups, server: await startPushgateway({ consistencyCheck: false }) })),
);
try {
  const subjects = [];
  for (const { groups, server } of gateways) {
    const ids = newIds(groups);
    await pushAll(push, server.url, ids, 1);
    subjects.push({ groups, url: server.url, id: ids[0] ?? '', medians: [] as number[] });
  }
  let sequence = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    // In turns, each round in the other order, so that what the machine does else hits them alike.
    for (const { url, id, medians } of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const times: number[] = [];
      for (let left = PUSHES; left > 0; left -= 1) {
        sequence += 1;
        const started = performance.now();
        await push(url, id, sequence);
        times.push(performance.now() - started);
      }
      medians.push(spread(times).median);
    }
  }
  const results = subjects.map(({ groups, medians }) => ({ groups, p50Ms: spread(medians) }));
  const cell = ({ median, p10, p90 }: Spread) => `${median.toFixed(2)} (${p10.toFixed(2)}–${p90.toFixed(2)})`;
  console.table(
    Object.fromEntries(
      results.map(({ groups, p50Ms }) => [
        `${groups} group${groups === 1 ? '' : 's'}`,
        { 'p50 of a push in ms, median (p10–p90) of the rounds': cell(p50Ms) },
      ]),
    ),
  );
  console.log(
    `${SERIES} series a group; ${ROUNDS} rounds of ${PUSHES} pushes over one kept connection, encoding included; ` +
      `no consistency check; Node ${machine.node}, ${machine.cpus} CPUs (${machine.cpu})`,
  );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ machine, rounds: ROUNDS, pushes: PUSHES, results }, null, 2)}\n`,
    );
} finally {
  await Promise.all(gateways.map(({ server }) => server.close()));
}
process.exit();
