import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { config } from '../../monitoring/source/config.ts';
import type { FteCatalogue } from '../../src/fte/catalogue.ts';
import { CHANNELS, type Channel, ESCALATION_REASONS } from '../../src/fte/vocabulary.ts';
import { seeded } from '../../traffic/random.ts';
import { findExecutable } from '../servers/executable.ts';

type Name = keyof FteCatalogue;
type Labels = Readonly<Record<string, string>>;

const STEP = 300;
const HOUR = 3600;
const DAY = 24 * HOUR;
/** Messages an hour at noon of a working day, when the history ends. */
const NOON: Readonly<Record<Channel, number>> = { web_form: 46, email: 30, whatsapp: 62 };
const GROWTH_A_DAY = 0.008;
const ESCALATED = 0.13;
const RATED = 0.2;
/** An evening on which a provider was down: seconds before the history's end. */
const INCIDENT = { from: 9.3 * DAY, to: 9.3 * DAY - 2 * HOUR, share: 0.04 };

/** How busy an hour is, from 0 to 1: offices, with a break at noon and a weekend. */
function busy(at: number): number {
  const date = new Date(at * 1000);
  const hour = date.getUTCHours() + date.getUTCMinutes() / 60;
  const day = 0.06 + Math.exp(-((hour - 10) ** 2) / 5) + 0.85 * Math.exp(-((hour - 15) ** 2) / 7);
  const weekend = [0, 6].includes(date.getUTCDay()) ? 0.3 : 1;
  return Math.min(1, day) * weekend;
}

interface Step {
  readonly at: number;
  /** By series: what a counter grew by, or what a gauge is. */
  readonly grown: ReadonlyMap<string, number>;
  readonly events: number;
  readonly bad: number;
}

const series = (name: string, labels: Labels) =>
  `${name}{${Object.entries({ job: config.job, ...labels })
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;
const counted = (name: Name, labels: Labels) => series(name, labels);
const part = (name: Name, suffix: 'sum' | 'count', labels: Labels) => series(`${name}_${suffix}`, labels);

/** What happened within each step, without a gap from the first to the last. */
function* steps(until: number, days: number): Generator<Step> {
  const random = seeded(7);
  const end = until - (until % STEP);
  for (let at = end - days * DAY; at <= end; at += STEP) {
    const grown = new Map<string, number>();
    const add = (key: string, value: number) => grown.set(key, (grown.get(key) ?? 0) + value);
    const ago = end - at;
    const broken = ago <= INCIDENT.from && ago >= INCIDENT.to;
    let events = 0;
    for (const channel of CHANNELS) {
      const mean = NOON[channel] * busy(at) * (1 - (GROWTH_A_DAY * ago) / DAY) * (STEP / HOUR);
      const messages = Math.floor(mean * (0.6 + 0.8 * random.next()) + random.next());
      const labels = { channel, status: 'success' };
      add(counted('fte_customer_interactions_total', { ...labels, direction: 'inbound' }), messages);
      add(counted('fte_customer_interactions_total', { ...labels, direction: 'outbound' }), messages);
      events += messages * 3;
      const tickets = Math.round(messages * 0.6);
      add(
        counted('fte_ticket_operations_total', {
          operation: 'create', category: 'technical', priority: 'medium', status: 'success',
        }), // biome-ignore format: a table
        tickets,
      );
      for (let i = 0; i < tickets; i += 1) {
        if (random.chance(ESCALATED)) {
          const reason = ESCALATION_REASONS[random.between(2, 6)] ?? 'refund_request';
          add(counted('fte_escalations_total', { reason, channel }), 1);
        }
        if (random.chance(RATED)) {
          const by = { interaction_type: 'ai_resolved' };
          add(part('fte_customer_satisfaction_score', 'count', by), 1);
          add(
            part('fte_customer_satisfaction_score', 'sum', by),
            random.chance(broken ? 0.2 : 0.8) ? 5 : random.between(2, 4),
          );
        }
      }
    }
    const bad = broken ? events * INCIDENT.share : random.chance(0.002) && events > 0 ? 1 : 0;
    yield { at, grown, events, bad };
  }
}

function* openMetrics(until: number, days: number): Generator<string> {
  const all = [...steps(until, days)];
  const names = [...new Set(all.flatMap(({ grown }) => [...grown.keys()]))].sort();
  for (const name of names) {
    let total = 0;
    for (const { at, grown } of all) {
      total += grown.get(name) ?? 0;
      yield `${name} ${total} ${at}\n`;
    }
  }
  const slo = { slo: 'availability' };
  const recorded = (name: string) => `${name}{slo="${slo.slo}"}`;
  let [events, bad] = [0, 0];
  const lines = { events: [] as string[], bad: [] as string[], left: [] as string[] };
  for (const step of all) {
    events += step.events;
    bad += step.bad;
    const left = 1 - bad / Math.max(events, 1) / (1 - config.slo.availability.objective);
    lines.events.push(`${recorded('slo:fte_events:rate5m')} ${step.events / STEP} ${step.at}\n`);
    lines.bad.push(`${recorded('slo:fte_bad:rate5m')} ${step.bad / STEP} ${step.at}\n`);
    lines.left.push(`${recorded('slo:fte_error_budget_left:ratio')} ${left} ${step.at}\n`);
  }
  yield* Object.values(lines).flat();
  yield '# EOF\n';
}

/**
 * Writes so many days of history into a Prometheus' folder of blocks, as `promtool` back-fills them. Prometheus must
 * keep them: `--storage.tsdb.retention.time` of more days than these.
 *
 * @param until Unix time at which the history ends; what is scraped begins later.
 */
export async function writeHistory(
  folder: string,
  { until, days }: { readonly until: number; readonly days: number },
) {
  const promtool = findExecutable({ command: 'promtool', debianPackage: 'prometheus' });
  const home = mkdtempSync(join(tmpdir(), 'fte-history-'));
  const file = join(home, 'history.om');
  try {
    await pipeline(Readable.from(openMetrics(until, days)), createWriteStream(file));
    const { status, stderr, error } = spawnSync(
      promtool,
      ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=240h', file, folder],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`promtool could not write the history: ${stderr || error?.message}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
