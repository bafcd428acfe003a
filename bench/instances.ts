import { type AskGateway, askGateway, groupPath } from '../src/observability/push/gateway.ts';
import { newInstanceId } from '../src/observability/push/identity.ts';
import { encodeDelimited, PROTOBUF_FORMAT } from '../src/observability/push/protobuf.ts';
import { createEntryFormat, INSTANCE_JOB } from '../src/observability/push/wire.ts';
import { entry, entryCatalogue } from './entry.ts';

/** Pushes that are under way at a time while a gateway is filled. */
const AT_ONCE = 8;

export const newIds = (count: number) => Array.from({ length: count }, () => newInstanceId(Date.now()));

/** One push of an instance that has touched 60 series. */
export async function createPush(ask: AskGateway = askGateway) {
  const families = await entry();
  const toEntry = createEntryFormat(entryCatalogue);
  return async function push(gateway: string, id: string, sequence: number): Promise<void> {
    const { outcome, status } = await ask({
      method: 'PUT',
      url: `${gateway}${groupPath(INSTANCE_JOB, { instance: id, lane: '0' })}`,
      contentType: PROTOBUF_FORMAT,
      body: encodeDelimited(toEntry(families, sequence)),
      deadlineMs: 10_000,
    });
    if (outcome !== 'success') throw new Error(`a push was not taken: ${outcome} ${status}`);
  };
}
export type Push = Awaited<ReturnType<typeof createPush>>;

/** Lets all of these instances push once. */
export async function pushAll(push: Push, gateway: string, ids: readonly string[], sequence: number) {
  let next = 0;
  async function work(): Promise<void> {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) await push(gateway, id, sequence);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
