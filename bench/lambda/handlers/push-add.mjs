// What most examples do: prom-client's own client, all instances in one group, in line.
import { Counter, Histogram, Pushgateway, Registry } from 'prom-client';

const registers = [new Registry()];
const requests = new Counter({ name: 'requests_total', help: 'h', labelNames: ['kind'], registers });
const hello = new Counter({ name: 'hello_total', help: 'h', labelNames: ['kind'], registers });
const seconds = new Histogram({ name: 'request_seconds', help: 'h', registers });
const gateway = new Pushgateway(process.env.PUSHGATEWAY_URL, { timeout: 5_000 }, registers[0]);

export const handler = async () => {
  const end = seconds.startTimer();
  hello.inc({ kind: 'new' });
  requests.inc({ kind: 'GET' });
  end();
  console.log(JSON.stringify({ level: 'INFO', message: 'request' }));
  await gateway.pushAdd({ jobName: 'hello' });
  return { statusCode: 200, body: '{"ok":true}' };
};
