import { questionOf, refundOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { until } from '../../running/until.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService();
  service.work();
});
afterAll(() => service.stop());

const submit = (body: unknown, headers: Record<string, string> = {}) =>
  service.request('POST /support/submit', {}, { body, headers });
const ticket = async (id: string) => (await service.request('GET /support/ticket/{id}', { id })).json;
const answersIn = (id: string, count = 1) =>
  until(`${count} answers in ${id}`, async () => {
    const view = await ticket(id);
    const answers = view.messages.filter(({ from }: { from: string }) => from !== 'customer');
    return answers.length >= count && { view, answers };
  });

test('a question is answered from the articles, and the answer stands on the ticket', async () => {
  const { status, json } = await submit(questionOf());
  expect(status).toBe(201);
  expect(json).toEqual({
    ticket_id: expect.stringMatching(/^tkt_[0-9a-f]{32}$/),
    message: expect.any(String),
    estimated_response_time: expect.any(String),
  });
  expect((await ticket(json.ticket_id)).status).toBe('open');
  const { view, answers } = await answersIn(json.ticket_id);
  expect(answers[0]).toMatchObject({ from: 'employee', text: expect.stringMatching(/swap/i) });
  expect(view).toMatchObject({ status: 'open', subject: 'Swapping a shift' });
  expect(service.outbox().filter(({ ticket_id }) => ticket_id === json.ticket_id)).toHaveLength(1);
});

test('the same submission with the same key is the same ticket, answered once', async () => {
  const form = questionOf();
  const first = await submit(form, { 'Idempotency-Key': 'k-1' });
  await answersIn(first.json.ticket_id);
  const second = await submit(form, { 'Idempotency-Key': 'k-1' });
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(second.json.ticket_id).toBe(first.json.ticket_id);
  const other = await submit(questionOf(), { 'Idempotency-Key': 'k-1' });
  expect(other.status).toBe(201);
  expect(other.json.ticket_id).not.toBe(first.json.ticket_id);
  await answersIn(other.json.ticket_id);
  expect(service.outbox().filter(({ ticket_id }) => ticket_id === first.json.ticket_id)).toHaveLength(1);
});

test('a follow-up goes on with the ticket', async () => {
  const { json } = await submit(questionOf());
  await answersIn(json.ticket_id);
  const again = await service.request(
    'POST /support/ticket/{id}/messages',
    { id: json.ticket_id },
    { body: { message: 'And how do I set my availability for next week?' } },
  );
  expect(again.status).toBe(201);
  expect(again.json.ticket_id).toBe(json.ticket_id);
  const { answers } = await answersIn(json.ticket_id, 2);
  expect(answers[1].text).toMatch(/availability/i);
});

test('an escalated ticket: listed, assigned, answered by a person, resolved, rated, and reopened by the customer', async () => {
  const { json } = await submit(refundOf());
  const id = json.ticket_id;
  await answersIn(id);
  const operator = (route: string, body?: unknown) =>
    service.request(`POST /support/ticket/{id}/${route}`, { id }, { operator: true, body });

  const { json: list } = await service.request(
    'GET /support/tickets',
    {},
    { operator: true, query: { status: 'escalated', limit: '100' } },
  );
  expect(list.tickets.find((one: { ticket_id: string }) => one.ticket_id === id)).toMatchObject({
    status: 'escalated', escalation: { reason: 'refund_request' }, category: expect.any(String), channel: 'web_form',
  }); // biome-ignore format: a table
  await until('the team is told', () =>
    service.outbox().some(({ kind, ticket_id }) => kind === 'team' && ticket_id === id),
  );

  expect(await operator('assign', { assignee: 'Grace' })).toMatchObject({
    status: 200,
    json: { status: 'in_progress', assignee: 'Grace' },
  });
  expect((await operator('reply', { message: 'We have looked into it and will sort it out.' })).status).toBe(
    202,
  );
  const { answers } = await answersIn(id, 2);
  expect(answers[1]).toMatchObject({ from: 'person', text: 'We have looked into it and will sort it out.' });
  expect(await operator('resolve')).toMatchObject({
    status: 200,
    json: { status: 'resolved', resolved_by: 'person' },
  });

  const rate = (body: unknown) => service.request('POST /support/ticket/{id}/feedback', { id }, { body });
  expect(await rate({ rating: 5, comment: 'quick!' })).toMatchObject({ status: 201, json: { rating: 5 } });
  expect(await rate({ rating: 1 })).toMatchObject({
    status: 409,
    json: { error: { code: 'FTE_TICKET_ALREADY_RATED' } },
  });

  await service.request(
    'POST /support/ticket/{id}/messages',
    { id },
    { body: { message: 'It is back again, sorry!' } },
  );
  await until('the ticket is reopened for people', async () => (await ticket(id)).status === 'escalated');
  const { answers: all } = await answersIn(id, 3);
  expect(all[2].text).toMatch(/member of our team/);
});

