// The layouts that most examples use, fed with the same events and spared all faults but the deaths of instances.
import { Agent, request } from 'node:http';

/** As they are told apart in Prometheus: by job. */
export const LAYOUTS = {
  shared: 'all instances push to one group',
  apart: 'a group per instance',
  cleaned: 'a group per instance, deleted once it is idle',
} as const;
export type Layout = keyof typeof LAYOUTS;
export const LAYOUT_METRIC = 'layout_events_total';

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

function send(method: 'PUT' | 'DELETE', url: string, body?: string): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(url, { method, agent, timeout: 3_000 }, (answer) => {
      answer.resume();
      answer.on('end', resolve);
      answer.on('error', () => resolve());
    });
    sent.on('error', () => resolve());
    sent.on('timeout', () => sent.destroy());
    sent.end(body);
  });
}

/** Pushes one instance's counts in each of the layouts. */
export function createPlainLayouts(gateway: string, key: string) {
  const groups: Readonly<Record<Layout, string>> = {
    shared: `${gateway}/metrics/job/shared`,
    apart: `${gateway}/metrics/job/apart/instance/${key}`,
    cleaned: `${gateway}/metrics/job/cleaned/instance/${key}`,
  };
  let busy: Promise<unknown> | undefined;
  return {
    /** @param counts by the series' labels */
    push(counts: ReadonlyMap<string, number>): void {
      if (busy !== undefined || counts.size === 0) return;
      const lines = [...counts].map(([labels, value]) => `${LAYOUT_METRIC}${labels} ${value}\n`);
      const body = `# TYPE ${LAYOUT_METRIC} counter\n${lines.join('')}`;
      busy = Promise.all(Object.values(groups).map((url) => send('PUT', url, body))).finally(() => {
        busy = undefined;
      });
    },
    async clean(): Promise<void> {
      await busy;
      await send('DELETE', groups.cleaned);
    },
  };
}
