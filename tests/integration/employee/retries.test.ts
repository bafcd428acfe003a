/** Every call to the database and the queues fails once, before or after its effect; the queue brings the message again. */
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
  const { formMessage } = await import('../../../src/fte/intake/form.ts');
  const { playbookModel } = await import('../../../src/fte/agent/playbook/model.ts');
  const { loadKnowledgeBase } = await import('../../../src/fte/knowledge/load.ts');
  const service = connect();
  return {
    service,
    createTickets,
    handleTurn,
    formMessage,
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

/** Runs one turn; call number `failAt` fails once. Returns how many calls it took until the end. */
async function turnWithFailure(form: object, failAt: number, when: 'before' | 'after') {
  const { service: ports, createTickets, handleTurn, formMessage, model, knowledge } = await load();
  const message = formMessage(form, {
    idempotencyKey: undefined,
    receivedAt: Date.now(),
    correlationId: 'c',
  });
  await ports.messages.storeOnce(message);
  let calls = 0;
  const next = () => {
    calls += 1;
    return calls === failAt ? when : undefined;
  };
  const ticketStore = failing(ports.ticketStore, next);
  const broken = {
    ...ports,
    model,
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
    done = await handleTurn(message.id, 30_000, broken).then(
      () => true,
      () => false,
    );
  }
  const ticket = await ports.ticketStore.get(message.ticketId);
  const entries = ticket === undefined ? [] : await ports.conversations.entries(ticket.conversationId);
  return { calls, done, attempts, ticket, replies: entries.filter(({ from }) => from === 'employee') };
}

test.each<[string, () => object, string | undefined]>([
  ['a question', questionOf, undefined],
  ['an escalation', refundOf, 'refund_request'],
])(
  '%s: one ticket, one reply, counted once, wherever it was cut off',
  async (_, form, reason) => {
    const { service: ports } = await load();
    const counted = async () => {
      const families = await ports.metrics.snapshot();
      return {
        escalations: sumOf(families, 'fte_escalations_total'),
        created: sumOf(families, 'fte_ticket_operations_total', { operation: 'create', status: 'success' }),
      };
    };
    const smooth = await turnWithFailure(form(), 0, 'before');
    expect(smooth).toMatchObject({ done: true, attempts: 1 });
    for (let failAt = 1; failAt <= smooth.calls; failAt++) {
      for (const when of ['before', 'after'] as const) {
        const before = await counted();
        const { done, attempts, ticket, replies } = await turnWithFailure(form(), failAt, when);
        const after = await counted();
        const where = { failAt, when };
        expect({ ...where, done, attempts }).toEqual({ ...where, done: true, attempts: 2 });
        expect({ ...where, replies: replies.length }).toEqual({ ...where, replies: 1 });
        expect({ ...where, reason: ticket?.escalation?.reason }).toEqual({ ...where, reason });
        expect({ ...where, told: ticket?.escalation?.notified ?? true }).toEqual({ ...where, told: true });
        // A crash between a commit and its count loses the count; it never counts twice.
        expect(after.created - before.created).toBeLessThanOrEqual(1);
        expect(after.escalations - before.escalations).toBeLessThanOrEqual(reason === undefined ? 0 : 1);
      }
    }
    expect(await ports.queue.size('outbound')).toBeGreaterThan(0);
  },
  60_000,
);
