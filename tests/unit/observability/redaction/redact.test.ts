import { REDACTED } from '../../../../src/observability/redaction/mark.ts';
import { redact } from '../../../../src/observability/redaction/redact.ts';

test('sensitive keys lose their values, whatever their spelling and depth', () => {
  expect(
    redact({ a: { Email: 'x', 'x-api-key': 'y', ticket_id: 't', list: [{ Customer_Name: 'Ada' }] } }),
  ).toEqual({
    a: { Email: REDACTED, 'x-api-key': REDACTED, ticket_id: 't', list: [{ Customer_Name: REDACTED }] },
  });
});

test('what is absent under a sensitive key is seen to be absent', () => {
  expect(redact({ email: undefined, phone: null, name: '', token: false, text: 0 })).toEqual({
    email: undefined,
    phone: null,
    name: '',
    token: false,
    text: REDACTED,
  });
});

test('errors keep name, code, message, stack and causes, without customer data', () => {
  const cause = new TypeError('bad +1 202 555 0101 42', { cause: { email: 'x', status: 422 } });
  const error = Object.assign(new Error('no mail to ada@example.com', { cause }), {
    code: 'E_MAIL',
    config: { headers: { 'x-secret': 'hidden' } },
    $metadata: { httpStatusCode: 400, requestId: '3f1c2e1a-7f0b-4a57-9b8d-2f6f0c1d2e3f' },
  });
  const shown = redact({ error }) as { error: Record<string, unknown> };
  expect(shown.error).toMatchObject({
    name: 'Error',
    code: 'E_MAIL',
    message: `no mail to ${REDACTED}`,
    stack: expect.stringContaining('redact.test.ts'),
    http_status: 400,
    aws_request_id: '3f1c2e1a-7f0b-4a57-9b8d-2f6f0c1d2e3f',
    cause: { name: 'TypeError', message: `bad ${REDACTED}`, cause: { email: REDACTED, status: 422 } },
  });
  expect(JSON.stringify(shown)).not.toMatch(/ada@example|555 0101|hidden/);
});

test('each error of several is shown', () => {
  const error = new AggregateError([new Error('to ada@example.com'), 'to bob@example.com'], 'both');
  expect(redact(error)).toMatchObject({
    message: 'both',
    errors: [{ message: `to ${REDACTED}` }, `to ${REDACTED}`],
  });
});

test('what could not be parsed is not repeated', () => {
  let error: unknown;
  try {
    JSON.parse('dear sirs, it is me, Ada');
  } catch (thrown) {
    error = thrown;
  }
  expect(String(error)).toContain('dear sirs');
  expect(JSON.stringify(redact(error))).not.toMatch(/dear|sirs|\bAda\b/);
});

test.each([
  ['a buffer', Buffer.from('secret')],
  ['an array of bytes', new Uint8Array([115, 101])],
  ['its memory', new Uint8Array([115, 101]).buffer],
  ['a blob', new Blob(['secret'])],
  ['a buffer that was JSON', JSON.parse(JSON.stringify(Buffer.from('secret')))],
])('%s is not printed', (_, binary) => {
  expect(JSON.stringify(redact({ held: binary }))).toMatch(/^\{"held":"\[binary(, \d bytes)?\]"\}$/);
});

test('dates, addresses, collections, headers and forms stay what they are', () => {
  expect(
    redact({
      at: new Date(0),
      never: new Date(Number.NaN),
      url: new URL('http://a.example/x?token=abc'),
      map: new Map([['k', 'a@b.example']]),
      named: new Map([['name', 'Ada']]),
      set: new Set(['ada@b.example']),
      headers: new Headers({ authorization: 'Basic x', accept: '*/*' }),
      form: new URLSearchParams({ Body: 'hello', page: '1' }),
      pairs: [['Name', 'Ada']],
      big: 12n,
      call: () => 'nothing',
    }),
  ).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    never: null,
    url: `http://a.example/x?token=${REDACTED}`,
    map: { k: REDACTED },
    named: { name: REDACTED },
    set: [REDACTED],
    headers: { accept: '*/*', authorization: REDACTED },
    form: { Body: REDACTED, page: '1' },
    pairs: [['Name', REDACTED]],
    big: '12',
    call: undefined,
  });
});

test('JSON within a text is looked through, within JSON too', () => {
  const inner = JSON.stringify({ name: 'Ada', ok: 1 });
  expect(redact(JSON.stringify({ inner, phone: 1, kind: 'x' }))).toBe(
    JSON.stringify({ inner: JSON.stringify({ name: REDACTED, ok: 1 }), phone: REDACTED, kind: 'x' }),
  );
});

test('a card is known as a number, too; counts, sizes and times stay', () => {
  expect(redact([4111111111111111, 1_764_431_000_123, 123_456_789_012, 0.5])).toEqual([
    REDACTED,
    1_764_431_000_123,
    123_456_789_012,
    0.5,
  ]);
});

test('a circle and a well end', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  expect(redact(circle)).toEqual({ self: '[circular]' });
  let well: unknown = 'ada@example.com';
  for (let i = 0; i < 10_000; i += 1) well = { well };
  expect(JSON.stringify(redact(well))).toContain('[too deep]');
});

test('what throws when it is looked at does not throw on', () => {
  const hostile = {
    get trap(): string {
      throw new Error('no');
    },
  };
  expect(redact(hostile)).toBe('[unprintable]');
});

test('a line has a bounded size, and nothing is left of what a cut went through', () => {
  const shared = Array.from({ length: 10 }, () => 'x');
  const wide = Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => [shared, shared, shared]));
  expect(JSON.stringify(redact(wide)).length).toBeLessThan(20_000);
  for (const at of [8170, 8180, 8190]) {
    const shown = redact(
      `${'. '.repeat(at / 2)}ada.lovelace@example.com and on${' .'.repeat(9000)}`,
    ) as string;
    expect(shown.length).toBeLessThan(9000);
    expect(shown).not.toMatch(/ada|lovelace/);
    expect(shown).toMatch(/characters in all\]$/);
  }
});
