import { ServiceError } from '../errors.ts';
import type { Exemplar, Family } from '../families.ts';
import type { AskGateway } from '../push/gateway.ts';
import type { ReadInbox } from './cleaning.ts';
import type { Inbox } from './entries.ts';
import { readInbox } from './inbox.ts';
import type { SeriesTable } from './series-table.ts';
import type { Exemplars } from './totals.ts';

/** All gateways, read once. */
export interface Views {
  /** When the first of them was asked, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly read: readonly ReadInbox[];
  /** Every inbox answered. */
  readonly complete: boolean;
  /** Why the first gateway that did not answer did not. */
  readonly failure: unknown;
  /** The totals in the publishing gateway; undefined when it did not answer. */
  readonly published: readonly Family[] | undefined;
}

export interface ViewOptions {
  readonly gateways: readonly string[];
  readonly publishUrl: string | undefined;
  readonly table: SeriesTable;
  readonly ask: AskGateway;
}

/**
 * Reads all inboxes and what is published. Some may fail; of nothing that they did not say may anything be concluded.
 *
 * @throws {ServiceError} `FTE_INBOX_UNREADABLE` when none of them answered
 */
export async function readViews({ gateways, publishUrl, table, ask }: ViewOptions): Promise<Views> {
  const startedAt = Date.now();
  const apart = publishUrl !== undefined && !gateways.includes(publishUrl);
  const urls = apart ? [...gateways, publishUrl] : gateways;
  const results = await Promise.allSettled(urls.map((url) => readInbox(url, { table, ask })));
  const answered = new Map<string, Inbox>();
  results.forEach((result, i) => {
    if (result.status === 'fulfilled') answered.set(urls[i] ?? '', result.value);
  });
  const read = gateways.flatMap((url) => {
    const inbox = answered.get(url);
    return inbox === undefined ? [] : [{ url, inbox }];
  });
  const failure = results.find((result) => result.status === 'rejected')?.reason;
  if (read.length === 0) throw failure;
  return {
    startedAt,
    read,
    complete: read.length === gateways.length,
    failure,
    published: publishUrl === undefined ? [] : answered.get(publishUrl)?.published,
  };
}

/** The newest exemplar of each bucket over all gateways. */
export function exemplarsOf({ read }: Views): Exemplars {
  const newest = new Map<number, Map<number, Exemplar>>();
  for (const { inbox } of read) {
    for (const [index, byEdge] of inbox.exemplars) {
      const held = newest.get(index) ?? new Map<number, Exemplar>();
      newest.set(index, held);
      for (const [edge, exemplar] of byEdge)
        if ((exemplar.at ?? 0) >= (held.get(edge)?.at ?? 0)) held.set(edge, exemplar);
    }
  }
  return newest;
}

export function noGateway(): ServiceError {
  return new ServiceError({
    code: 'FTE_NO_GATEWAY',
    type: 'config',
    status: 503,
    message: 'No gateway is configured, so there are no metrics to read.',
  });
}
