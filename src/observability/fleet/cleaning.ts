import type { Family } from '../families.ts';
import { type AskGateway, groupPath } from '../push/gateway.ts';
import { encodeDelimited } from '../push/protobuf.ts';
import { INSTANCE_JOB } from '../push/wire.ts';
import { FLEET_JOB, type Inbox, type Poisoned } from './entries.ts';
import type { LedgerStore } from './ledger.ts';
import { laneKey } from './merge.ts';
import { publishedVersion } from './publication.ts';

/** Deletions that are under way at a time. */
const AT_ONCE = 16;
const DEADLINE_MS = 2_000;

/** One gateway that answered, and what it holds. */
export interface ReadInbox {
  readonly url: string;
  readonly inbox: Inbox;
}

/**
 * Deletes the groups that can go from the gateways that have them. One that could not be deleted is found again by the
 * next pass.
 *
 * @param done the groups, by `laneKey`
 */
export async function clean(
  read: readonly ReadInbox[],
  done: ReadonlySet<string>,
  ask: AskGateway,
): Promise<number> {
  const paths = read.flatMap(({ url, inbox }) => [
    ...inbox.entries
      .filter(({ id, lane }) => done.has(laneKey(id, lane)))
      .map(({ id, lane }) => `${url}${groupPath(INSTANCE_JOB, { instance: id, lane: String(lane) })}`),
    ...inbox.poisoned.map(({ labels }) => `${url}${groupPath(INSTANCE_JOB, labels)}`),
  ]);
  let next = 0;
  async function work(): Promise<void> {
    for (let url = paths[next++]; url !== undefined; url = paths[next++])
      await ask({ method: 'DELETE', url, deadlineMs: DEADLINE_MS });
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, paths.length) }, work));
  return paths.length;
}

/**
 * Deletes the totals from the gateways that they are not published to any more. Prometheus scrapes those, too, and would
 * see each counter fall and rise again with every scrape.
 *
 * @param published what was read of the gateway that they are published to
 */
export async function leave(
  read: readonly ReadInbox[],
  published: readonly Family[],
  ask: AskGateway,
): Promise<void> {
  const live = publishedVersion(published);
  // Each version is published once: what holds the same one is the same gateway, whatever it is called.
  for (const { url, inbox } of read)
    if (inbox.published.length > 0 && publishedVersion(inbox.published) !== live)
      await ask({ method: 'DELETE', url: `${url}${groupPath(FLEET_JOB)}`, deadlineMs: DEADLINE_MS });
}

/** Saves what no instance of ours can have pushed, before it is deleted. */
export async function saveQuarantined(
  ledger: LedgerStore,
  groups: readonly Poisoned[],
  now: number,
): Promise<void> {
  for (const [i, { labels, families }] of groups.entries()) {
    const who = (labels.instance ?? 'nobody').replaceAll(/[^\w.-]/g, '_').slice(0, 80);
    await ledger.quarantine(`${now}-${i}-${who}.pb`, encodeDelimited(families));
  }
}
