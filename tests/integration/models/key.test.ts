/** The endpoint's key, kept in SSM: fetched at run time, once, and again when it no longer fits. */
import { startOpenAiServer } from '../../running/openai-server.ts';
import { type Stored, startParameters } from '../../running/parameters.ts';
import { startAnswering } from './answering.ts';
import { HIT, MODEL_NAME } from './world.ts';

const PARAMETER = '/fte/prod/model-key';
const KEY = 'sk-very-secret-0123456789';
const NEW_KEY = 'sk-its-successor-9876543210';
const answering = startAnswering();
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => answering.stop());

/** So many messages with one model; the endpoint takes the key that `fits` at request `n`. */
async function over(stored: (n: number) => Stored, key: string, messages: number) {
  const parameters = await startParameters(stored, KEY);
  closing.push(parameters.close);
  const endpoint = await startOpenAiServer({ key });
  closing.push(endpoint.close);
  const answers = await answering.answers({
    environment: {
      FTE_STAGE: 'prod',
      FTE_MODEL: 'openai_compatible',
      FTE_MODEL_NAME: MODEL_NAME,
      FTE_MODEL_URL: endpoint.url,
      FTE_MODEL_API_KEY_PARAMETER: PARAMETER,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'aws-secret',
      AWS_ENDPOINT_URL_SSM: parameters.url,
    },
    turns: Array.from({ length: messages }, () => ({})),
  });
  for (const { output } of answers) {
    expect(output).not.toContain(KEY);
    expect(output).not.toContain(NEW_KEY);
    expect(output).not.toContain(PARAMETER);
    expect(output).not.toContain('aws-secret');
  }
  return { ...parameters, endpoint, answers };
}

test('is fetched decrypted, and once for many calls', async () => {
  const { asked, answers, endpoint } = await over(() => ({ value: `${KEY}\n` }), KEY, 2);
  expect(asked).toEqual([['AmazonSSM.GetParameter', { Name: PARAMETER, WithDecryption: true }]]);
  expect(endpoint.requests).toHaveLength(8);
  expect(answers.map(({ sent }) => sent[0])).toEqual(Array(2).fill(expect.stringContaining(HIT.excerpt)));
});

test('is fetched again after the endpoint refused it', async () => {
  const { asked, answers } = await over((n) => ({ value: n === 0 ? KEY : NEW_KEY }), NEW_KEY, 3);
  expect(answers.map(({ result }) => result.escalation)).toEqual([
    'service_unavailable',
    undefined,
    undefined,
  ]);
  expect(asked).toHaveLength(2);
});

test.each<[string, Stored, string]>([
  ['is not there', { error: 'ParameterNotFound' }, 'ParameterNotFound'],
  ['may not be read', { error: 'AccessDeniedException' }, 'AccessDeniedException'],
  ['is empty', { value: '  ' }, 'it holds no key'],
  ['is no key', { value: 'two\nlines' }, 'it holds no key'],
])('%s: people take over, and the next message tries again', async (_, held, told) => {
  const { asked, answers, endpoint } = await over((n) => (n === 0 ? held : { value: KEY }), KEY, 2);
  expect(answers.map(({ result }) => result.escalation)).toEqual(['service_unavailable', undefined]);
  expect(answers[0]!.output).toContain(`could not be used: ${told}`);
  expect(asked).toHaveLength(2);
  expect(endpoint.requests).toHaveLength(4);
});

test('a store that does not answer is tried twice, and given up', async () => {
  const { asked, answers, endpoint } = await over(() => 'hangs', KEY, 1);
  expect(answers[0]!.result.escalation).toBe('service_unavailable');
  expect(answers[0]!.output).toContain('could not be used: TimeoutError');
  expect(asked).toHaveLength(2);
  expect(endpoint.requests).toHaveLength(0);
});
