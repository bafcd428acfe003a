/** What upkeep does hours and days later: the clock is given to it. */
import { sumOf } from '../../running/counted.ts';
import { questionOf, refundOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { until } from '../../running/until.ts';

const HOUR = 3_600_000;
let service: RunningService;
let ports: ReturnType<typeof import('../../../src/platform/service.ts')['connect']>;
let settlement: typeof import('../../../src/fte/operations/settlement.ts');
let waiting: typeof import('../../../src/fte/operations/waiting.ts');
beforeAll(async () => {
  service = await startService();
  ports = (await import('../../../src/platform/service.ts')).connect();
  settlement = await import('../../../src/fte/operations/settlement.ts');
  waiting = await import('../../../src/fte/operations/waiting.ts');
});
afterAll(() => service.stop());
beforeEach(() => service.work());

const later = (hours: number) => () => Date.now() + hours * HOUR;
const settleAt = (hours: number) =>
  settlement.settleSilent({ ...ports, tickets: ports.ticketStore, now: later(hours) });
const count = async (name: string, labels: Record<string, string> = {}) =>
  sumOf(await ports.metrics.snapshot(), name, labels);
const outcomes = async () => {
  const names = ['resolved_confirmed', 'resolved_assumed', 'escalated', 'abandoned'];
  return Promise.all(
    names.map((outcome) => count('fte_conversation_outcomes_total', { channel: 'web_form', outcome })),
  );
};
async function answered(form: object): Promise<string> {
  const { json } = await service.request('POST /support/submit', {}, { body: form });
  await until('the answer', async () => {
    const { messages } = (await service.request('GET /support/ticket/{id}', { id: json.ticket_id })).json;
    return messages.length > 1;
  });
  return json.ticket_id;
}
const rate = (id: string, rating: number) =>
  service.request('POST /support/ticket/{id}/feedback', { id }, { body: { rating } });

test('a conversation is settled once: after 72 hours of silence, or by a good rating at once', async () => {
  await answered(questionOf());
  await answered(refundOf());
  const unhappy = await answered(questionOf());
  await rate(unhappy, 1);
  const happy = await answered(questionOf());
  expect(await outcomes()).toEqual([0, 0, 0, 0]);
  await rate(happy, 5);
  expect(await outcomes()).toEqual([1, 0, 0, 0]);
  expect(await settleAt(71)).toBe(0);
  expect(await settleAt(73)).toBe(3);
  expect(await outcomes()).toEqual([1, 1, 1, 1]);
  expect(await settleAt(74)).toBe(0);
  expect(await outcomes()).toEqual([1, 1, 1, 1]);
});

test('settled, a conversation may go on; it is active again and not counted twice', async () => {
  const id = await answered(questionOf());
  await settleAt(73);
  const before = await outcomes();
  const active = () => ports.conversations.countActive(Date.now() - 24 * HOUR);
  const without = await active();
  await service.request(
    'POST /support/ticket/{id}/messages',
    { id },
    { body: { message: 'And how do I swap a shift?' } },
  );
  await until('it is active again', async () => (await active()) === without + 1);
  await settleAt(80);
  expect(await outcomes()).toEqual(before);
});

test('who waits for an answer is seen after an hour, and has a person before the answer time is over', async () => {
  await settleAt(73);
  const id = await answered(questionOf({ priority: 'urgent' }));
  await service.rest();
  expect(await waiting.countUnanswered(ports.conversations, later(2)())).toBe(0);
  // A turn that ended in the dead-letter queue leaves the customer's word as the last one.
  const ticket = await ports.tickets.require(id);
  await ports.conversations.touch(ticket.conversationId, 'customer', Date.now());
  expect(await waiting.countUnanswered(ports.conversations, later(0.9)())).toBe(0);
  expect(await waiting.countUnanswered(ports.conversations, later(1.1)())).toBe(1);

  const escalateAt = (hours: number) =>
    waiting.escalateAtRisk({ ...ports, correlationId: 'c', now: later(hours) });
  expect(await escalateAt(0.1)).toBe(0);
  const before = await count('fte_escalations_total', { reason: 'sla_risk' });
  expect(await escalateAt(0.21)).toBe(1);
  expect(await escalateAt(0.25)).toBe(0);
  expect(await count('fte_escalations_total', { reason: 'sla_risk' })).toBe(before + 1);
  expect(await ports.tickets.require(id)).toMatchObject({
    status: 'escalated',
    escalation: { notified: true },
  });
});

test('an escalated ticket that nobody takes over is overdue by its priority, until somebody does', async () => {
  service.work();
  const overdueAt = async (hours: number) =>
    Object.fromEntries(await waiting.countOverdue(ports.ticketStore, later(hours)()));
  const before = await overdueAt(1.1);
  const soon = await overdueAt(0.9);
  const id = await answered(refundOf());
  expect((await ports.tickets.require(id)).priority).toBe('high');
  expect(await overdueAt(1.1)).toEqual({ ...before, high: (before.high ?? 0) + 1 });
  expect(await overdueAt(0.9)).toEqual(soon);
  await service.request(
    'POST /support/ticket/{id}/assign',
    { id },
    { operator: true, body: { assignee: 'Grace' } },
  );
  expect(await overdueAt(1.1)).toEqual(before);
});

test('a person who answers, or settles, ends it; what is opened again counts from then', async () => {
  service.work();
  const highAt = async (at: number) => (await waiting.countOverdue(ports.ticketStore, at)).get('high') ?? 0;
  const operator = (id: string, route: string, body: object = {}) =>
    service.request(`POST /support/ticket/{id}/${route}`, { id }, { operator: true, body });
  const before = await highAt(later(1.1)());
  const answeredOne = await answered(refundOf());
  const settledOne = await answered(refundOf());
  expect(await highAt(later(1.1)())).toBe(before + 2);
  await operator(answeredOne, 'reply', { message: 'You have it by Monday.' });
  expect(await highAt(later(1.1)())).toBe(before + 1);
  await operator(settledOne, 'resolve');
  expect(await highAt(later(1.1)())).toBe(before);
  // As if it had been opened again an hour after it was escalated.
  await ports.tickets.move(settledOne, 'reopen', {}, later(1)());
  expect(await highAt(later(1.9)())).toBe(before);
  expect(await highAt(later(2.1)())).toBe(before + 1);
  const pickups = () => count('fte_sla_breaches_total', { sla: 'human_ack' });
  const missed = await pickups();
  await ports.tickets.move(settledOne, 'assign', { assignee: 'Grace' }, later(1.1)());
  expect(await pickups()).toBe(missed);
});

const noQueue = () => ({ ...ports.queue, send: () => Promise.reject(new Error('no queue')) });
const announceAt = (hours: number, queue = ports.queue) =>
  waiting.announceForgotten({ ...ports, queue, correlationId: 'c', now: later(hours) });
/** An escalation by upkeep, 0.21 hours from now, that is cut off before the team is told. */
async function escalatedInSilence(): Promise<string> {
  service.work();
  const id = await answered(questionOf({ priority: 'urgent' }));
  await service.rest();
  const { conversationId } = await ports.tickets.require(id);
  await ports.conversations.touch(conversationId, 'customer', Date.now());
  const broken = { ...ports, queue: noQueue(), correlationId: 'c', now: later(0.21) };
  await expect(waiting.escalateAtRisk(broken)).rejects.toThrow('no queue');
  expect(await ports.tickets.require(id)).toMatchObject({ escalation: { notified: false } });
  return id;
}

test.each(['customer', 'employee', 'person'] as const)(
  'cut off between escalating and telling the team: upkeep tells it, though the last word is the %s’s',
  async (from) => {
    const id = await escalatedInSilence();
    const { conversationId } = await ports.tickets.require(id);
    await ports.conversations.touch(conversationId, from, later(0.22)());
    const before = await ports.queue.size('escalations');
    // A turn may be about to do it.
    expect(await announceAt(0.28)).toBe(0);
    expect(await announceAt(0.3)).toBe(1);
    expect(await announceAt(0.31)).toBe(0);
    expect(await ports.queue.size('escalations')).toBe(before + 1);
    expect(await ports.tickets.require(id)).toMatchObject({ escalation: { notified: true } });
  },
);

test('of an escalated ticket that a person has settled the team hears when it is opened again', async () => {
  const id = await escalatedInSilence();
  await service.request('POST /support/ticket/{id}/resolve', { id }, { operator: true });
  expect(await announceAt(0.3)).toBe(0);
  await service.request('POST /support/ticket/{id}/reopen', { id }, { operator: true });
  expect(await announceAt(0.3)).toBe(1);
});

test('one that can not be told keeps none of those behind it from being told', async () => {
  const [first, second] = [await escalatedInSilence(), await escalatedInSilence()];
  const queue: typeof ports.queue = {
    ...ports.queue,
    send: async (name, message) => {
      if (message.group === first) throw new Error('not this one');
      await ports.queue.send(name, message);
    },
  };
  await expect(announceAt(0.3, queue)).rejects.toThrow('not this one');
  expect(await ports.tickets.require(first)).toMatchObject({ escalation: { notified: false } });
  expect(await ports.tickets.require(second)).toMatchObject({ escalation: { notified: true } });
  expect(await announceAt(0.3)).toBe(1);
});

test('a waiting customer is worth a person within four hours at least', async () => {
  const id = await answered(questionOf({ priority: 'low' }));
  await service.rest();
  const ticket = await ports.tickets.require(id);
  await ports.conversations.touch(ticket.conversationId, 'customer', Date.now());
  await waiting.escalateAtRisk({ ...ports, correlationId: 'c', now: later(20) });
  expect(await ports.tickets.require(id)).toMatchObject({ status: 'escalated', priority: 'medium' });
});

test('targets are evaluated where they are met or missed', async () => {
  const evaluations = (sla: string) => count('fte_sla_evaluations_total', { sla, channel: 'web_form' });
  const [first, delivery, ack] = [
    await evaluations('first_response'),
    await evaluations('delivery'),
    await evaluations('human_ack'),
  ];
  const id = await answered(refundOf());
  await service.request(
    'POST /support/ticket/{id}/assign',
    { id },
    { operator: true, body: { assignee: 'G' } },
  );
  await until('all three', async () => (await evaluations('human_ack')) === ack + 1);
  expect([await evaluations('first_response'), await evaluations('delivery')]).toEqual([
    first + 1,
    delivery + 1,
  ]);
  expect(await count('fte_sla_breaches_total', { sla: 'human_ack', channel: 'web_form' })).toBe(0);
});

test('of two who take an escalated ticket at the same moment one has picked it up', async () => {
  const { createTickets } = await import('../../../src/fte/tickets/tickets.ts');
  const id = await answered(refundOf());
  const assign = (tickets: typeof ports.tickets, assignee: string) =>
    tickets.move(id, 'assign', { assignee }, Date.now());
  let first = true;
  const store: typeof ports.ticketStore = {
    ...ports.ticketStore,
    move: async (...args) => {
      if (first) await assign(ports.tickets, 'Grace');
      first = false;
      return ports.ticketStore.move(...args);
    },
  };
  const counted = async () => [
    await count('fte_human_pickup_time_seconds'),
    await count('fte_sla_evaluations_total', { sla: 'human_ack' }),
    await count('fte_ticket_operations_total', { operation: 'assign', status: 'success' }),
  ];
  const [pickups = 0, acks = 0, operations = 0] = await counted();
  expect((await assign(createTickets(store, ports.metrics), 'Ada')).assignee).toBe('Ada');
  expect(await counted()).toEqual([pickups + 1, acks + 1, operations + 2]);
});

test.each([
  ['urgent', 4],
  ['high', 24],
  ['medium', 72],
  ['low', 168],
] as const)('%s: resolved within %d hours, or in breach', async (priority, hours) => {
  const labels = { sla: 'resolution', channel: 'web_form' };
  const counted = async () => [
    await count('fte_sla_evaluations_total', labels),
    await count('fte_sla_breaches_total', labels),
  ];
  const [evaluations = 0, breaches = 0] = await counted();
  const resolveAfter = async (ms: number) => {
    const { ticket_id } = (
      await service.request('POST /support/submit', {}, { body: questionOf({ priority }) })
    ).json;
    const { createdAt } = await until('the ticket', () => ports.ticketStore.get(ticket_id));
    const at = createdAt + ms;
    await ports.tickets.move(ticket_id, 'resolve', { resolvedAt: at, resolvedBy: 'person' }, at);
  };
  await resolveAfter(hours * HOUR);
  expect(await counted()).toEqual([evaluations + 1, breaches]);
  await resolveAfter(hours * HOUR + 1000);
  expect(await counted()).toEqual([evaluations + 2, breaches + 1]);
});
