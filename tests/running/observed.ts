import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { allGroups, emittable } from '../../monitoring/source/groups.ts';
import { fileYaml } from '../../monitoring/source/model.ts';
import { prometheusConfig } from '../../monitoring/source/prometheus.ts';
import { drive } from '../../traffic/drive.ts';
import { follow } from '../../traffic/outbox.ts';
import { planTraffic } from '../../traffic/plan.ts';
import { type Outgoing, twilioWebhookUrl } from '../../traffic/requests.ts';
import { Line } from '../../traffic/send.ts';
import { Watch } from '../../traffic/talks.ts';
import { type Prometheus, startPrometheus } from '../servers/prometheus.ts';
import { writeHistory } from './history.ts';
import { forgetLocalMode, http, type LocalMode, startLocalMode } from './local-mode.ts';
import { ROOT } from './serverless-yml.ts';
import { until } from './until.ts';

/** Scrapes come every second, so that a test need not wait for a minute of them. */
const FASTER = 15;
/** Debian's Prometheus asks for protobuf, and with it for exemplars, only under these. */
const FLAGS = [
  '--enable-feature=exemplar-storage,native-histograms',
  // Without it a history of a month would be deleted at the start.
  '--storage.tsdb.retention.time=45d',
];
/** Seconds between the history's end and the start: the first scrape must be the younger one. */
const BEFORE_START = 120;
const OPERATOR = { 'x-api-key': 'local-operator-key' };
const LOOK_EVERY_MS = 300;

export interface Observed {
  readonly local: LocalMode;
  readonly prometheus: Prometheus;
  /** Conversations on every channel, with ratings, repetitions and what is malformed. */
  play(traffic: { readonly messages: number; readonly rate: number; readonly seed?: number }): Promise<void>;
  /** Calls of a webhook with a wrong signature. */
  knock(times: number): Promise<void>;
  /** What people do: takes escalated tickets over, resolves them and opens one again. */
  handle(most: number): Promise<void>;
  close(): Promise<void>;
}

export interface ObservedOptions {
  /** Of its local mode; two that run at the same time need two. */
  readonly name: string;
  /** Days of back-filled history before the start; none by default. */
  readonly history?: number;
  /** Where Prometheus sends a copy of every sample; nowhere by default. */
  readonly remoteWrite?: string;
}

function writeRules(folder: string): readonly string[] {
  const { alerting, slo } = allGroups();
  return Object.entries({ alerting, slo }).map(([name, groups]) => {
    const file = join(folder, `${name}.yml`);
    // The windows stay as they are; only the minute between two recordings would be long to wait for.
    const often = emittable(groups).map((group) => ({ ...group, interval: 1 }));
    writeFileSync(file, stringify(fileYaml(often), { lineWidth: 0 }));
    return file;
  });
}

/** A counter must be seen before it grows. */
function totalsIn({ query }: Prometheus, since: number): Promise<unknown> {
  return until('the totals in Prometheus', async () =>
    (await query('fte_fleet_last_publication_timestamp_seconds')).some(({ value }) => value > since),
  );
}

/** Local mode, and a real Prometheus that scrapes its gateway and evaluates the real rules. */
export async function startObserved({ name, history, remoteWrite }: ObservedOptions): Promise<Observed> {
  const folder = mkdtempSync(join(tmpdir(), 'fte-observed-'));
  const local = await startLocalMode({ name, environment: { FTE_SCRAPE_INTERVAL_S: '1' } });
  const forget = async () => {
    await local.kill();
    forgetLocalMode(name);
    rmSync(folder, { recursive: true, force: true });
  };
  const data = join(folder, 'data');
  const config = prometheusConfig(2, {
    gateways: [new URL(local.gatewayUrl).host],
    alertmanagers: [],
    ruleFiles: writeRules(folder),
    scale: FASTER,
    ...(remoteWrite !== undefined && { remoteWrite }),
  });
  const began = Date.now() / 1000;
  let prometheus: Prometheus | undefined;
  try {
    if (history !== undefined)
      await writeHistory(data, { until: Math.floor(Date.now() / 1000) - BEFORE_START, days: history });
    prometheus = await startPrometheus({ config: stringify(config), flags: FLAGS, data });
    await totalsIn(prometheus, began);
  } catch (error) {
    await prometheus?.close();
    await forget();
    throw error;
  }
  const line = new Line(local.url);
  const operator = (path: string, body: unknown = {}) => http('POST', `${local.url}${path}`, body, OPERATOR);

  return {
    local,
    prometheus,
    async play({ messages, rate, seed = 1 }) {
      const watch = new Watch(line, follow(join(ROOT, '.local', name, 'outbox.jsonl')));
      // Awaited at the end, so that nothing of it outlives this call.
      let playing = true;
      const watching = (async () => {
        while (playing) {
          await watch.tick();
          await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        }
      })();
      await drive({
        plan: planTraffic({ messages, rate, seed }),
        line,
        watch,
        run: Date.now(),
        twilioUrl: twilioWebhookUrl(local.url),
        done: () => undefined,
        skipped: () => undefined,
      });
      playing = false;
      await watching;
    },
    async knock(times) {
      const outgoing: Outgoing = {
        method: 'POST',
        endpoint: '/webhooks/twilio',
        path: '/webhooks/twilio',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'wrong' },
        body: 'Body=hello',
      };
      for (let i = 0; i < times; i += 1) await line.once(outgoing, `knock-${i}`);
    },
    async handle(most) {
      const { json } = await http(
        'GET',
        `${local.url}/support/tickets?status=escalated`,
        undefined,
        OPERATOR,
      );
      const ids = (json.tickets as { ticket_id: string }[]).slice(0, most).map(({ ticket_id }) => ticket_id);
      for (const [i, id] of ids.entries()) {
        await operator(`/support/ticket/${id}/assign`, { assignee: 'Grace' });
        await operator(`/support/ticket/${id}/resolve`);
        if (i === 0) await operator(`/support/ticket/${id}/reopen`);
      }
    },
    async close() {
      await prometheus.close();
      await forget();
    },
  };
}
