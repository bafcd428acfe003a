// A process that runs many instances. Started by the storm with its configuration as the one argument.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as GatewayModule from '../../src/observability/push/gateway.ts';
import type { Weather } from './faulty-ask.ts';
import { type CodeUnderTest, createInstance, type Instance } from './instance.ts';
import type { FromHost, HostConfig, ToHost } from './protocol.ts';
import { openTruthLog } from './truth-log.ts';

const config = JSON.parse(process.argv[2] ?? '') as HostConfig;
const { tempo, startedAt } = config;
const load = (file: string) => import(pathToFileURL(join(config.source, file)).href);
const { createGatewayClient } = (await load('push/gateway.ts')) as typeof GatewayModule;
const code: CodeUnderTest = {
  createMetrics: (await load('metrics.ts')).createMetrics,
  createPusher: (await load('push/pusher.ts')).createPusher,
  ask: createGatewayClient(),
};

const astray = createServer((request, answer) => {
  request.resume();
  request.on('end', () => {
    answer.writeHead(Math.random() < 0.5 ? 301 : 503, { location: '/elsewhere' });
    answer.end();
  });
});
await new Promise<void>((resolve) => astray.listen(0, '127.0.0.1', resolve));

const weather: Weather = {
  calm: false,
  cut: new Set(),
  astray: `http://127.0.0.1:${(astray.address() as AddressInfo).port}`,
  late: new Set(),
  underWay: new Set(),
};
const { write } = openTruthLog(config.log);
const context = {
  code,
  gateways: config.gateways,
  plain: config.plain,
  tempo,
  faults: new Set(config.faults),
  weather,
  write,
};
const instances: Instance[] = [];
let finishing = false;

function run(instance: Instance): void {
  const { plan } = instance;
  instances.push(instance);
  let ticks = 0;
  const timer = setInterval(() => {
    const now = Date.now() - startedAt;
    if (finishing || (plan.diesAt !== undefined && now >= plan.diesAt)) {
      clearInterval(timer);
      if (!finishing) void instance.die();
    } else if (!plan.freezes.some(({ at, forMs }) => now >= at && now < at + forMs)) instance.live(ticks++);
  }, plan.tickMs);
}

for (const plan of config.instances)
  setTimeout(
    () => {
      if (!finishing) run(createInstance(plan, context));
    },
    Math.max(0, startedAt + plan.bornAt - Date.now()),
  );

const arrived = () => Promise.all([...weather.late].map((arrive) => arrive()));

async function obey(order: ToHost): Promise<void> {
  if (order.do === 'cut') weather.cut = new Set(order.urls);
  if (order.do === 'calm') {
    weather.calm = true;
    await Promise.allSettled([...weather.underWay]);
  }
  if (order.do === 'storm') {
    weather.calm = false;
    await arrived();
  }
  if (order.do === 'finish') {
    finishing = true;
    weather.calm = true;
    await Promise.allSettled([...weather.underWay]);
    await arrived();
    await Promise.all(instances.map((instance) => instance.finish()));
  }
  process.send?.({ done: order.do } satisfies FromHost);
}
process.on('message', (order: ToHost) => void obey(order));
// Without the storm there is nobody to blow for.
process.on('disconnect', () => process.exit(0));
