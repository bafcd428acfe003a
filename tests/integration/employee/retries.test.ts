/** Every call to the database and the queues fails once, before or after its effect; the queue brings the message again. */
import type { InboundMessage } from '../../../src/fte/entities.ts';
import { sumOf } from '../../running/counted.ts';
import { questionOf, refundOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';

let service: RunningService;
let load: () => Promise<Modules>;
type Modules = Awaited<ReturnType<typeof modules>>;

async function modules() {
  const { connect } = await import('../../../src/platform/service.ts');
  const { createTickets } = await import('../../../src/fte/tickets/tickets.ts');
  const { handleTurn } = await import('../../../src/fte/conversations/turn.ts');
  const { followUpMessage, formMessage } = await import('../../../src/fte/intake/form.ts');
  const { playbookModel } = await import('../../../src/fte/agent/playbook/model.ts');
  const { sendSurveys } = await import('../../../src/fte/operations/surveys.ts');
  const { loadKnowledgeBase } = await import('../../../src/fte/knowledge/load.ts');
  const service = connect();
  return {
    service,
    createTickets,
    handleTurn,
    sendSurveys,
    formMessage,
    followUpMessage,
    model: playbookModel(),
    knowledge: loadKnowledgeBase(service.config.knowledgeDir),
  };
}
beforeAll(async () => {
  service = await startService();
  const loaded = await modules();
  load = async () => loaded;
});
afterAll(() => service.stop());

/** A port whose calls are numbered through `next`; the one that is told to fails, before or after it has done its work. */
function failing<T extends object>(port: T, next: () => 'before' | 'after' | undefined): T {
  return new Proxy(port, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const when = next();
        if (when === 'before') throw new Error('cut off');
        const result: unknown = await method.apply(target, args);
        if (when === 'after') throw new Error('cut off');
        return result;
      };
    },
  });
}

type Case =
  | 'question'
  | 'escalation'
  | 'follow-up'
  | 'follow-up that escalates'
  | 'follow-up to people'
  | 'reopening'
  | 'rating';

/** A stored message of its kind, with what came before it done. */
async function messageOf(kind: Case) {
  const { service: ports, handleTurn, formMessage, followUpMessage, model, knowledge } = await load();
  const delivery = { idempotencyKey: undefined, receivedAt: Date.now(), correlationId: 'c' };
  const first = formMessage(
    kind === 'escalation' || kind === 'follow-up to people' || kind === 'reopening'
      ? refundOf()
      : questionOf(),
    delivery,
  );
  await ports.messages.storeOnce(first);
  if (kind === 'question' || kind === 'escalation') return first;
  await handleTurn(
    first.id,
    { remainingMs: 30_000, last: false },
    { ...ports, model, prices: {}, knowledge },
  );
  if (kind === 'reopening') {
    const at = Date.now();
    await ports.tickets.move(first.ticketId, 'resolve', { resolvedAt: at, resolvedBy: 'person' }, at);
  }
  if (kind === 'rating') return surveyed(first);
  const text =
    kind === 'follow-up that escalates' ? 'I want my money back now.' : 'And how do I set my availability?';
  const more = followUpMessage({ message: text }, first.ticketId, first.from, {
    ...delivery,
    receivedAt: Date.now() + 1,
  });
  await ports.messages.storeOnce(more);
  return more;
}

