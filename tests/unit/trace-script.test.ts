import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../running/serverless-yml.ts';

const folder = mkdtempSync(join(tmpdir(), 'fte-trace-'));
const file = join(folder, 'logs.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));

const at = (ms: number) => new Date(Date.UTC(2026, 10, 24, 10) + ms).toISOString();
const line = (ms: number, name: string, message: string, more: object = {}) => ({
  level: 'INFO',
  timestamp: at(ms),
  service: 's',
  message,
  function: name,
  request_id: `r-${name}`,
  cold_start: false,
  ...more,
});
const one = { correlation_id: 'id-1' };
const two = { correlation_id: 'id-2' };
writeFileSync(
  file,
  [
    line(0, 'submit', 'message taken in', { ...one, ticket_id: 'tkt_1' }),
    line(400, 'deliver', 'reply delivered', { ...one, ticket_id: 'tkt_1' }),
    line(5, 'submit', 'message taken in', { ...two, ticket_id: 'tkt_2' }),
    line(250, 'agent', 'failed', {
      ...one,
      level: 'ERROR',
      error: { message: 'no', cause: { message: 'why' } },
    }),
    line(9_000, 'upkeep', 'a stranded message was queued', {
      correlation_id: 'id-9',
      message_correlation_id: 'id-2',
    }),
    line(9_500, 'submit', 'message taken in', { correlation_id: 'id-3', ticket_id: 'tkt_1' }),
  ]
    .map((each) => JSON.stringify(each))
    .concat('not a line', '{"half": ')
    .join('\n'),
);

function trace(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/trace.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return {
    status,
    rows: stdout
      .trimEnd()
      .split('\n')
      .map((row) => row.replaceAll(/ +/g, ' ').trim()),
    stderr,
  };
}

test("a message's lines in the order of time, each with its offset, its function and its facts", () => {
  expect(trace('id-1', '--file', file)).toEqual({
    status: 0,
    stderr: '',
    rows: [
      `id-1: 3 lines of 3 functions in 0.400 s, from ${at(0)}`,
      '+0.000 INFO submit message taken in ticket_id=tkt_1',
      '+0.250 ERROR agent failed error="no (why)"',
      '+0.400 INFO deliver reply delivered ticket_id=tkt_1',
    ],
  });
});

test('what another chain says of a message belongs to its way', () => {
  expect(trace('id-2', '--file', file).rows.slice(1)).toEqual([
    '+0.000 INFO submit message taken in ticket_id=tkt_2',
    '+8.995 INFO upkeep a stranded message was queued message_correlation_id=id-2',
  ]);
});

test("a ticket's id stands for all of its messages", () => {
  const { status, rows } = trace('tkt_1', '--file', file);
  expect(status).toBe(0);
  expect(rows.filter((row) => /^id-\d:/.test(row)).map((row) => row.slice(0, 4))).toEqual(['id-1', 'id-3']);
});

test('--json: the lines as they are', () => {
  const { rows } = trace('id-1', '--file', file, '--json');
  expect(rows.map((row) => JSON.parse(row).message)).toEqual([
    'message taken in',
    'failed',
    'reply delivered',
  ]);
});

test.each([
  [['nobody', '--file', file], /No line of .* is of "nobody"/],
  [['id-1', '--file', join(folder, 'none')], /There is no .*none; give another --file/],
  [[], /Give one id/],
  [['a', 'b'], /Give one id/],
  [['a', '--wrong'], /--wrong/],
])('%j ends with 1 and says why', (args, why) => {
  const { status, stderr } = trace(...args);
  expect(stderr).toMatch(why);
  expect(status).toBe(1);
});
