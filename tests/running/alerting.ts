import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { allGroups, emittable } from '../../monitoring/source/groups.ts';
import { fileYaml } from '../../monitoring/source/model.ts';
import { prometheusConfig } from '../../monitoring/source/prometheus.ts';
import { startAlertmanager } from '../servers/alertmanager.ts';
import { type Prometheus, startPrometheus } from '../servers/prometheus.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { type AlertNews, startAlertNews } from './alert-news.ts';

export interface Alerting {
  readonly prometheus: Prometheus;
  readonly news: AlertNews;
  close(): Promise<void>;
}

export interface AlertingOptions {
  /** `host:port` of each. */
  readonly gateways: readonly string[];
  /** How many times as fast as shipped the rules and the news run: windows, waiting times, groups. 1 by default. */
  readonly scale?: number;
  /** How many times as fast scrapes and evaluations come, which have to end in that time, too; default: `scale`. */
  readonly scrapeScale?: number;
}

/** The rules as they are written, every duration of theirs `scale` times as short. */
export function writeRules(folder: string, scale = 1): readonly string[] {
  return Object.entries(allGroups(scale)).map(([name, groups]) => {
    const file = join(folder, `${name}.yml`);
    writeFileSync(file, stringify(fileYaml(emittable(groups), scale), { lineWidth: 0 }));
    return file;
  });
}

/** From a metric to the person: a real Prometheus with the rules, a real Alertmanager with the routes, and a receiver. */
export async function startAlerting({
  gateways,
  scale = 1,
  scrapeScale = scale,
}: AlertingOptions): Promise<Alerting> {
  const folder = mkdtempSync(join(tmpdir(), 'fte-alerting-'));
  const started: { close(): Promise<void> | void }[] = [];
  async function close(): Promise<void> {
    for (const one of started.toReversed()) await one.close();
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    const news = await startAlertNews();
    started.push(news);
    const alertmanager: ServerProcess = await startAlertmanager({ webhookUrl: news.url, scale });
    started.push(alertmanager);
    const config = prometheusConfig(2, {
      gateways,
      alertmanagers: [new URL(alertmanager.url).host],
      ruleFiles: writeRules(folder, scale),
      scale: scrapeScale,
    });
    const prometheus = await startPrometheus({ config: stringify(config) });
    started.push(prometheus);
    return { prometheus, news, close };
  } catch (error) {
    await close();
    throw error;
  }
}
