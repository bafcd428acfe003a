import type { Catalogue } from '../catalogue.ts';
import { ServiceError } from '../errors.ts';
import type { Family } from '../families.ts';
import type { Log } from '../logger.ts';
import { type AskGateway, askGateway, type GatewayAnswer, groupPath } from '../push/gateway.ts';
import { encodeDelimited, PROTOBUF_FORMAT } from '../push/protobuf.ts';
import { clean, leave, saveQuarantined } from './cleaning.ts';
import { FLEET_JOB } from './entries.ts';
import type { LedgerHead, LedgerStore } from './ledger.ts';
import { absorb, forget, type RetirementOptions, retire } from './merge.ts';
import {
  adopt,
  noteDebuts,
  ownGauges,
  publishedVersion,
  regressions,
  withDebuts,
  withOwnCounts,
} from './publication.ts';
import { schemaNotes } from './schemas.ts';
import { SeriesTable } from './series-table.ts';
import { decodeState, encodeState, type FleetState, newState } from './state.ts';
import { totalsOf, withZeroes } from './totals.ts';
import { exemplarsOf, noGateway, readViews, type Views } from './views.ts';

export interface FleetTimings extends RetirementOptions {
  /** For so long the publishing gateway must have answered reads before anything follows an unanswered publication. */
  readonly graceMs: number;
  /** A publication that could not begin so soon after its ledger was written is left to the next pass. */
  readonly publishWithinMs: number;
  /** For so long a new series shows 0: two scrape intervals. */
  readonly debutMs: number;
}

export const FLEET_TIMINGS: FleetTimings = Object.freeze({
  retireAfterMs: 15 * 60_000,
  forgetAfterMs: 24 * 3_600_000,
  graceMs: 10_000,
  publishWithinMs: 5_000,
  debutMs: 30_000,
});

/** The steps of one pass, in their order; a crash between any two of them changes no total. */
export type FoldStep = 'read' | 'merged' | 'ledger written' | 'published' | 'noted' | 'cleaned';

export interface FleetOptions {
  readonly catalogue: Catalogue;
  /** The gateways that instances push to. */
  readonly gateways: readonly string[];
  /** Where totals are published; undefined: they are only handed to the caller. */
  readonly publishUrl: string | undefined;
  readonly ledger: LedgerStore;
  readonly log: Log;
  readonly ask?: AskGateway | undefined;
  readonly timings?: Partial<FleetTimings> | undefined;
  /** Called after each step; for tests. */
  readonly onStep?: ((step: FoldStep) => unknown) | undefined;
}

export interface FoldReport {
  /** Instances that are not retired. */
  readonly instances: number;
  /** What is, or would be, published. */
  readonly families: readonly Family[];
  /** Every inbox answered. */
  readonly complete: boolean;
  /** Whether the totals were published; not while an earlier publication may still arrive. */
  readonly published: boolean;
}

/** Reads what the instances pushed and adds it up. */
export interface Fleet {
  /**
   * One pass: read, merge, write the ledger, publish, clean up.
   *
   * @param gauges the values that have one writer and go along
   * @param seen what a scraper has seen of the totals, where they are served and not published
   * @throws {ServiceError} when no gateway answered, the ledger could not be written, or the publication failed
   */
  fold(
    gauges: () => readonly Family[] | Promise<readonly Family[]>,
    seen?: readonly Family[],
  ): Promise<FoldReport>;
  /**
   * The same totals, read-only, with the gauges as they were last published. It runs ahead of what is published.
   *
   * @throws {ServiceError} unless all inboxes were read
   */
  read(): Promise<readonly Family[]>;
}

function publishFailed(url: string, { outcome, status, body }: GatewayAnswer): ServiceError {
  return new ServiceError({
    code: 'FTE_PUBLISH_FAILED',
    type: 'internal',
    status: 503,
    message: 'The totals could not be published.',
    cause: new Error(`${new URL(url).host}: ${outcome} ${status} ${body.toString('utf8').slice(0, 200)}`),
  });
}

