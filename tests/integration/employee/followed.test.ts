/** One id from the webhook to the provider, through real handlers, queues and providers. */
import { twilioSignature } from '../../../src/platform/whatsapp/twilio-signature.ts';
import { sumOf } from '../../running/counted.ts';
import { questionOf, refundOf } from '../../running/form.ts';
import { startListener } from '../../running/listener.ts';
import { startOpenAiServer } from '../../running/openai-server.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { logLinesOf } from '../../running/small-service.ts';
import { until } from '../../running/until.ts';
import { KEYS, startWhatsAppProvider } from '../../running/whatsapp-provider.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const ROOT = '1-67891233-abcdef012345678912345678';

let service: RunningService;
let provider: Awaited<ReturnType<typeof startWhatsAppProvider>>;
let model: Awaited<ReturnType<typeof startOpenAiServer>>;
let team: Awaited<ReturnType<typeof startListener>>;
beforeAll(async () => {
  [provider, model, team] = await Promise.all([
    startWhatsAppProvider(),
    startOpenAiServer(),
    startListener(),
  ]);
  service = await startService({
    environment: {
      LOG_LEVEL: 'INFO',
      FTE_DEBUG_SAMPLE: '0',
      FTE_WHATSAPP_PROVIDER: 'twilio',
      FTE_TWILIO_ACCOUNT_SID: KEYS.accountSid,
      FTE_TWILIO_AUTH_TOKEN: KEYS.authToken,
      FTE_TWILIO_FROM: '+14155238886',
      FTE_TWILIO_API_URL: provider.url,
      FTE_MODEL: 'openai_compatible',
      FTE_MODEL_NAME: 'a-model',
      FTE_MODEL_URL: model.url,
      FTE_NOTIFY_WEBHOOK_URL: team.url,
      FTE_OUTBOX_FILE: '',
    },
  });
  service.work();
});
afterAll(async () => {
  await Promise.all([service.stop(), provider.close(), model.close()]);
  team.close();
});

const submit = (body: object, headers: Record<string, string>) =>
  service.request('POST /support/submit', {}, { body, headers });
const answered = (id: string) =>
  until('the answer', async () => {
    const { json } = await service.request(
      'GET /support/ticket/{id}',
      { id },
      { headers: { 'x-request-id': 'look' } },
    );
    return json.messages.length === 2;
  });
const functionsOf = (lines: readonly Record<string, unknown>[], id: string) =>
  new Set(lines.filter(({ correlation_id }) => correlation_id === id).map((line) => line.function));

test('of a form, on to the model, the queues and the team; the trace beside it', async () => {
  const lines = await logLinesOf(async () => {
    const { headers, json } = await submit(refundOf(), {
      'X-Correlation-ID': 'whole-1',
      traceparent: PARENT,
    });
    expect(headers['x-correlation-id']).toBe('whole-1');
    await answered(json.ticket_id);
    await until('the team is told', () => team.posted.some(({ body }) => body.includes(json.ticket_id)));
    await service.rest();
    service.work();
  });
  expect(functionsOf(lines, 'whole-1')).toEqual(new Set(['submit', 'agent', 'deliver', 'notify']));
  const own = lines.filter(({ correlation_id }) => correlation_id === 'whole-1');
  expect(new Set(own.map(({ trace_id }) => trace_id))).toEqual(new Set([TRACE]));
  expect(model.headers.filter((headers) => headers['x-correlation-id'] === 'whole-1').length).toBeGreaterThan(
    1,
  );
  expect(team.headers.map((headers) => headers['x-correlation-id'])).toContain('whole-1');
});

test("API Gateway's own trace is the id where a caller has none", async () => {
  const lines = await logLinesOf(async () => {
    const { headers, json } = await submit(questionOf(), { 'x-amzn-trace-id': `Root=${ROOT};Sampled=1` });
    expect(headers['x-correlation-id']).toBe(ROOT);
    await answered(json.ticket_id);
    await service.rest();
    service.work();
  });
  expect(functionsOf(lines, ROOT)).toEqual(new Set(['submit', 'agent', 'deliver']));
  // The stand-in for SQS keeps no system attributes, so that the trace ends with the first function here.
  const intake = lines.filter((line) => line.function === 'submit');
  expect(new Set(intake.map(({ trace_id }) => trace_id))).toEqual(new Set([ROOT]));
});

test('of a WhatsApp message, on to Twilio', async () => {
  const url = 'https://fte.example/webhooks/twilio';
  const form = {
    MessageSid: `SM${'1'.padStart(32, '0')}`, From: 'whatsapp:+16505550009', To: 'whatsapp:+14155238886',
    Body: 'How can I swap a shift with a colleague?', NumMedia: '0', ProfileName: 'Ada',
  }; // biome-ignore format: a table
  const signature = twilioSignature(
    KEYS.authToken,
    url,
    new Map(Object.entries(form).map(([k, v]) => [k, [v]])),
  );
  await service.request('POST /webhooks/twilio', {}, {
    rawBody: new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature,
      'x-request-id': 'twilio-1',
    },
  }); // biome-ignore format: short
  await until('the message', () => provider.taken.some(({ to }) => to === '+16505550009'));
  expect(provider.connections.map((headers) => headers['x-correlation-id'])).toContain('twilio-1');
});

test('200 forms at the same time: every line has its own id, and every count is exact', async () => {
  const { metrics } = await import('../../../src/platform/telemetry.ts');
  const count = async (name: string, labels: Record<string, string>) =>
    sumOf(await metrics.snapshot(), name, labels);
  const inbound = { channel: 'web_form', direction: 'inbound', status: 'success' };
  const before = await count('fte_customer_interactions_total', inbound);
  const created = await count('fte_http_requests_total', { endpoint: '/support/submit', status_code: '201' });
  await service.rest();
  const tickets = new Map<string, string>();
  const lines = await logLinesOf(() =>
    Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const id = `many-${n}`;
        const { status, headers, json } = await submit(questionOf(), { 'x-correlation-id': id });
        expect([status, headers['x-correlation-id']]).toEqual([201, id]);
        tickets.set(json.ticket_id, id);
      }),
    ),
  );
  const takenIn = lines.filter(({ message }) => message === 'message taken in');
  expect(takenIn).toHaveLength(200);
  expect(
    takenIn.filter(({ ticket_id, correlation_id }) => tickets.get(String(ticket_id)) !== correlation_id),
  ).toEqual([]);
  expect(lines.filter(({ message }) => message === 'request')).toHaveLength(200);
  expect(new Set(lines.map(({ correlation_id }) => correlation_id)).size).toBe(200);
  expect((await count('fte_customer_interactions_total', inbound)) - before).toBe(200);
  expect(
    (await count('fte_http_requests_total', { endpoint: '/support/submit', status_code: '201' })) - created,
  ).toBe(200);
});
