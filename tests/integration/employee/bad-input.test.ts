import { LOCAL_OPERATOR_KEY } from '../../../local/environment.ts';
import { sumOf } from '../../running/counted.ts';
import { QUESTION } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const submit = (call: { body?: unknown; rawBody?: string; headers?: Record<string, string> }) =>
  service.request('POST /support/submit', {}, call);

async function counted(name: string, labels: Record<string, string>): Promise<number> {
  const { metrics } = await import('../../../src/platform/telemetry.ts');
  return sumOf(await metrics.snapshot(), name, labels);
}

/** How many messages wait; nothing that was refused may be among them. */
async function queued(): Promise<number> {
  const { connect } = await import('../../../src/platform/service.ts');
  const { queue, messages } = connect();
  return (await queue.size('incoming')) + (await messages.unqueued(Date.now() + 1000, 10)).length;
}

const { name, email, subject, message } = QUESTION;
test.each<[string, unknown, string, RegExp]>([
  ['no name', { email, subject, message }, 'name', /must be text/],
  ['a short name', { ...QUESTION, name: ' A ' }, 'name', /at least 2/],
  ['a long name', { ...QUESTION, name: 'x'.repeat(201) }, 'name', /at most 200/],
  ['a number for a name', { ...QUESTION, name: 7 }, 'name', /must be text/],
  ['no address', { name, subject, message }, 'email', /must be text/],
  ['a broken address', { ...QUESTION, email: 'ada@' }, 'email', /e-mail address/],
  ['a list for an address', { ...QUESTION, email: [email] }, 'email', /must be text/],
  ['a short subject', { ...QUESTION, subject: 'Hi' }, 'subject', /at least 5/],
  ['a short message', { ...QUESTION, message: 'Help me' }, 'message', /at least 10/],
  ['a blank message', { ...QUESTION, message: ' '.repeat(50) }, 'message', /at least 10/],
  ['a long message', { ...QUESTION, message: 'x'.repeat(5001) }, 'message', /at most 5000/],
  [
    'half a character',
    { ...QUESTION, message: 'My shift is gone \ud83d, help me' },
    'message',
    /valid Unicode/,
  ],
  ['an unknown category', { ...QUESTION, category: 'sales' }, 'category', /./],
  ['an unknown priority', { ...QUESTION, priority: 'unknown' }, 'priority', /./],
  ['a list', [QUESTION], 'body', /./],
  ['a text', 'hello', 'body', /./],
  ['nothing', null, 'body', /./],
])('a form with %s is a 422 that names %s', async (_, body, field, reason) => {
  const { status, json } = await submit({ rawBody: JSON.stringify(body) });
  expect(status).toBe(422);
  expect(json.error.code).toBe('FTE_INPUT_INVALID');
  expect(json.error.issues).toEqual(
    expect.arrayContaining([{ field, reason: expect.stringMatching(reason) }]),
  );
});

test('every wrong field is named at once', async () => {
  const { json } = await submit({ body: { name: 'A', email: 'x', subject: '', message: '' } });
  expect(json.error.issues.map(({ field }: { field: string }) => field).toSorted()).toEqual([
    'email',
    'message',
    'name',
    'subject',
  ]);
});

test.each<[string, string | undefined, number]>([
  ['an empty body', '', 400],
  ['no body', undefined, 400],
  ['a truncated body', '{"name":"Ada","email":', 400],
  [
    'replacement characters',
    JSON.stringify({ ...QUESTION, message: 'My shift \uFFFD\uFFFD is gone, help me' }),
    400,
  ],
  ['ten megabytes', JSON.stringify({ ...QUESTION, message: 'x'.repeat(10 * 1024 * 1024) }), 413],
])('%s is refused', async (_, rawBody, status) => {
  const answer = await submit(rawBody === undefined ? {} : { rawBody });
  expect(answer.status).toBe(status);
  expect(answer.json.error.code).toMatch(/^FTE_BODY_/);
});

test('a longest allowed message of four-byte characters passes the body limit', async () => {
  const answer = await submit({
    body: { ...QUESTION, email: 'emoji@example.com', message: '\u{1F600}'.repeat(5000) },
  });
  expect(answer.status).toBe(201);
});

