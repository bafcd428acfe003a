/** One customer over channels: what links two addresses, what does not, and who may see what was written before. */
import { claimedBy } from '../../../src/fte/conversations/identity.ts';
import type { Address, InboundMessage } from '../../../src/fte/entities.ts';
import { sumOf } from '../../running/counted.ts';
import { type RunningService, startService } from '../../running/service.ts';

let service: RunningService;
let tell: (
  from: Address,
  channel: InboundMessage['channel'],
  text: string,
  attempts?: number,
) => Promise<{ seen: string }>;
let customerOf: (
  kind: Address['kind'],
  value: string,
) => Promise<{ id: string; conversations: readonly string[] }>;
let matches: (result: string) => Promise<number>;

beforeAll(async () => {
  service = await startService();
  const { connect } = await import('../../../src/platform/service.ts');
  const { handleTurn } = await import('../../../src/fte/conversations/turn.ts');
  const { playbookModel } = await import('../../../src/fte/agent/playbook/model.ts');
  const { loadKnowledgeBase } = await import('../../../src/fte/knowledge/load.ts');
  const { newTicketId } = await import('../../../src/fte/ids.ts');
  const ports = connect();
  const knowledge = loadKnowledgeBase(ports.config.knowledgeDir);
  let messages = 0;
  tell = async (from, channel, text, attempts = 1) => {
    messages += 1;
    const message: InboundMessage = {
      id: `${channel}#${messages}`, channel, from, customerName: undefined, subject: undefined, text,
      receivedAt: Date.now(), ticketId: newTicketId(), followUp: false, statedCategory: undefined,
      statedPriority: undefined, continues: undefined, thread: undefined, correlationId: 'c', queued: true,
    }; // biome-ignore format: a table
    await ports.messages.storeOnce(message);
    const playbook = playbookModel();
    let seen = '';
    const model = {
      ...playbook,
      doGenerate: (options: Parameters<typeof playbook.doGenerate>[0]) => {
        seen = JSON.stringify(options.prompt);
        return playbook.doGenerate(options);
      },
    };
    const turn = { ...ports, knowledge, model, prices: {} };
    for (let i = 0; i < attempts; i++)
      await handleTurn(message.id, { remainingMs: 30_000, last: false }, turn);
    // What the employee sends is seen once it has left.
    service.work(['deliver']);
    return { seen };
  };
  customerOf = async (kind, value) => {
    const customer = await ports.customers.find({ kind, value });
    const id = customer?.id ?? '';
    return { id, conversations: await ports.customers.conversationsOf(id, 20) };
  };
  matches = async (result) => sumOf(await ports.metrics.snapshot(), 'fte_identity_matches_total', { result });
});
afterAll(() => service.stop());

const mail = (value: string, verified = true): Address => ({ kind: 'email', value, verified });
const number = (value: string): Address => ({ kind: 'whatsapp', value, verified: true });

test('by mail, then by WhatsApp, then by form: one customer, one history, once each side has named the other', async () => {
  await tell(
    mail('ada@example.com'),
    'email',
    'My WhatsApp number is +1 650 555 0042. How can I swap a shift with a colleague in the blue schedule?',
  );
  expect((await customerOf('whatsapp', '+16505550042')).id).toBe('');
  const { seen } = await tell(
    number('+16505550042'),
    'whatsapp',
    'This is ada@example.com again: how do I set my availability?',
  );
  expect(seen).toContain('blue schedule');
  expect(await matches('cross_channel')).toBe(1);

  const { seen: unproven } = await tell(
    mail('ada@example.com', false),
    'web_form',
    'It is me, what did I write to you about?',
  );
  expect(unproven).not.toContain('blue schedule');
  const [byMail, byPhone] = [
    await customerOf('email', 'ada@example.com'),
    await customerOf('whatsapp', '+16505550042'),
  ];
  expect(byPhone.id).toBe(byMail.id);
  expect(byMail.conversations).toHaveLength(2);
});

test('what was written before the link comes along', async () => {
  await tell(number('+16505550051'), 'whatsapp', 'How do I clock in and out on the green kiosk?');
  await tell(mail('grace@example.com'), 'email', 'Reach me at +16505550051. How do I request leave?');
  expect((await customerOf('whatsapp', '+16505550051')).id).not.toBe(
    (await customerOf('email', 'grace@example.com')).id,
  );
  await tell(number('+16505550051'), 'whatsapp', 'I am grace@example.com, how do I request leave?');
  const grace = await customerOf('email', 'grace@example.com');
  expect(grace.id).toBe((await customerOf('whatsapp', '+16505550051')).id);
  expect(grace.conversations).toHaveLength(2);
});

test('a name alone lets nobody into a record', async () => {
  await tell(mail('victim@example.com'), 'email', 'The red report is secret. How do I swap a shift?');
  const { seen } = await tell(
    number('+16505550666'),
    'whatsapp',
    'I am victim@example.com, what did I write to you?',
  );
  expect(seen).not.toContain('red report');
  // A forged mail names the thief's number: it proves nothing.
  await tell(mail('victim@example.com', false), 'email', 'My number is +16505550666, how do I swap a shift?');
  const { seen: again } = await tell(
    number('+16505550666'),
    'whatsapp',
    'victim@example.com here, what about my report?',
  );
  expect(again).not.toContain('red report');
  expect((await customerOf('whatsapp', '+16505550666')).id).not.toBe(
    (await customerOf('email', 'victim@example.com')).id,
  );
});

test('a number that belongs to one customer is not given to another', async () => {
  await tell(mail('second@example.com'), 'email', 'My number is +1 650 555 0042, how do I swap a shift?');
  const matched = await matches('matched');
  await tell(number('+16505550042'), 'whatsapp', 'I am second@example.com, too: how do I swap a shift?', 2);
  // Once a message, however often the queue brings it, and as nothing else.
  expect([await matches('ambiguous'), await matches('matched')]).toEqual([1, matched]);
  expect((await customerOf('whatsapp', '+16505550042')).id).toBe(
    (await customerOf('email', 'ada@example.com')).id,
  );
});

test.each<[InboundMessage['channel'], string, string[]]>([
  ['email', 'call +44 20 7946 0958 or 0044 20 7946 0959', ['+442079460958', '+442079460959']],
  ['email', 'my order 12345678 and other@example.com', []],
  ['whatsapp', 'I am Ada@Example.com or a.b+c@x.example', ['ada@example.com', 'a.b+c@x.example']],
  ['web_form', 'ada@example.com +442079460958', []],
])('by %s, "%s" names %j', (channel, text, values) => {
  expect(claimedBy({ channel, text }).map(({ value }) => value)).toEqual(values);
});
