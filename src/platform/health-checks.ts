import type { HealthChecks } from '../fte/operations/health.ts';
import type { Service } from './service.ts';
import { askGateway } from './telemetry.ts';

/** How each dependency is asked whether it is there. */
export function healthChecks(service: Service, gateways: readonly string[]): HealthChecks {
  return {
    database: () => service.table.get({ pk: 'HEALTH', sk: 'HEALTH' }),
    queue: () => service.queue.size('incoming'),
    gateway: async () => {
      const answers = await Promise.all(
        gateways.map((url) => askGateway({ method: 'GET', url: `${url}/-/ready`, deadlineMs: 1_500 })),
      );
      if (answers.length === 0 || answers.some((answer) => answer.outcome !== 'success')) {
        throw new Error('a gateway is not ready');
      }
    },
    // The playbook runs inside the process: it is there when the process is.
    model: async () => undefined,
  };
}