test('nothing of what was refused is stored or queued, and each is counted once', async () => {
  const refused = () =>
    counted('fte_customer_interactions_total', {
      channel: 'web_form',
      direction: 'inbound',
      status: 'rejected',
    });
  const [before, waiting] = [await refused(), await queued()];
  await submit({ body: { ...QUESTION, message: 'short' } });
  await submit({ rawBody: '{' });
  await submit({ rawBody: ' '.repeat(70_000) });
  expect(await refused()).toBe(before + 3);
  expect(
    await counted('fte_webhook_rejections_total', { channel: 'web_form', reason: 'too_large' }),
  ).toBeGreaterThanOrEqual(1);
  expect(await queued()).toBe(waiting);
});

test('an idempotency key that is none is named', async () => {
  const { status, json } = await submit({
    body: QUESTION,
    headers: { 'idempotency-key': 'a key with spaces' },
  });
  expect(status).toBe(422);
  expect(json.error.issues[0].field).toBe('idempotency-key');
});

describe("the operator's calls", () => {
  const list = (headers: Record<string, string>, query = {}) =>
    service.request('GET /support/tickets', {}, { headers, query });

  test.each([
    ['without a key', {}],
    ['with an empty key', { 'x-api-key': '' }],
    ['with a wrong key', { 'x-api-key': 'guess' }],
    ['with the hash of the key', () => ({ 'x-api-key': process.env.FTE_OPERATOR_KEY_HASHES ?? '' })],
  ])('%s are a 401, before anything else is looked at', async (_, given) => {
    const headers = typeof given === 'function' ? given() : given;
    expect(await list(headers, { status: 'nonsense' })).toMatchObject({
      status: 401,
      json: { error: { code: 'FTE_UNAUTHORIZED' } },
    });
  });

  test.each([
    [{ status: 'nonsense' }, 'status'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '101' }, 'limit'],
    [{ limit: 'ten' }, 'limit'],
  ])('%j is a 422', async (query, field) => {
    const { status, json } = await list({ 'x-api-key': LOCAL_OPERATOR_KEY }, query);
    expect(status).toBe(422);
    expect(json.error.issues[0].field).toBe(field);
  });

  test.each([
    'x',
    'e30',
    '%%%',
    Buffer.from('["a","b"]').toString('base64url'),
    Buffer.from('["",""]').toString('base64url'),
  ])("a cursor of somebody else's making is a 422: %s", async (after) => {
    const { status, json } = await list({ 'x-api-key': LOCAL_OPERATOR_KEY }, { after });
    expect(status).toBe(422);
    expect(json.error.issues[0].field).toBe('after');
  });

  test('an empty idempotency key is none that could tell two replies apart', async () => {
    const id = `tkt_${'0'.repeat(32)}`;
    const call = { operator: true, headers: { 'idempotency-key': '' }, body: { message: 'm' } };
    const { status, json } = await service.request('POST /support/ticket/{id}/reply', { id }, call);
    expect(status).toBe(422);
    expect(json.error.issues[0].field).toBe('idempotency-key');
  });
});

test.each<[string, string, object, number]>([
  ['operator', 'GET /support/tickets', { headers: { 'x-api-key': 7 } }, 401],
  ['email', 'POST /webhooks/email', { headers: { authorization: 7 } }, 401],
  ['twilio', 'POST /webhooks/twilio', { headers: { 'x-twilio-signature': [] } }, 403],
  ['meta', 'POST /webhooks/meta', { headers: { 'x-hub-signature-256': 7 } }, 403],
  ['meta', 'GET /webhooks/meta', { queryStringParameters: { 'hub.mode': 'subscribe', 'hub.verify_token': 7 } }, 403],
])('%s, invoked directly: %s with %j is a %d', async (fn, routeKey, more, status) => {
  const [method, rawPath] = routeKey.split(' ');
  const event = { version: '2.0', routeKey, rawPath, headers: {}, requestContext: { http: { method } }, ...more };
  expect(await service.invoke(fn, event)).toMatchObject({ statusCode: status });
}); // biome-ignore format: a table

test('an unknown route is a 404, counted under __unmatched__', async () => {
  expect((await service.request('GET /nowhere')).status).toBe(404);
  expect(await counted('fte_http_requests_total', { endpoint: '__unmatched__', status_code: '404' })).toBe(1);
});

test('no call of this file was a 500, and every one of them is counted', async () => {
  expect(await counted('fte_http_requests_total', { status_code: '500' })).toBe(0);
  expect(await counted('fte_errors_total', { severity: 'high' })).toBe(0);
});
