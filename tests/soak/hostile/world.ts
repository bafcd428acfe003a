import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Family } from '../../../src/observability/families.ts';
import type { InstrumentedHandler } from '../../../src/observability/handler-options.ts';
import { lambdaContext } from '../../running/lambda-context.ts';
import { ROOT, readServerlessYml } from '../../running/serverless-yml.ts';

export interface World {
  /** Hands an event to the function behind its route key, as API Gateway does. */
  call(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2>;
  snapshot(): Promise<readonly Family[]>;
  close(): Promise<void>;
}

/** All HTTP functions in this process; what stands in for AWS runs in another one. One a process. */
export async function openWorld(): Promise<World> {
  const child = fork(join(import.meta.dirname, 'stand-ins-process.ts'), {
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const environment = await new Promise<Record<string, string>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Record<string, string>));
    child.once('exit', (code) => reject(new Error(`the stand-ins ended with exit code ${code}`)));
  });
  // Pushes are not what is tried here, and would be most of the work.
  Object.assign(process.env, environment, { LOG_LEVEL: 'SILENT', FTE_PUSH_POLICY: '60s' });
  const handlers = new Map<string, InstrumentedHandler>();
  for (const { handler: path, events = [] } of Object.values(readServerlessYml().functions)) {
    const routes = events.flatMap(({ httpApi }) => httpApi ?? []);
    if (routes.length === 0) continue;
    const file = join(ROOT, path.replace(/\.handler$/, '.ts'));
    const { handler } = (await import(file)) as { handler: InstrumentedHandler };
    for (const route of routes) handlers.set(route === '*' ? '$default' : route, handler);
  }
  const { metrics } = await import('../../../src/platform/telemetry.ts');
  return {
    async call(event) {
      const handler = handlers.get(event.routeKey);
      if (handler === undefined) throw new Error(`no function has the route ${event.routeKey}`);
      return (await handler(event, lambdaContext())) as APIGatewayProxyStructuredResultV2;
    },
    snapshot: () => metrics.snapshot(),
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}
