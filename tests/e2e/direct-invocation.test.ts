/** Every function, invoked by its name as `aws lambda invoke --endpoint-url` and the SDK do, without a route or a queue. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { LOCAL_CREDENTIALS } from '../../local/resources.ts';
import { sampleOf } from '../artifact/events.ts';
import { readSamples, sampled } from '../running/exposition.ts';
import { forgetLocalMode, http, type LocalMode, startLocalMode } from '../running/local-mode.ts';
import { readServerlessYml } from '../running/serverless-yml.ts';
import { until } from '../running/until.ts';

const NAME = 'direct-invocation';
const { functions } = readServerlessYml();
let local: LocalMode;
let client: LambdaClient;
beforeAll(async () => {
  local = await startLocalMode({ name: NAME });
  client = new LambdaClient({
    endpoint: local.lambdaUrl,
    region: 'eu-central-1',
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client?.destroy();
  await local?.kill();
  forgetLocalMode(NAME);
});

async function invoke(name: string, event?: unknown) {
  const { FunctionError, Payload, StatusCode } = await client.send(
    new InvokeCommand({
      FunctionName: `customer-success-fte-local-${name}`,
      ...(event === undefined ? {} : { Payload: JSON.stringify(event) }),
    }),
  );
  const text = Buffer.from(Payload ?? []).toString('utf8');
  return { FunctionError, StatusCode, answer: text === '' ? null : (JSON.parse(text) as unknown) };
}

test.each(Object.entries(functions))('%s answers what it was invoked with', async (name, definition) => {
  const { event, status, answer } = sampleOf(name, definition);
  const given = await invoke(name, event);
  expect(given.FunctionError).toBeUndefined();
  expect(JSON.stringify(given.answer)).not.toContain('errorMessage');
  if (answer !== undefined) expect(given.answer).toEqual(answer);
  if (status !== undefined) expect(given.answer).toHaveProperty('statusCode', status);
});

test('a direct invocation is counted as any other', async () => {
  await until('each function has been counted', async () => {
    const samples = readSamples((await http('GET', `${local.url}/metrics`)).text);
    return Object.keys(functions).every(
      (name) =>
        (sampled(samples, 'fte_lambda_invocations_total', { function: name, outcome: 'success' }) ?? 0) >= 1,
    );
  });
});

test('an invocation without any payload fails as a request, and not as a function', async () => {
  const { FunctionError, answer } = await invoke('submit');
  expect(FunctionError).toBeUndefined();
  expect(answer).toMatchObject({
    statusCode: expect.any(Number),
    body: expect.stringContaining('correlation'),
  });
});
