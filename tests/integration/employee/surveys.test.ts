/** Surveys: whom upkeep asks and when, what counts, and what becomes of the answers. */
import { LOCAL_AUTHSERV_ID, LOCAL_MAIL_FROM, LOCAL_MAIL_TOKEN } from '../../../local/environment.ts';
import { twilioSignature } from '../../../src/platform/whatsapp/twilio-signature.ts';
import { sumOf } from '../../running/counted.ts';
import { questionOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { startSes } from '../../running/ses.ts';
import { until } from '../../running/until.ts';
import { KEYS, startWhatsAppProvider } from '../../running/whatsapp-provider.ts';

const HOUR = 3_600_000;
const URL = 'https://fte.example/webhooks/twilio';
let service: RunningService;
let provider: Awaited<ReturnType<typeof startWhatsAppProvider>>;
let ses: Awaited<ReturnType<typeof startSes>>;
let ports: ReturnType<typeof import('../../../src/platform/service.ts')['connect']>;
let sendSurveys: typeof import('../../../src/fte/operations/surveys.ts')['sendSurveys'];
beforeAll(async () => {
  provider = await startWhatsAppProvider();
  ses = await startSes();
  service = await startService({
    environment: {
      FTE_OUTBOX_FILE: '',
      FTE_WHATSAPP_PROVIDER: 'twilio',
      FTE_TWILIO_ACCOUNT_SID: KEYS.accountSid,
      FTE_TWILIO_AUTH_TOKEN: KEYS.authToken,
      FTE_TWILIO_FROM: '+14155238886',
      FTE_TWILIO_API_URL: provider.url,
      AWS_ENDPOINT_URL_SESV2: ses.url,
    },
  });
  service.work();
  ports = (await import('../../../src/platform/service.ts')).connect();
  ({ sendSurveys } = await import('../../../src/fte/operations/surveys.ts'));
});
afterAll(async () => {
  await service.stop();
  await provider.close();
  await ses.close();
});

const count = async (name: string, labels: Record<string, string> = {}) =>
  sumOf(await ports.metrics.snapshot(), name, labels);
/** By how much each of these grows while `work` is done. */
async function growth(of: Record<string, [string, Record<string, string>]>, work: () => Promise<unknown>) {
  const read = () => Promise.all(Object.values(of).map(([name, labels]) => count(name, labels)));
  const before = await read();
  await work();
  const after = await read();
  return Object.fromEntries(Object.keys(of).map((key, i) => [key, after[i]! - before[i]!]));
}
const upkeepAt = (hours: number, more: object = {}) =>
  sendSurveys({ ...ports, correlationId: 'c', now: () => Date.now() + hours * HOUR, ...more });

let sids = 0;
function whatsapp(from: string, Body: string, hours = 0, sid = `SM${String(++sids).padStart(32, '0')}`) {
  const form = { MessageSid: sid, From: `whatsapp:${from}`, To: 'whatsapp:+14155238886', Body };
  const parameters = new Map(Object.entries(form).map(([name, value]) => [name, [value]]));
  return service.request(
    'POST /webhooks/twilio',
    {},
    {
      rawBody: new URLSearchParams(form).toString(),
      headers: { 'x-twilio-signature': twilioSignature(KEYS.authToken, URL, parameters) },
      receivedAt: Date.now() + hours * HOUR,
    },
  );
}
const textsTo = (number: string) => provider.taken.filter(({ to }) => to === number).map(({ text }) => text);
const toldTo = (number: string, times: number) =>
  until(`${times} messages to ${number}`, () => textsTo(number).length >= times && textsTo(number));
/** The first answer has arrived, and stands in the conversation as the last word. */
async function answered(value: string) {
  const kind = value.startsWith('+') ? 'whatsapp' : 'email';
  await (kind === 'whatsapp' ? toldTo(value, 1) : mailed(value, 1));
  await until('the answer is noted', async () => {
    const customer = await ports.customers.find({ kind, value });
    const last = customer && (await ports.customers.lastConversation(customer.id));
    return last && (await ports.conversations.get(last.place.conversationId))?.lastFrom === 'employee';
  });
}

let mails = 0;
function mail(from: string, text: string, to = LOCAL_MAIL_FROM) {
  mails += 1;
  const rawBody = [
    `Authentication-Results: ${LOCAL_AUTHSERV_ID}; dmarc=pass header.from=example.com`,
    `From: Ada <${from}>`,
    `To: ${to}`,
    'Subject: A question',
    `Message-ID: <s${mails}@example.com>`,
    '',
    text,
  ].join('\r\n');
  const headers = { 'content-type': 'message/rfc822', authorization: `Bearer ${LOCAL_MAIL_TOKEN}` };
  return service.request('POST /webhooks/email', {}, { rawBody, headers });
}
const mailsTo = (address: string) =>
  ses.taken.filter(({ Destination }) => Destination.ToAddresses.includes(address));
const mailed = (address: string, times: number) =>
  until(`${times} mails to ${address}`, () => mailsTo(address).length >= times && mailsTo(address));
const bodyOf = (one: (typeof ses.taken)[number] | undefined) => one?.Content.Simple.Body.Text.Data ?? '';

const SURVEYED = 'fte_csat_surveys_sent_total';
const OUTBOUND = { direction: 'outbound' };
const ASKS = /from 1 .* to 5/;

test('WhatsApp: asked once, 20 hours after the answer; counted as a survey and as nothing else', async () => {
  const from = '+16505551001';
  await whatsapp(from, 'How can I swap a shift with a colleague?');
  await answered(from);
  await until('it is timed', async () => (await count('fte_customer_response_time_seconds')) === 1);
  const grown = await growth(
    {
      surveys: [SURVEYED, { channel: 'whatsapp' }],
      replies: ['fte_customer_interactions_total', OUTBOUND],
      times: ['fte_customer_response_time_seconds', {}],
      first: ['fte_first_response_time_seconds', {}],
    },
    async () => {
      expect(await upkeepAt(19.9)).toBe(0);
      expect(await upkeepAt(20.1)).toBe(1);
      expect(await upkeepAt(20.2)).toBe(0);
      await toldTo(from, 2);
      await until('it is counted', async () => (await count(SURVEYED, { channel: 'whatsapp' })) === 1);
    },
  );
  expect(grown).toEqual({ surveys: 1, replies: 0, times: 0, first: 0 });
  expect(textsTo(from)[1]).toMatch(ASKS);
});

test('its answer is the rating, once, however often the webhook comes, and no question for the agent', async () => {
  const from = '+16505551001';
  const grown = await growth(
    {
      ratings: ['fte_csat_ratings_total', { channel: 'whatsapp', score: '5' }],
      satisfied: ['fte_customer_satisfaction_score', { interaction_type: 'ai_resolved' }],
      outcomes: ['fte_conversation_outcomes_total', { channel: 'whatsapp', outcome: 'resolved_confirmed' }],
      resolved: ['fte_ticket_operations_total', { operation: 'resolve', status: 'success' }],
      tools: ['fte_agent_tool_calls_total', {}],
      created: ['fte_ticket_operations_total', { operation: 'create' }],
    },
    async () => {
      // More than a day after the customer's own last word.
      for (let i = 0; i < 3; i++) await whatsapp(from, '5 stars', 26, `SM${'f'.repeat(32)}`);
      await toldTo(from, 3);
    },
  );
  expect(grown).toEqual({ ratings: 1, satisfied: 1, outcomes: 1, resolved: 1, tools: 0, created: 0 });
  await whatsapp(from, 'And how do I request leave?', 26.1);
  const texts = await toldTo(from, 4);
  expect(texts[2]).toMatch(/Thank you for your rating/);
  expect(texts[3]).toMatch(/leave/i);
  expect(texts).toHaveLength(4);
});

test('a second rating changes nothing, and is no question either', async () => {
  const from = '+16505551002';
  await whatsapp(from, 'How do I set my availability?');
  await answered(from);
  await upkeepAt(21);
  await toldTo(from, 2);
  const grown = await growth(
    {
      bad: ['fte_csat_ratings_total', { channel: 'whatsapp', score: '2' }],
      all: ['fte_csat_ratings_total', {}],
      tools: ['fte_agent_tool_calls_total', {}],
    },
    async () => {
      await whatsapp(from, '2/5', 21.1);
      expect((await toldTo(from, 3))[2]).toMatch(/still open/);
      await whatsapp(from, '⭐⭐⭐⭐⭐', 21.2);
      await toldTo(from, 4);
    },
  );
  expect(grown).toEqual({ bad: 1, all: 1, tools: 0 });
  // The third message in the conversation, but the first about anything since.
  await whatsapp(from, 'It is not clear to me how I request leave', 21.3);
  expect((await toldTo(from, 5))[4]).toMatch(/leave/i);
});

test('a number that nobody asked for is a message like any other', async () => {
  const from = '+16505551003';
  await whatsapp(from, 'How do I clock in?');
  await answered(from);
  const grown = await growth(
    { ratings: ['fte_csat_ratings_total', {}], tools: ['fte_agent_tool_calls_total', {}] },
    async () => {
      await whatsapp(from, '5');
      await toldTo(from, 2);
    },
  );
  expect(grown.ratings).toBe(0);
  expect(grown.tools).toBeGreaterThan(0);
});

test('a number that answers what a person asked after the survey is for the person', async () => {
  const from = '+16505551013';
  await whatsapp(from, 'How do I add another location?');
  await answered(from);
  await upkeepAt(21);
  await toldTo(from, 2);
  const { ticketId: id, conversationId } = await placeOf(from);
  const operate = (route: string, body: object) =>
    service.request(`POST /support/ticket/{id}/${route}`, { id }, { operator: true, body });
  await operate('assign', { assignee: 'Grace' });
  await operate('reply', { message: 'How many locations do you have?' });
  await until('the question is noted', async () =>
    (await ports.conversations.entries(conversationId)).some((one) => one.from === 'person' && one.delivered),
  );
  const grown = await growth({ ratings: ['fte_csat_ratings_total', {}] }, async () => {
    await whatsapp(from, '4', 21.1);
    expect((await toldTo(from, 4))[3]).toMatch(/A member of our team is on it/);
  });
  expect(grown.ratings).toBe(0);
  expect((await ports.tickets.require(id)).rating).toBeUndefined();
});

test('a number that was written before the survey, and came late, is no rating', async () => {
  const from = '+16505551014';
  await whatsapp(from, 'How do I add a location to my account?');
  await answered(from);
  await upkeepAt(21);
  await toldTo(from, 2);
  const { ticketId: id } = await placeOf(from);
  const grown = await growth({ ratings: ['fte_csat_ratings_total', {}] }, async () => {
    await whatsapp(from, '2', 20.9);
    await toldTo(from, 3);
  });
  expect(grown.ratings).toBe(0);
  expect((await ports.tickets.require(id)).rating).toBeUndefined();
});

test('after 24 hours WhatsApp lets nobody ask; by mail it still goes', async () => {
  const [number, address] = ['+16505551004', 'late@example.com'];
  await whatsapp(number, 'How do I clock out?');
  await mail(address, 'How do I clock out?');
  await answered(number);
  await answered(address);
  await upkeepAt(24.1);
  expect(bodyOf((await mailed(address, 2))[1])).toMatch(ASKS);
  await until('it is counted', async () => (await count(SURVEYED, { channel: 'email' })) === 1);
  expect(textsTo(number)).toHaveLength(1);
});

const placeOf = async (value: string) => {
  const customer = await ports.customers.find({ kind: 'whatsapp', value });
  const { place } = (await ports.customers.lastConversation(customer?.id ?? ''))!;
  return {
    ...place,
    surveyedAt: async () => (await ports.conversations.get(place.conversationId))?.surveyedAt,
  };
};

test("WhatsApp's 24 hours run from the customer's last word, not from ours", async () => {
  const from = '+16505551005';
  await whatsapp(from, 'I was charged twice and want my money back.');
  await answered(from);
  const { conversationId, ticketId, surveyedAt } = await placeOf(from);
  await ports.conversations.touch(conversationId, 'person', Date.now() + 10 * HOUR);
  await service.request('POST /support/ticket/{id}/resolve', { id: ticketId }, { operator: true });
  await upkeepAt(24.1);
  expect(await surveyedAt()).toBeUndefined();
  await upkeepAt(23.9);
  expect(await surveyedAt()).toBeDefined();
});

test('a ticket that a person has, or that is closed or rated, is not asked about', async () => {
  const [taken, closed, rated] = ['+16505551006', '+16505551007', '+16505551008'];
  const at = Date.now();
  for (const from of [taken, closed, rated]) {
    await whatsapp(from, 'How do I clock in with the kiosk?');
    await answered(from);
  }
  const places = [await placeOf(taken), await placeOf(closed), await placeOf(rated)];
  const [takenId = '', closedId = '', ratedId = ''] = places.map(({ ticketId }) => ticketId);
  await ports.tickets.move(takenId, 'assign', { assignee: 'Grace' }, at);
  await ports.tickets.move(takenId, 'resolve', { resolvedAt: at, resolvedBy: 'person' }, at);
  await ports.tickets.move(takenId, 'reopen', {}, at);
  await ports.tickets.move(closedId, 'close', {}, at);
  await service.request('POST /support/ticket/{id}/feedback', { id: ratedId }, { body: { rating: 3 } });
  await upkeepAt(21);
  for (const { surveyedAt } of places) expect(await surveyedAt()).toBeUndefined();
});

test("an operator's reply under the key `survey` is no survey, and is sent", async () => {
  const from = '+16505551009';
  await whatsapp(from, 'How do I clock in with the kiosk?');
  await answered(from);
  const { ticketId: id } = await placeOf(from);
  await upkeepAt(21);
  await toldTo(from, 2);
  const body = { message: 'We have mended the kiosk.' };
  const call = { operator: true, headers: { 'idempotency-key': 'survey' }, body };
  for (let i = 0; i < 2; i++)
    expect((await service.request('POST /support/ticket/{id}/reply', { id }, call)).status).toBe(202);
  expect((await toldTo(from, 3)).slice(2)).toEqual([expect.stringContaining(body.message)]);
});

test('a form asks on its page; nobody is written to', async () => {
  const { json } = await service.request('POST /support/submit', {}, { body: questionOf() });
  await until('the answer', async () => {
    const { messages } = (await service.request('GET /support/ticket/{id}', { id: json.ticket_id })).json;
    return messages.length > 1;
  });
  await service.request('POST /support/ticket/{id}/resolve', { id: json.ticket_id }, { operator: true });
  await upkeepAt(21);
  const ticket = await ports.tickets.require(json.ticket_id);
  expect(ticket.status).toBe('resolved');
  const { surveyedAt, lastFrom } = (await ports.conversations.get(ticket.conversationId)) ?? {};
  expect({ surveyedAt, lastFrom }).toEqual({ surveyedAt: undefined, lastFrom: 'employee' });
  expect(await count(SURVEYED, { channel: 'web_form' })).toBe(0);
});

test('by mail, after people resolved it: asked by the next upkeep, rated by an answer, not reopened', async () => {
  const from = 'refund@example.com';
  await mail(from, 'I was charged twice this month and I want my money back.');
  const [first] = await mailed(from, 1);
  const id = /tkt_[0-9a-f]{32}/.exec(bodyOf(first))?.[0] ?? '';
  await answered(from);
  await service.invoke('upkeep', {});
  expect(mailsTo(from)).toHaveLength(1);
  await service.request('POST /support/ticket/{id}/resolve', { id }, { operator: true });
  await Promise.all([service.invoke('upkeep', {}), service.invoke('upkeep', {})]);
  await service.invoke('upkeep', {});
  const [, survey] = await mailed(from, 2);
  expect(bodyOf(survey)).toMatch(ASKS);
  const [replyTo = ''] = survey?.ReplyToAddresses ?? [];
  expect(replyTo).toContain(id);
  const grown = await growth(
    {
      ratings: ['fte_csat_ratings_total', { channel: 'email', score: '4' }],
      human: ['fte_customer_satisfaction_score', { interaction_type: 'human_resolved' }],
      tools: ['fte_agent_tool_calls_total', {}],
      reopened: ['fte_ticket_reopens_total', {}],
    },
    async () => {
      await mail(
        from,
        '4\r\n\r\nOn Mon, 2 Nov 2026 at 10:00, Support wrote:\r\n> How helpful was our answer?',
        replyTo,
      );
      await mailed(from, 3);
    },
  );
  expect(grown).toEqual({ ratings: 1, human: 1, tools: 0, reopened: 0 });
  expect(await ports.tickets.require(id)).toMatchObject({ status: 'resolved', rating: { score: 4 } });
  expect(mailsTo(from)).toHaveLength(3);
});

test.each(['before', 'after'] as const)(
  'a run that is cut off anywhere, %s its work: asked once',
  async (when) => {
    const from = when === 'before' ? '+16505551010' : '+16505551011';
    await whatsapp(from, 'How do I reset my password?');
    await answered(from);
    let calls = 0;
    let failAt = 1;
    const failing = <T extends object>(port: T): T =>
      new Proxy(port, {
        get(target, name) {
          const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
          return async (...args: unknown[]) => {
            const fails = ++calls === failAt;
            if (fails && when === 'before') throw new Error('cut off');
            const result = await method.apply(target, args);
            if (fails) throw new Error('cut off');
            return result;
          };
        },
      });
    const broken = {
      conversations: failing(ports.conversations),
      customers: failing(ports.customers),
      replies: failing(ports.replies),
      ticketStore: failing(ports.ticketStore),
      queue: failing(ports.queue),
    };
    const before = await count(SURVEYED, { channel: 'whatsapp' });
    let done = false;
    for (; !done; failAt++) {
      calls = 0;
      done = await upkeepAt(21, broken).then(
        () => true,
        () => false,
      );
    }
    expect(failAt).toBeGreaterThan(5);
    await toldTo(from, 2);
    await until('it is counted', async () => (await count(SURVEYED, { channel: 'whatsapp' })) === before + 1);
    await whatsapp(from, 'And how do I request leave?', 21.1);
    await toldTo(from, 3);
    expect(textsTo(from).filter((text) => ASKS.test(text))).toHaveLength(1);
  },
);

test('a survey that the provider refuses is nobody’s work', async () => {
  const from = '+16505551012';
  await whatsapp(from, 'How do I export my timesheets?');
  await answered(from);
  await service.rest();
  const waiting = await ports.queue.size('escalations');
  const grown = await growth(
    {
      failed: ['fte_customer_interactions_total', { ...OUTBOUND, status: 'failed' }],
      surveys: [SURVEYED, {}],
    },
    async () => {
      expect(await upkeepAt(21)).toBe(1);
      provider.next({ status: 400, code: 63016 });
      const refusals = await count('fte_errors_total', { error_type: 'delivery', component: 'delivery' });
      service.work(['deliver']);
      await until(
        'it is refused',
        async () =>
          (await count('fte_errors_total', { error_type: 'delivery', component: 'delivery' })) > refusals,
      );
    },
  );
  expect(grown).toEqual({ failed: 0, surveys: 0 });
  expect(await ports.queue.size('escalations')).toBe(waiting);
  expect(textsTo(from)).toHaveLength(1);
});
