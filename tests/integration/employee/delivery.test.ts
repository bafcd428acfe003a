import type { Reply } from '../../../src/fte/entities.ts';
import type { ReplySender } from '../../../src/fte/ports.ts';
import { sumOf } from '../../running/counted.ts';
import { type RunningService, startService } from '../../running/service.ts';

let service: RunningService;
let connected: ReturnType<typeof import('../../../src/platform/service.ts')['connect']>;
let modules: {
  deliver: typeof import('../../../src/fte/delivery/deliver.ts')['deliver'];
  DeliveryRefused: typeof import('../../../src/fte/errors.ts')['DeliveryRefused'];
};
beforeAll(async () => {
  service = await startService();
  connected = (await import('../../../src/platform/service.ts')).connect();
  const { deliver } = await import('../../../src/fte/delivery/deliver.ts');
  const { DeliveryRefused } = await import('../../../src/fte/errors.ts');
  modules = { deliver, DeliveryRefused };
});
afterAll(() => service.stop());

let replies = 0;
async function stored(more: Partial<Reply> = {}): Promise<Reply> {
  replies += 1;
  const reply: Reply = {
    id: `rep_${replies}`,
    conversationId: `cnv_${replies}`,
    ticketId: `tkt_${String(replies).padStart(32, '0')}`,
    channel: 'web_form',
    to: { kind: 'email', value: 'a@example.com', verified: false },
    subject: 's',
    text: 't',
    author: 'employee',
    purpose: 'answer',
    countsAsResponse: true,
    turnReceivedAt: Date.now() - 1500,
    thread: undefined,
    firstResponseSince: Date.now() - 1500,
    createdAt: Date.now(),
    status: 'pending',
    sentAt: undefined,
    partsSent: 0,
    deliveryStatus: undefined,
    correlationId: 'c',
    ...more,
  };
  await connected.replies.storeOnce(reply);
  return reply;
}
const body = ({ id, conversationId }: Reply) => ({ replyId: id, conversationId });
const statusOf = async ({ id, conversationId }: Reply) =>
  (await connected.replies.get(conversationId, id))?.status;
const count = async (name: string, labels: Record<string, string> = {}) =>
  sumOf(await connected.metrics.snapshot(), name, labels);

/** A provider that does what it is told, and remembers. */
function provider(act: () => Promise<void> = async () => undefined) {
  const sent: string[] = [];
  const sender: ReplySender = {
    send: async ({ id }) => {
      sent.push(id);
      await act();
    },
  };
  return {
    sent,
    deliver: (reply: Reply, receives = 1) => modules.deliver(body(reply), receives, { ...connected, sender }),
  };
}

test('sent once, however often the queue brings it, and however many bring it at once', async () => {
  const reply = await stored();
  const { sent, deliver } = provider();
  await Promise.all([deliver(reply), deliver(reply), deliver(reply)]);
  await deliver(reply, 2);
  expect(sent).toEqual([reply.id]);
  expect(await count('fte_customer_response_time_seconds', { channel: 'web_form' })).toBe(1);
});

test('cut off while the provider was asked: a person looks, nothing is sent again, counted once', async () => {
  const reply = await stored();
  // What a crash between the claim and the provider's answer leaves.
  await connected.replies.claim(reply);
  const { sent, deliver } = provider();
  const before = await count('fte_deliveries_in_doubt_total');
  await deliver(reply, 2);
  await deliver(reply, 3);
  expect(sent).toEqual([]);
  expect(await statusOf(reply)).toBe('in_doubt');
  expect(await count('fte_deliveries_in_doubt_total')).toBe(before + 1);
});

test('an answer of the provider that nobody understands is in doubt, too', async () => {
  const reply = await stored();
  const { sent, deliver } = provider(async () => {
    throw new Error('socket hang up');
  });
  await deliver(reply);
  await deliver(reply, 2);
  expect(sent).toHaveLength(1);
  expect(await statusOf(reply)).toBe('in_doubt');
});

/** Sends a reply into a conversation and is cut off before it notes that the customer was answered. */
async function sentAndCutOff(more: Partial<Reply> = {}) {
  const reply = await stored(more);
  const { conversationId: id, ticketId } = reply;
  const startedAt = Date.now() - 5_000;
  await connected.conversations.open({
    id, ticketId, customerId: 'cst_1', channel: 'web_form', startedAt, lastMessageAt: startedAt, lastFrom: 'customer',
    sentiment: { sum: 0, turns: 0 }, escalatedAt: undefined, surveyedAt: undefined,
  }); // biome-ignore format: a table
  const cutOff = { ...connected.conversations, touch: () => Promise.reject(new Error('cut off')) };
  const sender: ReplySender = { send: async () => undefined };
  const ports = { ...connected, sender };
  const first = modules.deliver(body(reply), 1, { ...ports, conversations: cutOff }).catch(String);
  return { id, startedAt, first: await first, again: () => modules.deliver(body(reply), 2, ports) };
}

test('cut off after it was sent: the next delivery notes that the customer was answered', async () => {
  const { id, first, again } = await sentAndCutOff();
  expect(first).toMatch('cut off');
  await again();
  const noted = await connected.conversations.get(id);
  expect(noted?.lastFrom).toBe('employee');
  await again();
  expect(await connected.conversations.get(id)).toEqual(noted);
});

