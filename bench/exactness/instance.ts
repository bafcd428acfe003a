// One instance of the storm: counts, pushes, stands still, dies.
import type * as MetricsModule from '../../src/observability/metrics.ts';
import type { AskGateway } from '../../src/observability/push/gateway.ts';
import type * as PusherModule from '../../src/observability/push/pusher.ts';
import { type Random, seeded } from '../../traffic/random.ts';
import { EDGES, KINDS, MODELS, RARE, RESULTS, ROUTES, stormCatalogue } from './catalogue.ts';
import type { Fault } from './faults.ts';
import { createFaultyAsk, type PushSeen, type Weather } from './faulty-ask.ts';
import { createPlainLayouts } from './plain-layouts.ts';
import type { InstancePlan } from './plan.ts';
import { bucketsAbove, placeOf, SAMPLES, zeroes } from './samples.ts';
import type { Tempo } from './tempo.ts';
import type { WriteLine } from './truth-log.ts';

export interface CodeUnderTest {
  readonly createMetrics: typeof MetricsModule.createMetrics;
  readonly createPusher: typeof PusherModule.createPusher;
  readonly ask: AskGateway;
}
export interface HostContext {
  readonly code: CodeUnderTest;
  readonly gateways: readonly string[];
  readonly plain: string;
  readonly tempo: Tempo;
  readonly faults: ReadonlySet<Fault>;
  readonly weather: Weather;
  readonly write: WriteLine;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const FINISH_TRIES = 60;
const RARELY = 0.01;
const EVENTS = SAMPLES.flatMap(({ key }, place) => {
  const [, labels] = /^storm_events_total(\{.*\})$/.exec(key) ?? [];
  return labels === undefined ? [] : [[labels, place] as const];
});

const pick = <T>(random: Random, items: readonly T[]): T => items[random.between(0, items.length - 1)] as T;

export function createInstance(plan: InstancePlan, context: HostContext) {
  const { code, tempo, faults, weather, write } = context;
  const random = seeded(plan.seed);
  const catalogue = stormCatalogue(plan.schema);
  const metrics = code.createMetrics(catalogue);
  const counts = zeroes();
  /** What had been counted when the entry that goes out next was put together. */
  let put = zeroes();
  let firstId: string | undefined;
  const acknowledged = new Map<string, number>();
  const ask = createFaultyAsk({
    ask: code.ask,
    faults,
    tempo,
    random: seeded(plan.seed + 1),
    weather,
    seen,
    acknowledged: (push) => {
      write(['acknowledged', Date.now(), push.id, push.sequence]);
      acknowledged.set(push.id, Math.max(acknowledged.get(push.id) ?? 0, push.sequence));
    },
    taken: (push) => write(['taken', Date.now(), push.id, push.sequence]),
    superseded: ({ id, sequence }) => (acknowledged.get(id) ?? 0) > sequence,
  });
  const pusher = code.createPusher({
    catalogue,
    gateways: context.gateways,
    budgetMs: tempo.budget,
    log: silent,
    ask,
    leaseMs: tempo.lease,
    forgottenMs: tempo.forgotten,
    openForMs: tempo.breakerOpen,
  });
  const layouts = createPlainLayouts(context.plain, plan.key);
  let dead = false;

  function seen({ id, sequence, content }: PushSeen): void {
    write(['pushed', Date.now(), plan.key, id, sequence, content]);
    firstId ??= id;
    const wrong = content.findIndex((value, i) =>
      id === firstId ? value !== put[i] : value > (put[i] ?? 0),
    );
    if (wrong >= 0)
      write([
        'mismatch',
        Date.now(),
        plan.key,
        `${SAMPLES[wrong]?.key}: ${content[wrong]}, not ${put[wrong]}`,
      ]);
  }

  const snapshot = () => {
    put = [...counts];
    return metrics.snapshot();
  };

  function tick(): void {
    const deltas: (readonly [number, number])[] = [];
    const acts: (() => void)[] = [];
    const add = (name: string, labels: Readonly<Record<string, string>>, n: number) => {
      const place = placeOf(name, labels);
      if (place !== undefined) deltas.push([place, n]);
    };
    for (let left = random.between(1, 4); left > 0; left -= 1) {
      const labels = { kind: pick(random, KINDS), result: pick(random, RESULTS) };
      const by = random.between(1, 3);
      add('storm_events_total', labels, by);
      acts.push(() => metrics.inc('storm_events_total', labels, by));
    }
    const model = pick(random, MODELS);
    const nano = random.between(1, 999_999_999);
    add('storm_cost_total', { model }, nano);
    acts.push(() => metrics.inc('storm_cost_total', { model }, nano / 1e9));
    const route = pick(random, ROUTES);
    const micros = random.between(1, 2_500_000);
    add('storm_latency_seconds_count', { route }, 1);
    add('storm_latency_seconds_sum', { route }, micros);
    for (const place of bucketsAbove(route, micros / 1e6, EDGES[plan.schema])) deltas.push([place, 1]);
    acts.push(() => metrics.observe('storm_latency_seconds', { route }, micros / 1e6));
    const score = random.between(1_000_000, 5_000_000);
    add('storm_score_sum', {}, score);
    add('storm_score_count', {}, 1);
    acts.push(() => metrics.observe('storm_score', {}, score / 1e6));
    if (random.chance(RARELY)) {
      const kind = pick(random, RARE);
      add('storm_rare_total', { kind }, 1);
      acts.push(() => metrics.inc('storm_rare_total', { kind }));
    }
    write(['counted', Date.now(), plan.key, deltas]);
    for (const [place, n] of deltas) counts[place] = (counts[place] ?? 0) + n;
    for (const act of acts) act();
  }

  function pushPlainly(): void {
    layouts.push(new Map(EVENTS.map(([labels, place]) => [labels, counts[place] ?? 0] as const)));
  }

  return {
    plan,
    /** One step of its life; `ticks` is how many there were before. */
    live(ticks: number): void {
      tick();
      if (ticks % plan.pushEvery !== 0) return;
      void pusher.push(snapshot, 3_000);
      pushPlainly();
    },
    async die(): Promise<void> {
      dead = true;
      if (plan.flushes) {
        await pusher.flush(snapshot, tempo.budget);
        pushPlainly();
      }
      setTimeout(() => void layouts.clean(), tempo.scrape * 2);
    },
    /** Pushes until every inbox has all that it counted. Only while nothing goes wrong. */
    async finish(): Promise<void> {
      if (dead) return;
      for (let left = FINISH_TRIES; left > 0; left -= 1) {
        const report = await pusher.push(snapshot, 5_000);
        if (report?.outcome === 'success') break;
        await new Promise((resolve) => setTimeout(resolve, tempo.breakerOpen / 4));
      }
      pushPlainly();
    },
    get dead() {
      return dead;
    },
  };
}
export type Instance = ReturnType<typeof createInstance>;