/** The answer to a survey that has been sent. */
async function surveyed(first: InboundMessage): Promise<InboundMessage> {
  const { service: ports, sendSurveys } = await load();
  const ticket = await ports.tickets.require(first.ticketId);
  await ports.conversations.touch(ticket.conversationId, 'employee', Date.now());
  // A form is not asked; a mail is.
  const asMail = { ...ticket, channel: 'email' as const };
  const conversation = (await ports.conversations.get(ticket.conversationId))!;
  const conversations = {
    ...ports.conversations,
    between: async () => [{ ...conversation, channel: 'email' as const }],
    entries: async (id: string) =>
      (await ports.conversations.entries(id)).map((entry) => ({ ...entry, channel: 'email' as const })),
  };
  const ticketStore = { ...ports.ticketStore, get: async () => asMail };
  const now = () => Date.now() + 21 * 3_600_000;
  expect(await sendSurveys({ ...ports, conversations, ticketStore, correlationId: 'c', now })).toBe(1);
  for (const { id, from } of await ports.conversations.entries(ticket.conversationId)) {
    if (from === 'customer') continue;
    const reply = { conversationId: ticket.conversationId, id };
    await ports.replies.claim(reply);
    await ports.replies.settle(reply, 'sent', Date.now());
  }
  const { followUpMessage } = await load();
  const delivery = { idempotencyKey: undefined, receivedAt: now() + 1, correlationId: 'c' };
  const rating = followUpMessage({ message: '5' }, first.ticketId, first.from, delivery);
  await ports.messages.storeOnce(rating);
  return rating;
}

/** Runs one turn; call number `failAt` fails once. Returns how many calls it took until the end. */
async function turnWithFailure(kind: Case, failAt: number, when: 'before' | 'after') {
  const { service: ports, createTickets, handleTurn, model, knowledge } = await load();
  const message = await messageOf(kind);
  const families = await ports.metrics.snapshot();
  let calls = 0;
  const next = () => {
    calls += 1;
    return calls === failAt ? when : undefined;
  };
  const ticketStore = failing(ports.ticketStore, next);
  const broken = {
    ...ports,
    model,
    prices: {},
    knowledge,
    messages: failing(ports.messages, next),
    customers: failing(ports.customers, next),
    conversations: failing(ports.conversations, next),
    replies: failing(ports.replies, next),
    queue: failing(ports.queue, next),
    ticketStore,
    tickets: createTickets(ticketStore, ports.metrics),
  };
  let attempts = 0;
  let done = false;
  while (!done && attempts < 3) {
    attempts += 1;
    done = await handleTurn(message.id, { remainingMs: 30_000, last: false }, broken).then(
      () => true,
      () => false,
    );
  }
  const ticket = await ports.ticketStore.get(message.ticketId);
  const entries = ticket === undefined ? [] : await ports.conversations.entries(ticket.conversationId);
  const after = await ports.metrics.snapshot();
  const grown = (name: string, labels: Record<string, string> = {}) =>
    sumOf(after, name, labels) - sumOf(families, name, labels);
  const operation = (one: string) =>
    grown('fte_ticket_operations_total', { operation: one, status: 'success' });
  return {
    calls,
    done,
    attempts,
    ticket,
    replies: entries.filter(({ from }) => from === 'employee').length,
    counted: {
      escalations: grown('fte_escalations_total'),
      create: operation('create'),
      update: operation('update'),
      reopen: operation('reopen'),
      resolve: operation('resolve'),
      ratings: grown('fte_csat_ratings_total'),
      outcomes: grown('fte_conversation_outcomes_total'),
    },
  };
}

