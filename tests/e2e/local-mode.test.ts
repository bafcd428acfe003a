/** `npm start`, used as its README says. */

import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { readSamples, sampled } from '../running/exposition.ts';
import { QUESTION, questionOf, refundOf } from '../running/form.ts';
import { forgetLocalMode, http, type LocalMode, startLocalMode } from '../running/local-mode.ts';
import { ROOT } from '../running/serverless-yml.ts';
import { until } from '../running/until.ts';

const NAME = 'e2e';
let local: LocalMode;
beforeAll(async () => {
  local = await startLocalMode({ name: NAME });
});
afterAll(async () => {
  await local?.kill();
  forgetLocalMode(NAME);
});

const submit = (body: unknown, headers: Record<string, string> = {}) =>
  http('POST', `${local.url}/support/submit`, body, headers);
const scrape = async () => readSamples((await http('GET', `${local.url}/metrics`)).text);
const answered = (id: string, count = 1) =>
  until(`${count} answers in ${id}`, async () => {
    const { json } = await http('GET', `${local.url}/support/ticket/${id}`);
    const answers = json.messages.filter(({ from }: { from: string }) => from !== 'customer');
    return answers.length >= count && answers;
  });

test('a message, its answer, its log lines under one correlation id, and all of it counted', async () => {
  const sent = await submit(QUESTION, { 'x-correlation-id': 'e2e-1' });
  expect(sent.status).toBe(201);
  expect(sent.headers.get('x-correlation-id')).toBe('e2e-1');
  const [answer] = await answered(sent.json.ticket_id);
  expect(answer).toMatchObject({ from: 'employee', text: expect.stringMatching(/swap/i) });

  const own = () => local.lines('logs.jsonl').filter(({ correlation_id }) => correlation_id === 'e2e-1');
  await until('log lines of all three', () =>
    ['submit', 'agent', 'deliver'].every((name) => own().some((line) => line.function === name)),
  );
  for (const line of own()) {
    expect(line).toMatchObject({
      service: 'customer-success-fte',
      request_id: expect.any(String),
      cold_start: expect.any(Boolean),
    });
  }
  const trace = spawnSync(
    process.execPath,
    ['scripts/trace.ts', 'e2e-1', '--file', `.local/${NAME}/logs.jsonl`],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  expect(trace.stdout).toMatch(/submit .*message taken in.*agent .*turn handled.*deliver .*reply delivered/s);
  expect(trace.status).toBe(0);
  expect(local.lines('outbox.jsonl')).toEqual([
    expect.objectContaining({
      kind: 'reply',
      ticket_id: sent.json.ticket_id,
      correlation_id: 'e2e-1',
      text: answer.text,
    }),
  ]);

  // Every function runs in a worker of its own; /metrics shows the fleet.
  const web = { channel: 'web_form' };
  await until('all of it is counted', async () => {
    const samples = await scrape();
    expect(
      sampled(samples, 'fte_http_requests_total', { endpoint: '/support/submit', status_code: '201' }),
    ).toBe(1);
    expect(
      sampled(samples, 'fte_customer_interactions_total', {
        ...web,
        direction: 'inbound',
        status: 'success',
      }),
    ).toBe(1);
    expect(
      sampled(samples, 'fte_customer_interactions_total', {
        ...web,
        direction: 'outbound',
        status: 'success',
      }),
    ).toBe(1);
    expect(sampled(samples, 'fte_customer_response_time_seconds_count', web)).toBe(1);
    expect(sampled(samples, 'fte_ticket_operations_total', { operation: 'create', status: 'success' })).toBe(
      1,
    );
    expect(sampled(samples, 'fte_agent_tool_calls_total', { status: 'success' })).toBe(4);
    expect(sampled(samples, 'fte_active_conversations')).toBe(1);
    expect(sampled(samples, 'fte_service_info')).toBe(1);
    expect(sampled(samples, 'fte_dependency_up')).toBe(4);
    return true;
  });
  const logged = JSON.stringify(local.lines('logs.jsonl'));
  expect(logged).not.toContain(QUESTION.email);
  expect(logged).not.toContain(QUESTION.message);
});

test('an escalated ticket goes all its way through the API', async () => {
  const { json } = await submit(refundOf());
  const id = json.ticket_id;
  await answered(id);
  const key = { 'x-api-key': 'local-operator-key' };
  const operator = (step: string, body: unknown = {}) =>
    http('POST', `${local.url}/support/ticket/${id}/${step}`, body, key);
  const list = await http('GET', `${local.url}/support/tickets?status=escalated`, undefined, key);
  expect(list.json.tickets.map(({ ticket_id }: { ticket_id: string }) => ticket_id)).toContain(id);
  expect((await http('GET', `${local.url}/support/tickets`)).status).toBe(401);
  expect((await operator('assign', { assignee: 'Grace' })).json.status).toBe('in_progress');
  expect((await operator('reply', { message: 'We are on it.' })).status).toBe(202);
  await answered(id, 2);
  expect((await operator('resolve')).json.status).toBe('resolved');
  expect((await http('POST', `${local.url}/support/ticket/${id}/feedback`, { rating: 5 })).status).toBe(201);
  await until('all of it is counted', async () => {
    const samples = await scrape();
    for (const operation of ['assign', 'escalate', 'resolve']) {
      expect(sampled(samples, 'fte_ticket_operations_total', { operation, status: 'success' })).toBe(1);
    }
    expect(sampled(samples, 'fte_escalations_total', { reason: 'refund_request', channel: 'web_form' })).toBe(
      1,
    );
    expect(
      sampled(samples, 'fte_customer_satisfaction_score_count', { interaction_type: 'human_resolved' }),
    ).toBe(1);
    expect(sampled(samples, 'fte_human_pickup_time_seconds_count')).toBe(1);
    return true;
  });
});

test('bad input gets the right 4xx through real HTTP, and never a 500', async () => {
  const url = `${local.url}/support/submit`;
  const bytes = (...parts: (string | number[])[]) =>
    Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const form = JSON.stringify(questionOf());
  const cases: [string, () => Promise<{ status: number }>, number[]][] = [
    ['empty', () => http('POST', url, ''), [400]],
    ['truncated', () => http('POST', url, form.slice(0, 40)), [400]],
    ['10 MB', () => http('POST', url, JSON.stringify({ message: 'x'.repeat(10_400_000) })), [413]],
    ['100 KB', () => http('POST', url, JSON.stringify({ message: 'x'.repeat(100_000) })), [413]],
    ['wrong types', () => http('POST', url, { name: 1, email: [], subject: {}, message: null }), [422]],
    ['broken UTF-8', () => http('POST', url, bytes('{"name":"', [0xff, 0xfe], '"}')), [400]],
    ['unknown route', () => http('GET', `${local.url}/nowhere/at/all`), [404]],
    ['wrong method', () => http('DELETE', url), [404]],
    ['a path that does not decode', () => http('GET', `${local.url}/%ff`), [400, 404]],
    ['a ticket that is none', () => http('GET', `${local.url}/support/ticket/..%2F..%2Fetc`), [404]],
  ];
  for (const [what, call, allowed] of cases) {
    const { status } = await call();
    expect({ what, status, ok: allowed.includes(status) }).toMatchObject({ what, ok: true });
  }
  const samples = await scrape();
  expect(sampled(samples, 'fte_http_requests_total', { endpoint: '__unmatched__' })).toBeGreaterThanOrEqual(
    2,
  );
  for (const status_code of ['500', '502', '503'])
    expect(sampled(samples, 'fte_http_requests_total', { status_code }) ?? 0).toBe(0);
});

test('/health', async () => {
  const { status, json } = await http('GET', `${local.url}/health`);
  expect(status).toBe(200);
  expect(json.status).toBe('ok');
});

test('the screen is short, and piped logs are JSON', () => {
  const lines = local.output().split('\n');
  const logLines = lines.filter((line) => line.startsWith('{'));
  expect(logLines.length).toBeGreaterThan(3);
  expect(lines.length - logLines.length).toBeLessThan(30);
  expect(local.output()).not.toMatch(/┌|Offline \[/);
});

test('Ctrl-C ends it at once, with everything that it started', async () => {
  expect(await local.stop('SIGINT')).toBe(0);
  await expect(http('GET', `${local.url}/health`)).rejects.toThrow();
  await expect(http('GET', `${local.gatewayUrl}/-/ready`)).rejects.toThrow();
});

describe('what stops the start, in one clear line', () => {
  const start = (args: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, ['local/start.ts', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', FTE_LOCAL_HOME: `.local/${NAME}`, ...env },
      timeout: 240_000,
    });

  test('a port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { status, stderr } = start(['--port', String(port)]);
    server.close();
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Port ${port}, for the API, is in use\\. .*--port ${port + 1}\n$`));
  });

  test.each<[string, string[], Record<string, string>, RegExp]>([
    [
      'a port that is none',
      ['--port', 'many'],
      {},
      /^--port is "many"; it may be a port from 1 to 65535\.\n$/,
    ],
    ['an unknown option', ['--fast'], {}, /^Unknown option '--fast'/],
    [
      'a log level',
      [],
      { LOG_LEVEL: 'LOUD' },
      /^LOG_LEVEL holds "LOUD"; it may hold DEBUG, INFO, WARN, ERROR, SILENT\.\n$/,
    ],
    [
      'a gateway',
      [],
      { PUSHGATEWAY_URL: 'here' },
      /^PUSHGATEWAY_URL holds "here"; it may hold an http\(s\) URL/,
    ],
    [
      'a budget',
      [],
      { FTE_PUSH_BUDGET_MS: '-1' },
      /^FTE_PUSH_BUDGET_MS holds "-1"; it may hold a whole number/,
    ],
    [
      'a webhook',
      [],
      { FTE_NOTIFY_WEBHOOK_URL: 'slack' },
      /^FTE_NOTIFY_WEBHOOK_URL holds "\[set\]"; it may hold an http\(s\) URL/,
    ],
    [
      'a key that is no hash',
      [],
      { FTE_OPERATOR_KEY_HASHES: 'secret' },
      /^FTE_OPERATOR_KEY_HASHES .* it may hold SHA-256/,
    ],
  ])('%s', (_, args, env, message) => {
    const { status, stderr } = start(args, env);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });

  test('--help', () => {
    const { status, stdout } = start(['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('--keep');
  });
});
