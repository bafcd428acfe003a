import type { Log } from '../../observability/logger.ts';
import type { Instant } from '../entities.ts';
import { notFound } from '../errors.ts';
import { isCustomerId } from '../ids.ts';
import type { ErasurePort, ErasureRecord, ObjectPort, Traces } from './contract.ts';

export interface ErasePorts {
  readonly erasure: ErasurePort;
  readonly objects: ObjectPort;
  readonly log: Log;
  readonly now: () => Instant;
}

/** So many calls at once: a customer of years has thousands of items, and an invocation half a minute. */
const AT_ONCE = 10;

const NO_TRACES: Traces = { customerIds: [], addresses: [], conversations: [], messageIds: [] };

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE)
    await Promise.all(items.slice(at, at + AT_ONCE).map(work));
}

/**
 * The order carries the weight. The messages become shells first: whatever is at work on one of them writes, looks
 * again, finds the shell and removes what it wrote. Then everything that hangs on them; what leads to the rest comes last,
 * so that a second try after a crash finds all that is left.
 */
async function remove(customerId: string, traces: Traces, { erasure, objects, now }: ErasePorts) {
  const at = now();
  await each(traces.messageIds, async (id) => {
    for (const object of await erasure.objectsOf(id)) {
      await objects.remove(object);
      await erasure.forgetObject(id, object);
    }
    await erasure.emptyMessage(id, at);
  });
  await each(traces.conversations, (place) => erasure.removeConversation(place, at));
  await each(traces.addresses, erasure.removeAddress);
  await each(
    traces.customerIds.filter((id) => id !== customerId),
    erasure.removeCustomer,
  );
}

/**
 * Erases a customer: the record, the addresses, conversations, messages, replies, tickets and mails. Done twice it is done
 * once; cut off, it is finished by the next call. Whoever writes again from the same address is somebody new.
 *
 * @throws a 404 (`FTE_NOT_FOUND`) for an id that never was a customer's, or what a port throws.
 */
export async function eraseCustomer(
  customerId: string,
  by: Pick<ErasureRecord, 'requestedBy' | 'correlationId'>,
  ports: ErasePorts,
): Promise<ErasureRecord> {
  const { erasure, log, now } = ports;
  if (!isCustomerId(customerId)) throw notFound('customer');
  const before = await erasure.record(customerId);
  const exists = (await erasure.trace(customerId)) !== undefined;
  if (before === undefined && !exists) throw notFound('customer');
  if (before !== undefined && !exists) return before;
  const asked: ErasureRecord = {
    customerId,
    requestedAt: before?.requestedAt ?? now(),
    erasedAt: undefined,
    ...by,
    conversations: before?.conversations ?? 0,
    messages: before?.messages ?? 0,
  };
  // Whoever joins another record with this one after the second look finds this first.
  await erasure.putRecord(asked);
  const traces = (await erasure.trace(customerId)) ?? NO_TRACES;
  const record: ErasureRecord = {
    ...asked,
    conversations: Math.max(asked.conversations, traces.conversations.length),
    messages: Math.max(asked.messages, traces.messageIds.length),
  };
  await erasure.putRecord(record);
  await remove(customerId, traces, ports);
  const done = { ...record, erasedAt: now() };
  // Whoever asks for one of the joined records later hears the same.
  for (const id of new Set([customerId, ...traces.customerIds]))
    await erasure.putRecord({ ...done, customerId: id });
  await erasure.removeCustomer(customerId);
  log.info('customer erased', {
    customer_id: customerId,
    conversations: done.conversations,
    messages: done.messages,
    requested_by: done.requestedBy,
    requested_at: new Date(done.requestedAt).toISOString(),
  });
  return done;
}