test.each<[Case, { status: string; reason: string | undefined; replies: number; counted: object }]>([
  [
    'question',
    {
      status: 'open',
      reason: undefined,
      replies: 1,
      counted: { escalations: 0, create: 1, update: 0, reopen: 0 },
    },
  ],
  [
    'escalation',
    {
      status: 'escalated',
      reason: 'refund_request',
      replies: 1,
      counted: { escalations: 1, create: 1, update: 0, reopen: 0 },
    },
  ],
  [
    'follow-up',
    {
      status: 'open',
      reason: undefined,
      replies: 2,
      counted: { escalations: 0, create: 0, update: 1, reopen: 0 },
    },
  ],
  [
    'follow-up that escalates',
    {
      status: 'escalated',
      reason: 'refund_request',
      replies: 2,
      counted: { escalations: 1, create: 0, update: 1, reopen: 0 },
    },
  ],
  [
    'follow-up to people',
    {
      status: 'escalated',
      reason: 'refund_request',
      replies: 2,
      counted: { escalations: 0, create: 0, update: 1, reopen: 0 },
    },
  ],
  [
    'reopening',
    {
      status: 'escalated',
      reason: 'refund_request',
      replies: 2,
      counted: { escalations: 0, create: 0, update: 0, reopen: 1 },
    },
  ],
  [
    'rating',
    {
      status: 'resolved',
      reason: undefined,
      replies: 3,
      counted: { escalations: 0, create: 0, update: 0, reopen: 0, resolve: 1, ratings: 1, outcomes: 1 },
    },
  ],
])('%s: done once, wherever it was cut off', async (kind, expected) => {
  const smooth = await turnWithFailure(kind, 0, 'before');
  expect(smooth).toMatchObject({
    done: true,
    attempts: 1,
    replies: expected.replies,
    counted: expected.counted,
  });
  for (let failAt = 1; failAt <= smooth.calls; failAt++) {
    for (const when of ['before', 'after'] as const) {
      const { done, attempts, ticket, replies, counted } = await turnWithFailure(kind, failAt, when);
      const where = { failAt, when };
      expect({ ...where, done, attempts }).toEqual({ ...where, done: true, attempts: 2 });
      expect({ ...where, replies, status: ticket?.status, reason: ticket?.escalation?.reason, told: ticket?.escalation?.notified ?? true }).toEqual({
        ...where, replies: expected.replies, status: expected.status, reason: expected.reason, told: true,
      }); // biome-ignore format: a table
      // Cut off between a commit and its count, the count is lost; nothing is ever counted twice.
      for (const [name, times] of Object.entries(counted)) {
        const most = (expected.counted as Record<string, number>)[name] ?? 0;
        expect({ ...where, name, ok: times <= most }).toEqual({ ...where, name, ok: true });
        if (when === 'before') expect({ ...where, name, times }).toEqual({ ...where, name, times: most });
      }
    }
  }
});

test('the last attempt ends with a person, one apology, and nothing in the dead-letter queue', async () => {
  const { service: ports, handleTurn, model, knowledge } = await load();
  const message = await messageOf('question');
  let left = 4;
  const conversations = {
    ...ports.conversations,
    entries: async (id: string) => {
      // The agent's own reading of the history fails, attempt after attempt.
      if (new Error().stack?.includes('customerHistory') && left-- > 0) throw new Error('cut off');
      return ports.conversations.entries(id);
    },
  };
  for (let receive = 1; receive < 5; receive++) {
    await expect(
      handleTurn(
        message.id,
        { remainingMs: 30_000, last: false },
        { ...ports, model, prices: {}, knowledge, conversations },
      ),
    ).rejects.toThrow();
  }
  left = 1;
  await handleTurn(
    message.id,
    { remainingMs: 30_000, last: true },
    { ...ports, model, prices: {}, knowledge, conversations },
  );
  const ticket = await ports.ticketStore.get(message.ticketId);
  expect(ticket).toMatchObject({
    status: 'escalated',
    escalation: { reason: 'processing_error', notified: true },
  });
  const replies = (await ports.conversations.entries(ticket!.conversationId)).filter(
    ({ from }) => from === 'employee',
  );
  expect(replies.map(({ text }) => text)).toEqual([expect.stringMatching(/sorry/)]);
});

test('an attempt that could only escalate, and could not tell anybody: the next one tells them, though its model could answer', async () => {
  const { service: ports, handleTurn, model, knowledge } = await load();
  const message = await messageOf('question');
  const attempt = { remainingMs: 30_000, last: false };
  const down = new Error('the model is down');
  const noModel = { ...model, doGenerate: () => Promise.reject(down) };
  const noQueue = { ...ports.queue, send: () => Promise.reject(new Error('cut off')) };
  const turn = { ...ports, prices: {}, knowledge };
  await expect(
    handleTurn(message.id, attempt, { ...turn, model: noModel, queue: noQueue }),
  ).rejects.toThrow();
  expect(await ports.ticketStore.get(message.ticketId)).toMatchObject({ escalation: { notified: false } });
  await handleTurn(message.id, attempt, { ...turn, model });
  expect(await ports.ticketStore.get(message.ticketId)).toMatchObject({
    escalation: { reason: 'service_unavailable', notified: true },
  });
});
