import { startListener } from './listener.ts';
import { until } from './until.ts';

type Labels = Readonly<Record<string, string>>;

/** One alert as Alertmanager's webhook has it. */
export interface News {
  readonly status: 'firing' | 'resolved';
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Unix time in milliseconds at which it was posted. */
  readonly at: number;
}

interface Posted {
  readonly alerts: readonly Omit<News, 'at'>[];
}

/** What a team hears: a receiver of Alertmanager's webhook. */
export async function startAlertNews() {
  const listener = await startListener();
  const all: News[] = [];
  let read = 0;
  /** All news so far, oldest first; the time is that of the look, which `waitFor` keeps short. */
  function news(): readonly News[] {
    const at = Date.now();
    for (; read < listener.posted.length; read += 1) {
      const { alerts } = JSON.parse(listener.posted[read]?.body ?? '{}') as Posted;
      all.push(...alerts.map((alert) => ({ ...alert, at })));
    }
    return all;
  }
  const isAbout = (labels: Labels) => (one: News) =>
    Object.entries(labels).every(([label, value]) => one.labels[label] === value);

  return {
    url: listener.url,
    news,
    /** The last news of an alert with these labels, once its status is `status`. */
    waitFor: (labels: Labels, status: News['status'], seconds: number) =>
      until(
        `${JSON.stringify(labels)} is ${status}; ${JSON.stringify(news().map((one) => [one.labels.alertname, one.status]))}`,
        () => {
          const last = news().findLast(isAbout(labels));
          return last?.status === status && last;
        },
        seconds,
      ),
    close: () => listener.close(),
  };
}
export type AlertNews = Awaited<ReturnType<typeof startAlertNews>>;
