/** Off the laptop, what a business counts is for operators. */
import { type RunningService, startService } from '../../running/service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({
    // Elsewhere than on a laptop no secret stands in the environment.
    environment: {
      FTE_STAGE: 'test',
      FTE_TWILIO_AUTH_TOKEN: '',
      FTE_META_APP_SECRET: '',
      FTE_META_VERIFY_TOKEN: '',
    },
  });
});
afterAll(() => service.stop());

test('GET /metrics wants a key', async () => {
  expect(await service.request('GET /metrics')).toMatchObject({
    status: 401,
    json: { error: { code: 'FTE_UNAUTHORIZED' } },
  });
  const wrong = await service.request('GET /metrics', {}, { headers: { 'x-api-key': 'guess' } });
  expect(wrong.status).toBe(401);
  expect((await service.request('GET /metrics', {}, { operator: true })).status).toBe(200);
});

test('a webhook without its secret is closed', async () => {
  for (const route of ['POST /webhooks/twilio', 'POST /webhooks/meta', 'GET /webhooks/meta'])
    expect(await service.request(route)).toMatchObject({ status: 404, json: { error: { code: 'FTE_CHANNEL_OFF' } } });
}); // biome-ignore format: one line