test('cut off after it was sent: what the customer wrote since stays the last word', async () => {
  const { id, again } = await sentAndCutOff();
  const at = Date.now() + 1;
  await connected.conversations.touch(id, 'customer', at);
  await again();
  expect(await connected.conversations.get(id)).toMatchObject({ lastFrom: 'customer', lastMessageAt: at });
});

test('a survey that was sent is nobody’s last word, however often it comes', async () => {
  const { id, startedAt, again } = await sentAndCutOff({ purpose: 'survey' });
  await again();
  expect(await connected.conversations.get(id)).toMatchObject({ lastMessageAt: startedAt });
});

test('what the provider surely refused is tried again, and after the last time a person has it', async () => {
  const reply = await stored();
  const { sent, deliver } = provider(async () => {
    throw new modules.DeliveryRefused('no such mailbox');
  });
  const before = await count('fte_customer_interactions_total', { direction: 'outbound', status: 'failed' });
  for (const receives of [1, 2, 3, 4])
    await expect(deliver(reply, receives)).rejects.toMatchObject({ code: 'FTE_DELIVERY_REFUSED' });
  expect(await statusOf(reply)).toBe('pending');
  await deliver(reply, 5);
  expect(sent).toHaveLength(5);
  expect(await statusOf(reply)).toBe('failed');
  expect(await count('fte_customer_interactions_total', { direction: 'outbound', status: 'failed' })).toBe(
    before + 1,
  );
});

test('cut off between telling the team and noting it: the team is told again, never not at all', async () => {
  const reply = await stored();
  const refusing: ReplySender = {
    send: async () => {
      throw new modules.DeliveryRefused('no such mailbox');
    },
  };
  const queue = { ...connected.queue, send: async () => Promise.reject(new Error('no queue')) };
  await expect(modules.deliver(body(reply), 5, { ...connected, queue, sender: refusing })).rejects.toThrow(
    'no queue',
  );
  expect(await statusOf(reply)).toBe('sending');
  const before = await connected.queue.size('escalations');
  await modules.deliver(body(reply), 6, { ...connected, sender: refusing });
  expect(await connected.queue.size('escalations')).toBe(before + 1);
});

test('refused first, accepted later: sent, and counted once', async () => {
  const reply = await stored();
  let refusals = 2;
  const { deliver } = provider(async () => {
    if (refusals-- > 0) throw new modules.DeliveryRefused('busy');
  });
  const before = await count('fte_customer_interactions_total', { direction: 'outbound', status: 'success' });
  for (const receives of [1, 2]) await expect(deliver(reply, receives)).rejects.toThrow();
  await deliver(reply, 3);
  expect(await statusOf(reply)).toBe('sent');
  expect(await count('fte_customer_interactions_total', { direction: 'outbound', status: 'success' })).toBe(
    before + 1,
  );
});

test('the target of deliveries: each reply is evaluated once, when its end is known; what nobody got is missed', async () => {
  const names = ['fte_sla_evaluations_total', 'fte_sla_breaches_total'];
  const evaluated = () => Promise.all(names.map((name) => count(name, { sla: 'delivery' })));
  const [all = 0, missed = 0] = await evaluated();
  const refused = provider(async () => {
    throw new modules.DeliveryRefused('busy');
  });
  const reply = await stored();
  await expect(refused.deliver(reply)).rejects.toThrow();
  expect(await evaluated()).toEqual([all, missed]);
  await refused.deliver(reply, 5);
  expect(await evaluated()).toEqual([all + 1, missed + 1]);
  const lost = provider(async () => {
    throw new Error('socket hang up');
  });
  await lost.deliver(await stored());
  expect(await evaluated()).toEqual([all + 2, missed + 2]);
  await refused.deliver(await stored({ purpose: 'survey' }), 5);
  await provider().deliver(await stored({ purpose: 'survey' }));
  expect(await evaluated()).toEqual([all + 2, missed + 2]);
  await provider().deliver(await stored());
  expect(await evaluated()).toEqual([all + 3, missed + 2]);
});

test('what a slow network brings late undoes nothing of a later delivery', async () => {
  const reply = await stored();
  const first = (await connected.replies.claim(reply))!;
  expect(await connected.replies.settle(first, 'pending')).toBe(true);
  const second = (await connected.replies.claim(reply))!;
  // The first delivery's word once more: with it the reply would be sent a third time.
  expect(await connected.replies.settle(first, 'pending')).toBe(false);
  await connected.replies.notePart(reply, 2);
  await connected.replies.notePart(reply, 1);
  expect(await connected.replies.settle(second, 'sent', 1)).toBe(true);
  expect(await connected.replies.get(reply.conversationId, reply.id)).toMatchObject({
    status: 'sent', sentAt: 1, partsSent: 2,
  }); // biome-ignore format: short
});

test('a reply that is not there is a broken message', async () => {
  const nothing = { id: 'rep_none', conversationId: 'cnv_none' } as Reply;
  await expect(provider().deliver(nothing)).rejects.toMatchObject({ code: 'FTE_MESSAGE_BROKEN' });
});