test('emoji and odd characters travel through every queue', async () => {
  const message = 'Charged twice again \u{1F621} \uffff I want a refund!';
  const { json } = await submit(refundOf({ message }));
  const { answers } = await answersIn(json.ticket_id);
  expect(answers[0].text).toMatch(/a person|our team/i);
  const news = () =>
    service.outbox().filter(({ kind, ticket_id }) => kind === 'team' && ticket_id === json.ticket_id);
  await until('the team is told', () => news().some(({ text }) => String(text).includes('\u{1F621}')));
});

test("a good rating of the employee's own answer resolves the ticket", async () => {
  const { json } = await submit(questionOf());
  await answersIn(json.ticket_id);
  const rated = await service.request(
    'POST /support/ticket/{id}/feedback',
    { id: json.ticket_id },
    { body: { rating: 4 } },
  );
  expect(rated.status).toBe(201);
  expect(await ticket(json.ticket_id)).toMatchObject({ status: 'resolved', rating: 4 });
});

test('wrong transitions are 409 and say what is allowed; unknown tickets are 404', async () => {
  const { json } = await submit(questionOf());
  const id = json.ticket_id;
  await answersIn(id);
  const operator = (route: string, ticketId = id) =>
    service.request(
      `POST /support/ticket/{id}/${route}`,
      { id: ticketId },
      { operator: true, body: { assignee: 'G', message: 'm' } },
    );
  expect(await operator('reopen')).toMatchObject({
    status: 409,
    json: {
      error: { message: expect.stringMatching(/open can't take "reopen"; it must be resolved or closed/) },
    },
  });
  expect((await operator('close')).status).toBe(200);
  for (const route of ['assign', 'reply', 'resolve', 'close'])
    expect((await operator(route)).status).toBe(409);
  for (const unknown of ['tkt_00000000000000000000000000000000', 'x', 'x'.repeat(5000), '../../etc']) {
    expect((await operator('resolve', unknown)).status).toBe(404);
    expect((await service.request('GET /support/ticket/{id}', { id: unknown })).status).toBe(404);
  }
});

test('more than five messages a minute from one sender are refused with Retry-After', async () => {
  const form = questionOf();
  const answers: { status: number; headers: Readonly<Record<string, string>> }[] = [];
  for (let i = 0; i < 7; i++) answers.push(await submit(form));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 429, 429]);
  expect(answers[6]?.headers['retry-after']).toBe('60');
});

test('a ticket that a person has taken is answered by that person', async () => {
  const { json } = await submit(questionOf());
  const id = json.ticket_id;
  await answersIn(id);
  await service.request(
    'POST /support/ticket/{id}/assign',
    { id },
    { operator: true, body: { assignee: 'Grace' } },
  );
  await service.request(
    'POST /support/ticket/{id}/messages',
    { id },
    { body: { message: 'And how do I swap a shift?' } },
  );
  const { answers } = await answersIn(id, 2);
  expect(answers[1].text).toMatch(/member of our team/);
});

test("reopened, a ticket is nobody's success any more", async () => {
  const { json } = await submit(refundOf());
  const id = json.ticket_id;
  await answersIn(id);
  const operator = (route: string) =>
    service.request(`POST /support/ticket/{id}/${route}`, { id }, { operator: true });
  expect((await operator('resolve')).json).toMatchObject({ resolved_by: 'person' });
  const { json: reopened } = await operator('reopen');
  expect(reopened.status).toBe('escalated');
  expect(reopened).not.toHaveProperty('resolved_by');
  expect(reopened).not.toHaveProperty('resolved_at');
});

