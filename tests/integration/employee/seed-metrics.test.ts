/** Each of the fourteen metrics of the first catalogue, and `fte_service_info`: emitted by real work, read at `/metrics`. */
import { catalogue } from '../../../src/fte/catalogue.ts';
import { readSamples, type Sample, sampled } from '../../running/exposition.ts';
import { questionOf, refundOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { until } from '../../running/until.ts';

type Labels = Readonly<Record<string, string>>;

let service: RunningService;
beforeAll(async () => {
  service = await startService({ visibilitySeconds: 1 });
  service.work();
});
afterAll(() => service.stop());

/** What Prometheus would read, after a fold. */
async function scrape(): Promise<readonly Sample[]> {
  await service.invoke('fleet', {});
  const { status, text } = await service.request('GET /metrics');
  expect(status).toBe(200);
  return readSamples(text);
}

/** By how much the named samples grow while `work` is done; waits until it is `by`, so that queues can get there. */
async function grows(name: string, labels: Labels, by: number, work: () => Promise<unknown>): Promise<void> {
  const before = sampled(await scrape(), name, labels);
  // A series that is not there before its first event would hide that event from Prometheus.
  expect({ name, labels, before }).not.toMatchObject({ before: undefined });
  await work();
  await until(
    `${name} ${JSON.stringify(labels)} grows by ${by}`,
    async () => (sampled(await scrape(), name, labels) ?? 0) - (before ?? 0) >= by,
  );
  expect((sampled(await scrape(), name, labels) ?? 0) - (before ?? 0)).toBe(by);
}

const web = { channel: 'web_form' };
const submit = async (body: object, headers: Record<string, string> = {}) =>
  (await service.request('POST /support/submit', {}, { body, headers })).json.ticket_id as string;
const answered = (id: string) =>
  until(`an answer to ${id}`, async () => {
    const { json } = await service.request('GET /support/ticket/{id}', { id });
    return json.messages.length > 1 && id;
  });
const ask = async (form: object = questionOf()) => answered(await submit(form));
const operator = (id: string, route: string, body: object = {}) =>
  service.request(`POST /support/ticket/{id}/${route}`, { id }, { operator: true, body });
const rate = (id: string, rating: number) =>
  service.request('POST /support/ticket/{id}/feedback', { id }, { body: { rating } });

test('fte_http_requests_total: one per request, refused input too; not for queues or schedules', async () => {
  const endpoint = '/support/submit';
  await grows('fte_http_requests_total', { method: 'POST', endpoint, status_code: '201' }, 1, () => ask());
  await grows('fte_http_requests_total', { method: 'POST', endpoint, status_code: '422' }, 1, () =>
    submit({ name: 'A' }),
  );
  const samples = await scrape();
  const endpoints = new Set(
    samples.filter(({ name }) => name === 'fte_http_requests_total').map(({ labels }) => labels.endpoint),
  );
  expect([...endpoints].filter((one) => one !== '__unmatched__' && !one?.startsWith('/'))).toEqual([]);
});

test('fte_http_request_duration_seconds: one observation a request, by template', () =>
  grows(
    'fte_http_request_duration_seconds_count',
    { method: 'GET', endpoint: '/support/ticket/{id}' },
    2,
    async () => {
      for (const id of ['x', 'y']) await service.request('GET /support/ticket/{id}', { id });
    },
  ));

describe('fte_customer_interactions_total', () => {
  const count = 'fte_customer_interactions_total';
  const inbound = { ...web, direction: 'inbound' };
  test('inbound success: once stored', () => grows(count, { ...inbound, status: 'success' }, 1, () => ask()));
  test('outbound success: once the provider has accepted it', () =>
    grows(count, { ...web, direction: 'outbound', status: 'success' }, 1, () => ask()));
  test('duplicate: the same key again', async () => {
    const form = questionOf();
    await answered(await submit(form, { 'idempotency-key': 'twice' }));
    await grows(count, { ...inbound, status: 'duplicate' }, 1, () =>
      submit(form, { 'idempotency-key': 'twice' }),
    );
  });
  test('rejected: refused at the door', () =>
    grows(count, { ...inbound, status: 'rejected' }, 1, () => submit({})));
  test('rate_limited: the sixth within a minute', () =>
    // The answers to the five belong to this test, too.
    grows(count, { ...web, direction: 'outbound', status: 'success' }, 5, async () => {
      const form = questionOf();
      for (let i = 0; i < 5; i++) await submit(form);
      await grows(count, { ...inbound, status: 'rate_limited' }, 1, () => submit(form));
    }));
});

test('fte_customer_response_time_seconds: once for the answer, not for an automatic confirmation', async () => {
  let id = '';
  await grows('fte_customer_response_time_seconds_count', web, 1, async () => {
    id = await ask(refundOf());
  });
  await grows('fte_customer_response_time_seconds_count', web, 0, async () => {
    await service.request(
      'POST /support/ticket/{id}/messages',
      { id },
      { body: { message: 'Hello, any news?' } },
    );
    await until(
      'the confirmation',
      async () => (await service.request('GET /support/ticket/{id}', { id })).json.messages.length > 3,
    );
  });
});

describe('fte_ticket_operations_total and fte_ticket_resolution_time_seconds', () => {
  const operations = (operation: string, status = 'success') => ({ operation, status });
  const count = 'fte_ticket_operations_total';
  test('create', () => grows(count, operations('create'), 1, () => ask()));
  test('update: the customer goes on', async () => {
    const id = await ask();
    await grows(count, operations('update'), 1, () =>
      service.request(
        'POST /support/ticket/{id}/messages',
        { id },
        { body: { message: 'And on the phone?' } },
      ),
    );
  });
  test('escalate', () => grows(count, operations('escalate'), 1, () => ask(refundOf())));
  test('assign, resolve, reopen, close; a refused one as failure', async () => {
    const id = await ask(refundOf({ category: 'billing', priority: 'high' }));
    const labels = { category: 'billing', priority: 'high' };
    await grows(count, { ...operations('assign'), ...labels }, 1, () =>
      operator(id, 'assign', { assignee: 'G' }),
    );
    await grows('fte_ticket_resolution_time_seconds_count', labels, 1, () => operator(id, 'resolve'));
    await grows(count, { ...operations('resolve', 'failure'), ...labels }, 1, () => operator(id, 'resolve'));
    await grows(count, { ...operations('reopen'), ...labels }, 1, () => operator(id, 'reopen'));
    await grows(count, { ...operations('close'), ...labels }, 1, () => operator(id, 'close'));
    expect(sampled(await scrape(), count, { ...operations('resolve'), ...labels })).toBe(1);
  });
});

test.each(['classify', 'sentiment', 'generate', 'run'])(
  'fte_agent_thinking_time_seconds: %s, once a turn',
  (operation) => grows('fte_agent_thinking_time_seconds_count', { operation }, 1, () => ask()),
);

test.each([
  ['create_ticket', 1],
  ['get_customer_history', 1],
  ['search_knowledge_base', 1],
  ['send_response', 1],
  ['escalate_to_human', 0],
])('fte_agent_tool_calls_total: %s %d times for an answered question', (tool_name, times) =>
  grows('fte_agent_tool_calls_total', { tool_name, status: 'success' }, times, () => ask()),
);

test('fte_active_conversations: one more for one more conversation', () =>
  grows('fte_active_conversations', {}, 1, () => ask()));

test('fte_message_queue_size: what waits in a queue', async () => {
  await until(
    'the queue is empty',
    async () => sampled(await scrape(), 'fte_message_queue_size', { queue_name: 'incoming' }) === 0,
  );
  await service.rest();
  await grows('fte_message_queue_size', { queue_name: 'incoming' }, 3, async () => {
    for (let i = 0; i < 3; i++) await submit(questionOf());
  });
  // The oldest of them grows older, and is gone with the last one.
  const age = async () =>
    sampled(await scrape(), 'fte_queue_oldest_message_age_seconds', { queue_name: 'incoming' });
  await until('a message that is a second old', async () => ((await age()) ?? 0) >= 1);
  service.work();
  await until(
    'the queue is empty again',
    async () => sampled(await scrape(), 'fte_message_queue_size', { queue_name: 'incoming' }) === 0,
  );
  await until('nothing that waits', async () => (await age()) === 0);
});

test('fte_system_uptime_seconds: since this version began to serve, whatever instance asks', async () => {
  const first = sampled(await scrape(), 'fte_system_uptime_seconds') ?? -1;
  expect(first).toBeGreaterThanOrEqual(0);
  await until('time passes', async () => (sampled(await scrape(), 'fte_system_uptime_seconds') ?? 0) > first);
});

test('fte_errors_total: a message that names nothing, once for each receive', async () => {
  const { connect } = await import('../../../src/platform/service.ts');
  const labels = { error_type: 'parse', component: 'worker', severity: 'low' };
  const dead = async () => sampled(await scrape(), 'fte_message_queue_size', { queue_name: 'dlq' }) ?? 0;
  const before = await dead();
  await grows('fte_errors_total', labels, 5, () =>
    connect().queue.send('incoming', {
      body: { messageId: 'nobody' },
      group: 'g',
      id: 'i-1',
      correlationId: 'c',
    }),
  );
  await until('the message is in the dead-letter queue', async () => (await dead()) === before + 1);
});

describe('fte_customer_satisfaction_score', () => {
  const count = 'fte_customer_satisfaction_score_count';
  test('ai_resolved: the answer helped', async () => {
    const id = await ask();
    await grows(count, { interaction_type: 'ai_resolved' }, 1, () => rate(id, 5));
  });
  test('unresolved: it did not; the sum is the score', async () => {
    const id = await ask();
    await grows('fte_customer_satisfaction_score_sum', { interaction_type: 'unresolved' }, 2, () =>
      rate(id, 2),
    );
  });
  test('human_resolved: a person did it', async () => {
    const id = await ask(refundOf());
    await operator(id, 'resolve');
    await grows(count, { interaction_type: 'human_resolved' }, 1, () => rate(id, 3));
  });
});

test('fte_escalations_total: once a ticket, with the first reason, however often the customer writes', async () => {
  const labels = { ...web, reason: 'refund_request' };
  let id = '';
  await grows('fte_escalations_total', labels, 1, async () => {
    id = await ask(refundOf());
  });
  await grows('fte_escalations_total', {}, 0, async () => {
    await service.request(
      'POST /support/ticket/{id}/messages',
      { id },
      { body: { message: 'I want my money back and a lawyer!' } },
    );
    await until(
      'the confirmation',
      async () => (await service.request('GET /support/ticket/{id}', { id })).json.messages.length > 3,
    );
  });
});

test('fte_service_info: 1, with the build facts', async () => {
  const info = (await scrape()).filter(({ name }) => name === 'fte_service_info');
  expect(info).toEqual([
    {
      name: 'fte_service_info',
      labels: { version: '0.1.0', service: 'customer-success-fte', team: 'customer-success' },
      value: 1,
    },
  ]);
});

test('every metric that /metrics shows stands in the catalogue, with its help and type', async () => {
  await scrape();
  const { text } = await service.request('GET /metrics');
  const shown = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({ name, type }));
  for (const { name, type } of shown) expect(catalogue[name as keyof typeof catalogue]?.type).toBe(type);
  expect(shown.length).toBeGreaterThan(40);
});
