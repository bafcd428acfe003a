/** An erasure that is cut off at any step, and one that comes in the middle of a turn, at any step of it. */
import type { InboundMessage } from '../../../src/fte/entities.ts';
import type { ObjectPort } from '../../../src/fte/erasure/contract.ts';
import { newTicketId } from '../../../src/fte/ids.ts';
import type { Table } from '../../../src/platform/dynamodb/table.ts';
import { type Planted, plantedPerson, traceOf } from '../../running/planted.ts';
import { type RunningService, startService } from '../../running/service.ts';

const BY = { requestedBy: '00000000', correlationId: 'races' };
/** No mail here came in an object. */
const objects: ObjectPort = { remove: async () => undefined };

let service: RunningService;
let portsOn: (table: Table) => Promise<Awaited<ReturnType<typeof buildPorts>>>;
let table: Table;
let erase: typeof import('../../../src/fte/erasure/erase.ts')['eraseCustomer'];
let turn: typeof import('../../../src/fte/conversations/turn.ts')['handleTurn'];
let forward: typeof import('../../../src/fte/intake/intake.ts')['forward'];

async function buildPorts(on: Table) {
  const { connect } = await import('../../../src/platform/service.ts');
  const { conversationPort, replyPort } = await import('../../../src/platform/dynamodb/conversations.ts');
  const { customerPort } = await import('../../../src/platform/dynamodb/customers.ts');
  const { erasurePort } = await import('../../../src/platform/dynamodb/erasure.ts');
  const { messagePort } = await import('../../../src/platform/dynamodb/messages.ts');
  const { ticketPort } = await import('../../../src/platform/dynamodb/tickets.ts');
  const { createTickets } = await import('../../../src/fte/tickets/tickets.ts');
  const { playbookModel } = await import('../../../src/fte/agent/playbook/model.ts');
  const { loadKnowledgeBase } = await import('../../../src/fte/knowledge/load.ts');
  const service = connect();
  const ticketStore = ticketPort(on);
  return {
    ...service,
    messages: messagePort(on), customers: customerPort(on), conversations: conversationPort(on), replies: replyPort(on),
    erasure: erasurePort(on), ticketStore, tickets: createTickets(ticketStore, service.metrics),
    knowledge: loadKnowledgeBase(service.config.knowledgeDir), model: playbookModel(), prices: {},
  }; // biome-ignore format: a list
}

beforeAll(async () => {
  service = await startService();
  portsOn = buildPorts;
  table = (await import('../../../src/platform/service.ts')).connect().table;
  ({ eraseCustomer: erase } = await import('../../../src/fte/erasure/erase.ts'));
  ({ handleTurn: turn } = await import('../../../src/fte/conversations/turn.ts'));
  ({ forward } = await import('../../../src/fte/intake/intake.ts'));
});
afterAll(() => service.stop());

/** The table, with something that is done before each call. */
function watched(before: () => Promise<void>): Table {
  const after =
    <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      await before();
      return call(...given);
    };
  return {
    get: after(table.get),
    put: after(table.put),
    update: after(table.update),
    remove: after(table.remove),
    query: after(table.query),
    count: after(table.count),
  };
}

/** All steps with FTE_EVERY_STEP=1, which takes four minutes; else one in so many, from the first on. */
const STRIDE = process.env.FTE_EVERY_STEP === '1' ? 1 : 8;

/** Does something before the call with this number, and says whether there was such a call. */
function atCall(number: number, work: () => Promise<void>) {
  let calls = 0;
  return {
    step: async () => {
      calls += 1;
      if (calls === number) await work();
    },
    reached: () => calls >= number,
  };
}

let messages = 0;
const messageOf = ({ name, email, phone, word }: Planted, kind: 'email' | 'whatsapp'): InboundMessage => {
  messages += 1;
  return {
    id: `${kind}#race-${messages}`, channel: kind, customerName: name, subject: kind === 'email' ? `My ${word}` : undefined,
    from: { kind, value: kind === 'email' ? email : phone, verified: true },
    text: `I am ${email}, on ${phone}. How can I swap my ${word} shift with a colleague?`,
    receivedAt: Date.now(), ticketId: newTicketId(), followUp: false, statedCategory: undefined,
    statedPriority: undefined, continues: undefined, thread: undefined, correlationId: 'races', queued: false,
  }; // biome-ignore format: a table
};
type Ports = Awaited<ReturnType<typeof buildPorts>>;
const handled = (message: InboundMessage, ports: Ports) =>
  turn(message.id, { remainingMs: 30_000, last: false }, ports);

async function receive(message: InboundMessage, ports: Ports): Promise<InboundMessage> {
  await ports.messages.countRecent(message);
  await ports.messages.storeOnce(message);
  await forward(message, { ...ports, tickets: ports.ticketStore });
  return message;
}

/** A customer whose mail was answered. */
async function customer(person: Planted, ports: Ports): Promise<string> {
  await handled(await receive(messageOf(person, 'email'), ports), ports);
  const found = await ports.customers.find({ kind: 'email', value: person.email });
  return found?.id ?? '';
}
const left = async (person: Planted) => traceOf(person, (await service.scan()).items);

test('cut off at any step, the next call ends it', async () => {
  const ports = await portsOn(table);
  let cutOff = 0;
  for (let number = 1; ; number += STRIDE) {
    const person = plantedPerson(1000 + number);
    const id = await customer(person, ports);
    await handled(await receive(messageOf(person, 'whatsapp'), ports), ports);
    await receive(messageOf(person, 'email'), ports);
    const cut = atCall(number, async () => {
      throw new Error('cut off');
    });
    const cutPorts = { ...(await portsOn(watched(cut.step))), objects };
    await erase(id, BY, cutPorts).catch(() => undefined);
    if (!cut.reached()) break;
    cutOff += 1;
    const record = await erase(id, BY, { ...ports, objects });
    expect({ number, erased: record.erasedAt !== undefined, left: await left(person) }).toEqual({ number, erased: true, left: [] });
  }
  expect(cutOff * STRIDE).toBeGreaterThan(50);
}, 600_000); // biome-ignore format: one line

test.each(['email', 'whatsapp'] as const)('in the middle of a turn by %s, at any step, it is whole', async (kind) => {
  const ports = await portsOn(table);
  let interrupted = 0;
  for (let number = 1; ; number += STRIDE) {
    const person = plantedPerson((kind === 'email' ? 2000 : 3000) + number);
    const id = await customer(person, ports);
    const message = await receive(messageOf(person, kind), ports);
    // Already one person with both addresses, as far as the mail says so.
    const meanwhile = atCall(number, async () => {
      await erase(id, BY, { ...ports, objects });
    });
    const failed = await handled(message, await portsOn(watched(meanwhile.step))).catch((error: unknown) => error);
    if (!meanwhile.reached()) break;
    interrupted += 1;
    // Of what came by a number that nobody knew to be this customer's, only what the customer claimed is known.
    const other = kind === 'whatsapp' ? await ports.customers.find({ kind, value: person.phone }) : undefined;
    if (other !== undefined) await erase(other.id, BY, { ...ports, objects });
    expect({ number, failed, left: await left(person) }).toEqual({ number, failed: undefined, left: [] });
    expect((await ports.messages.get(message.id))?.text).toBe('');
  }
  expect(interrupted * STRIDE).toBeGreaterThan(25);
}, 600_000); // biome-ignore format: one line