test("a person's first answer after an automatic confirmation is timed, a second one is not", async () => {
  const { metrics } = await import('../../../src/platform/telemetry.ts');
  const { sumOf } = await import('../../running/counted.ts');
  const timed = async () => sumOf(await metrics.snapshot(), 'fte_customer_response_time_seconds');
  const { json } = await submit(refundOf());
  const id = json.ticket_id;
  await answersIn(id);
  await service.request(
    'POST /support/ticket/{id}/messages',
    { id },
    { body: { message: 'Hello, any news about it?' } },
  );
  await answersIn(id, 2);
  const before = await timed();
  const reply = () =>
    service.request(
      'POST /support/ticket/{id}/reply',
      { id },
      { operator: true, body: { message: 'Here is the news.' } },
    );
  await reply();
  await answersIn(id, 3);
  await reply();
  await answersIn(id, 4);
  expect(await timed()).toBe(before + 1);
});

test('a stored message whose queue can not be reached is accepted; upkeep queues it', async () => {
  const { takeIn } = await import('../../../src/fte/intake/intake.ts');
  const { formMessage } = await import('../../../src/fte/intake/form.ts');
  const { connect } = await import('../../../src/platform/service.ts');
  const ports = connect();
  const message = formMessage(questionOf(), {
    idempotencyKey: undefined,
    receivedAt: Date.now() - 60_000,
    correlationId: 'c',
  });
  const queue = { ...ports.queue, send: async () => Promise.reject(new Error('no queue')) };
  expect(await takeIn(message, { ...ports, tickets: ports.ticketStore, queue })).toMatchObject({
    duplicate: false,
  });
  expect((await ports.messages.get(message.id))?.queued).toBe(false);
  await service.invoke('upkeep', {});
  await answersIn(message.ticketId);
});

test('the minute of the rate limit slides', async () => {
  const { connect } = await import('../../../src/platform/service.ts');
  const { messages } = connect();
  const minute = 1_700_000_040_000;
  let ids = 0;
  const one = (value: string, at: number, id = `m${++ids}`) =>
    messages.countRecent({
      id,
      channel: 'web_form',
      from: { kind: 'email', value, verified: false },
      receivedAt: at,
    });
  const count = async (value: string, ...seconds: number[]) => {
    const counts: number[] = [];
    for (const second of seconds) counts.push(await one(value, minute + second * 1000));
    return counts;
  };
  expect(await count('a@x.example', 59, 59.1, 59.2, 59.3, 59.4, 60.1)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await count('b@x.example', 0, 1, 2, 3, 4, 65, 66)).toEqual([1, 2, 3, 4, 5, 1, 2]);
  const together = await Promise.all(Array.from({ length: 4 }, () => one('c@x.example', minute)));
  expect(Math.max(...together)).toBe(4);
  // A message that is tried again, because it could not be stored or nobody heard that it was, is no further one.
  for (let i = 0; i < 8; i++) expect(await one('d@x.example', minute + i, 'again')).toBe(1);
  expect(await one('d@x.example', minute + 9)).toBe(2);
  // A provider repeats an old message after newer ones: it is no flood with them, and does not hide one of theirs.
  expect(await count('e@x.example', 2100, 2101, 2102, 2103, 2104, 0, 2105)).toEqual([1, 2, 3, 4, 5, 1, 6]);
  expect(await count('f@x.example', 240, 180, 120, 61, 60, 0)).toEqual([1, 1, 1, 2, 2, 1]);
  expect(await count('g@x.example', 5, 4, 3, 2, 1, 0)).toEqual([1, 2, 3, 4, 5, 6]);
  // Four a minute, of which one comes last: it counts with those of one minute, not of two.
  expect(await count('h@x.example', 0, 15, 30, 60, 75, 90, 45)).toEqual([1, 2, 3, 3, 3, 3, 4]);
});

test('the health check says what it reached', async () => {
  const { status, json } = await service.request('GET /health');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    status: 'ok',
    dependencies: { database: 'up', queue: 'up', gateway: 'up', model: 'up' },
  });
});