/** The fleet of one set of gateways. Its ledger makes it the one writer of the totals. */
export function createFleet(options: FleetOptions): Fleet {
  const { catalogue, gateways, publishUrl, ledger, log, ask = askGateway, onStep } = options;
  const timings = { ...FLEET_TIMINGS, ...options.timings };
  const table = new SeriesTable();
  const noteSchemas = schemaNotes(catalogue, table, log);
  let cached: { readonly version: number; readonly state: FleetState } | undefined;

  const totals = (state: FleetState, views: Views) =>
    withZeroes(catalogue, totalsOf(catalogue, state, exemplarsOf(views)));

  async function load(head: LedgerHead | undefined): Promise<FleetState> {
    const held = cached;
    // What is merged into it counts only once it is written.
    cached = undefined;
    if (head === undefined) return newState(table);
    return held?.version === head.version ? held.state : decodeState(await ledger.read(head.version), table);
  }

  /** The ledger was lost, or an older one was put back. */
  function goOn(state: FleetState, views: Views, published: readonly Family[], now: number): void {
    if (!views.complete) throw views.failure;
    log.error('the ledger is older than what is published; going on from there', {
      published_version: publishedVersion(published),
    });
    adopt(catalogue, state, { totals: totals(state, views), published });
    const present = new Set(views.read.flatMap(({ inbox }) => inbox.entries.map(({ id }) => id)));
    for (const [id, held] of state.instances) if (!present.has(id)) forget(state, id, held);
    state.horizon = Math.max(state.horizon, now);
  }

  /** Whether nothing that was sent earlier may still arrive after what would be sent now. */
  function isQuiet(state: FleetState, unanswered: boolean, answers: boolean, now: number): boolean {
    if (unanswered) state.grace ??= { since: null };
    if (state.grace === undefined) return true;
    state.grace = { since: answers ? (state.grace.since ?? now) : null };
    if (state.grace.since === null || now - state.grace.since < timings.graceMs) return false;
    state.grace = undefined;
    return true;
  }

  async function fold(
    gauges: () => readonly Family[] | Promise<readonly Family[]>,
    seen: readonly Family[] = [],
  ) {
    if (gateways.length === 0) throw noGateway();
    const views = await readViews({ gateways, publishUrl, table, ask });
    noteSchemas();
    if (!views.complete)
      log.warn('an inbox did not answer; the totals go on without it', { error: views.failure });
    await onStep?.('read');
    const head = await ledger.head();
    const state = await load(head);
    noteSchemas.seen();
    const now = Date.now();
    const published = publishUrl === undefined ? seen : views.published;

    const done = absorb(
      state,
      views.read.flatMap(({ inbox }) => inbox.entries),
      now,
    );
    const poisoned = views.read.flatMap(({ inbox }) => inbox.poisoned);
    await saveQuarantined(ledger, poisoned, now);
    for (const { labels, reason } of poisoned) log.error('a group was quarantined', { ...labels, reason });
    state.counts.quarantined += poisoned.length;
    const version = Math.max(head?.version ?? 0, publishedVersion(published ?? []) ?? 0);
    if (published !== undefined && version > (head?.version ?? 0)) goOn(state, views, published, now);
    if (views.complete) {
      for (const key of retire(state, now, timings)) done.add(key);
      state.completeAt = views.startedAt;
    }
    noteDebuts(state, published ?? [], now);
    const summed = totals(state, views);
    const lower = regressions(withOwnCounts(catalogue, summed, state.counts), published ?? []);
    state.counts.regressions += lower.length;
    if (lower.length > 0)
      log.error('totals would go down', { series: lower.slice(0, 5), in_all: lower.length });
    const quiet = isQuiet(state, head?.publishing ?? false, published !== undefined, now);
    const families = [
      ...withDebuts(state, withOwnCounts(catalogue, summed, state.counts), now, timings.debutMs),
      ...ownGauges(catalogue, state, version + 1, now),
      ...(await gauges()),
    ];
    await onStep?.('merged');

    const publishing = publishUrl !== undefined && published !== undefined && quiet;
    const writing = { wall: Date.now(), monotonic: performance.now() };
    await ledger.write({ after: head?.version, version: version + 1, bytes: encodeState(state), publishing });
    cached = { version: version + 1, state };
    await onStep?.('ledger written');

    // Whoever was held up for longer than this may have been taken for dead, and overtaken.
    const heldUp = Math.max(Date.now() - writing.wall, performance.now() - writing.monotonic);
    const answer =
      publishing && heldUp < timings.publishWithinMs
        ? await publish(publishUrl, families, version + 1)
        : undefined;
    await clean(views.read, done, ask);
    if (answer?.outcome === 'success') await leave(views.read, views.published ?? [], ask);
    await onStep?.('cleaned');
    if (answer !== undefined && answer.outcome !== 'success') throw publishFailed(publishUrl ?? '', answer);
    if (published === undefined) throw views.failure;
    const instances = [...state.instances.values()].filter(({ retiredAt }) => retiredAt === undefined).length;
    return { instances, families, complete: views.complete, published: answer !== undefined };
  }

  async function publish(url: string, families: readonly Family[], version: number): Promise<GatewayAnswer> {
    const answer = await ask({
      method: 'PUT',
      url: `${url}${groupPath(FLEET_JOB)}`,
      contentType: PROTOBUF_FORMAT,
      body: encodeDelimited(families),
      deadlineMs: timings.publishWithinMs,
    });
    await onStep?.('published');
    if (!answer.unanswered) await ledger.answered(version);
    await onStep?.('noted');
    return answer;
  }

  return {
    fold,
    async read() {
      if (gateways.length === 0) throw noGateway();
      // The inboxes first: what is deleted from them in between is in the ledger that is read after.
      const views = await readViews({ gateways, publishUrl, table, ask });
      if (!views.complete || views.published === undefined) throw views.failure;
      const head = await ledger.head();
      const state =
        head === undefined ? newState(table) : decodeState(await ledger.read(head.version), table);
      absorb(
        state,
        views.read.flatMap(({ inbox }) => inbox.entries),
        Date.now(),
      );
      const gauges = views.published.filter(({ type }) => type === 'gauge');
      return [...withOwnCounts(catalogue, totals(state, views), state.counts), ...gauges];
    },
  };
}
