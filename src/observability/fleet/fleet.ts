import { type Catalogue, type MetricSpec, plausibleLabels } from '../catalogue.ts';
import { ServiceError } from '../errors.ts';
import { renderText, TEXT_FORMAT } from '../exposition.ts';
import { type Family, seriesKey } from '../families.ts';
import { askGateway, groupPath } from '../push/gateway.ts';
import { mergeInboxes, readInbox } from './inbox.ts';
import { total } from './merge.ts';

/** The job under which the fleet's totals are published: the one that Prometheus stores. */
export const FLEET_JOB = 'fte';

export interface FleetOptions {
  readonly catalogue: Catalogue;
  /** The gateways that instances push to. */
  readonly gateways: readonly string[];
  /** Where totals go. Without a gateway every call is refused. */
  readonly publishUrl: string | undefined;
}

export interface FoldReport {
  readonly instances: number;
  readonly families: readonly Family[];
}

/** Reads what the instances pushed and adds it up. */
export interface Fleet {
  /** Read, merge, publish. `gauges` are the single-writer values that go along. Throws when a gateway fails. */
  fold(gauges: (instances: number) => readonly Family[] | Promise<readonly Family[]>): Promise<FoldReport>;
  /** The same totals, read-only, with the gauges as they were last published. Throws unless all inboxes were read. */
  read(): Promise<readonly Family[]>;
}

function zeroSeries(spec: MetricSpec, labels: Readonly<Record<string, string>>) {
  if (spec.type === 'histogram')
    return { labels, sum: 0, count: 0, buckets: spec.buckets.map((e) => [e, 0] as const) };
  return spec.type === 'summary' ? { labels, sum: 0, count: 0 } : { labels, value: 0 };
}

/** Totals with every plausible series there from the start: Prometheus can't see the step from "absent" to 1. */
export function withZeroes(catalogue: Catalogue, totals: readonly Family[]): readonly Family[] {
  const held = new Map(totals.map((family) => [family.name, family]));
  const known = Object.entries(catalogue).flatMap(([name, spec]) => {
    if (spec.type === 'gauge') return [];
    const series = held.get(name)?.series ?? [];
    const present = new Set(series.map((s) => seriesKey(s.labels)));
    const zeroes = plausibleLabels(spec)
      .filter((labels) => !present.has(seriesKey(labels)))
      .map((labels) => zeroSeries(spec, labels));
    return [{ name, help: spec.help, type: spec.type, series: [...series, ...zeroes] } as Family];
  });
  return known.filter((family) => family.series.length > 0);
}

export function createFleet({ catalogue, gateways, publishUrl }: FleetOptions): Fleet {
  function destination(): string {
    if (publishUrl !== undefined) return publishUrl;
    throw new ServiceError({
      code: 'FTE_NO_GATEWAY',
      type: 'config',
      status: 503,
      message: 'No gateway is configured, so there are no metrics to read.',
    });
  }

  async function totals() {
    const inboxes = await Promise.all(gateways.map((url) => readInbox(url)));
    const entries = mergeInboxes(inboxes);
    return {
      instances: entries.size,
      families: withZeroes(catalogue, total([...entries.values()])),
      inboxes,
    };
  }

  return {
    async fold(gauges) {
      const url = destination();
      const { instances, families } = await totals();
      const published = [...families, ...(await gauges(instances))];
      const answer = await askGateway({
        method: 'PUT',
        url: `${url}${groupPath(FLEET_JOB)}`,
        contentType: TEXT_FORMAT,
        body: renderText(published),
        deadlineMs: 5_000,
      });
      if (answer.outcome !== 'success') {
        throw new ServiceError({
          code: 'FTE_PUBLISH_FAILED',
          type: 'internal',
          status: 503,
          message: 'The totals could not be published.',
          cause: new Error(`${url}: ${answer.outcome} ${answer.status} ${answer.body.slice(0, 200)}`),
        });
      }
      return { instances, families: published };
    },
    async read() {
      const url = destination();
      const { families, inboxes } = await totals();
      const at = gateways.indexOf(url);
      const source = inboxes[at] ?? (await readInbox(url));
      const gauges = (source.published.get(FLEET_JOB) ?? []).filter((family) => family.type === 'gauge');
      return [...families, ...gauges];
    },
  };
}
