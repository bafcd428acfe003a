import { questionOf, refundOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { until } from '../../running/until.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService();
  service.work();
});
afterAll(() => service.stop());

const get = (route: string, params: Record<string, string> = {}, query: Record<string, string> = {}) =>
  service.request(route, params, { operator: true, query });
async function answered(form: object): Promise<string> {
  const { json } = await service.request('POST /support/submit', {}, { body: form });
  await until(
    'the answer',
    async () =>
      (await service.request('GET /support/ticket/{id}', { id: json.ticket_id })).json.messages.length > 1,
  );
  return json.ticket_id;
}

test('a customer is found by address, with the conversations, and each of them can be read', async () => {
  const form = questionOf({ email: 'Grace@Example.com', name: 'Grace' });
  const ticketId = await answered(form);
  const { status, json } = await get('GET /customers/lookup', {}, { email: 'grace@example.com' });
  expect(status).toBe(200);
  expect(json).toMatchObject({ name: 'Grace', conversation_ids: [expect.stringMatching(/^cnv_/)] });
  const { json: conversation } = await get('GET /conversations/{id}', { id: json.conversation_ids[0] });
  expect(conversation).toMatchObject({
    ticket_id: ticketId,
    customer_id: json.customer_id,
    channel: 'web_form',
  });
  expect(conversation.messages.map(({ from }: { from: string }) => from)).toEqual(['customer', 'employee']);
});

test.each([
  [{}, 422],
  [{ email: 'nobody' }, 422],
  [{ phone: 'call me' }, 422],
  [{ email: `${'a'.repeat(2100)}@example.com` }, 422],
  [{ phone: '1'.repeat(3000) }, 422],
  [{ email: 'a@b.example', phone: '+16505550001' }, 422],
  [{ email: 'nobody@example.com' }, 404],
  [{ phone: '+1 650 555 0001' }, 404],
])('a look-up of %j is a %d', async (query, status) => {
  expect((await get('GET /customers/lookup', {}, query as Record<string, string>)).status).toBe(status);
});

test('the day by channel: conversations, mean sentiment, escalations', async () => {
  const before = (await get('GET /metrics/channels')).json.channels.web_form;
  await answered(questionOf());
  await answered(refundOf());
  await until('both turns are noted', async () => {
    const { web_form } = (await get('GET /metrics/channels')).json.channels;
    return (
      web_form.conversations === before.conversations + 2 && web_form.escalations === before.escalations + 1
    );
  });
  const { json } = await get('GET /metrics/channels');
  expect(json.channels.web_form.average_sentiment).toBeGreaterThan(0);
  expect(json.channels.web_form.average_sentiment).toBeLessThanOrEqual(1);
  expect(json.channels.email).toEqual({ conversations: 0, average_sentiment: null, escalations: 0 });
});

test.each(['GET /customers/lookup', 'GET /conversations/{id}', 'GET /metrics/channels'])(
  '%s wants a key',
  async (route) => {
    expect((await service.request(route, { id: 'x' })).status).toBe(401);
  },
);

test.each(['x', 'cnv_000000000000000000000000', 'x'.repeat(3000)])(
  'the conversation %s is a 404',
  async (id) => {
    expect((await get('GET /conversations/{id}', { id })).status).toBe(404);
  },
);
