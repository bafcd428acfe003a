/** What happens to a ticket at the moment in which the employee hands it to people. */
import { refundOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';

let service: RunningService;
let modules: Awaited<ReturnType<typeof load>>;

async function load() {
  const { connect } = await import('../../../src/platform/service.ts');
  const { createTickets } = await import('../../../src/fte/tickets/tickets.ts');
  const { handleTurn } = await import('../../../src/fte/conversations/turn.ts');
  const { formMessage } = await import('../../../src/fte/intake/form.ts');
  const { playbookModel } = await import('../../../src/fte/agent/playbook/model.ts');
  const { loadKnowledgeBase } = await import('../../../src/fte/knowledge/load.ts');
  const ports = connect();
  const knowledge = loadKnowledgeBase(ports.config.knowledgeDir);
  return {
    ports: { ...ports, knowledge, model: playbookModel(), prices: {} },
    createTickets,
    handleTurn,
    formMessage,
  };
}
beforeAll(async () => {
  service = await startService();
  modules = await load();
});
afterAll(() => service.stop());

/** A refund's turn; somebody settles its ticket just before it is escalated, so many times. */
async function settledMeanwhile(by: 'resolve' | 'close', times: number) {
  const { ports, createTickets, handleTurn, formMessage } = modules;
  const delivery = { idempotencyKey: undefined, receivedAt: Date.now(), correlationId: 'c' };
  const { message } = await ports.messages.storeOnce(formMessage(refundOf(), delivery));
  let left = times;
  const ticketStore: typeof ports.ticketStore = {
    ...ports.ticketStore,
    escalate: async (id, ...rest) => {
      if (left-- > 0) await ports.tickets.move(id, by, {}, Date.now());
      return ports.ticketStore.escalate(id, ...rest);
    },
  };
  const tickets = createTickets(ticketStore, ports.metrics);
  const turn = () =>
    handleTurn(message.id, { remainingMs: 30_000, last: false }, { ...ports, ticketStore, tickets });
  return { turn, ticket: () => ports.tickets.require(message.ticketId) };
}

test.each(['resolve', 'close'] as const)(
  'a ticket that somebody %ss meanwhile is opened again, and the team told',
  async (by) => {
    const { turn, ticket } = await settledMeanwhile(by, 1);
    await turn();
    expect(await ticket()).toMatchObject({
      status: 'escalated',
      escalation: { reason: 'refund_request', notified: true },
    });
  },
);

test('settled once more, nobody is told that a person has it; the next attempt hands it over', async () => {
  const { turn, ticket } = await settledMeanwhile('resolve', 2);
  await expect(turn()).rejects.toMatchObject({ code: 'FTE_TICKET_WRONG_STATE' });
  const { conversationId } = await ticket();
  const replies = async () =>
    (await modules.ports.conversations.entries(conversationId)).filter(({ from }) => from === 'employee');
  expect(await replies()).toEqual([]);
  await turn();
  expect(await ticket()).toMatchObject({ status: 'escalated', escalation: { notified: true } });
  expect(await replies()).toHaveLength(1);
});

test('a ticket that people had, and settled before the next attempt, is opened again before its customer is told that they have it', async () => {
  const { ports, handleTurn, formMessage } = modules;
  const delivery = { idempotencyKey: undefined, receivedAt: Date.now(), correlationId: 'c' };
  const { message } = await ports.messages.storeOnce(formMessage(refundOf(), delivery));
  const replies = { ...ports.replies, storeOnce: () => Promise.reject(new Error('cut off')) };
  const attempt = { remainingMs: 30_000, last: false };
  await expect(handleTurn(message.id, attempt, { ...ports, replies })).rejects.toThrow();
  await ports.tickets.move(message.ticketId, 'resolve', {}, Date.now());
  await handleTurn(message.id, attempt, ports);
  expect(await ports.tickets.require(message.ticketId)).toMatchObject({ status: 'escalated' });
});

test('a rating that meets a ticket which has just been given to people leaves it with them', async () => {
  const { ports, handleTurn, formMessage } = modules;
  const { noteRating } = await import('../../../src/fte/tickets/rating.ts');
  const delivery = { idempotencyKey: undefined, receivedAt: Date.now(), correlationId: 'c' };
  const { message } = await ports.messages.storeOnce(formMessage(refundOf(), delivery));
  await handleTurn(message.id, { remainingMs: 30_000, last: false }, ports);
  const escalated = await ports.tickets.require(message.ticketId);
  // As it was read a moment ago, answered and open.
  const before = { ...escalated, status: 'open', escalation: undefined } as const;
  const conversations = {
    ...ports.conversations,
    entries: async (id: string) =>
      (await ports.conversations.entries(id)).map((entry) => ({ ...entry, delivered: true })),
  };
  await noteRating(
    before,
    { score: 5, comment: undefined },
    { ...ports, conversations, store: ports.ticketStore },
  );
  expect(await ports.tickets.require(message.ticketId)).toMatchObject({
    status: 'escalated',
    rating: { score: 5 },
  });
});
