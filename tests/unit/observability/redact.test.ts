import { REDACTED, redact } from '../../../src/observability/redact.ts';

test.each([
  ['an e-mail address', 'mail ada@example.com now', `mail ${REDACTED} now`],
  ['a phone number', 'call +44 20 7946 0958 today', `call ${REDACTED} today`],
  ['eight digits', 'call 12345678', `call ${REDACTED}`],
  ['a card number', '4111 1111 1111 1111', REDACTED],
])('%s in a text is taken out', (_, text, expected) => {
  expect(redact(text)).toBe(expected);
});

test.each([
  ['a ticket id', 'tkt_0123456789abcdef0123456789abcdef'],
  ['an ISO time', '2026-11-24T10:00:00.000Z'],
  ['a UUID', '3f1c2e1a-7f0b-4a57-9b8d-2f6f0c1d2e3f'],
  ['a short number', 'order 1234567'],
])('%s stays', (_, text) => {
  expect(redact(text)).toBe(text);
});

test('sensitive keys lose their values, whatever their spelling and depth', () => {
  expect(
    redact({ a: { Email: 'x', 'x-api-key': 'y', ticket_id: 't', list: [{ Customer_Name: 'Ada' }] } }),
  ).toEqual({
    a: { Email: REDACTED, 'x-api-key': REDACTED, ticket_id: 't', list: [{ Customer_Name: REDACTED }] },
  });
});

test('errors keep name, message, stack and cause, without customer data', () => {
  const error = new Error('no mail to ada@example.com', { cause: new TypeError('bad +1 202 555 0101 42') });
  const text = JSON.stringify(redact({ error }));
  expect(text).toContain('no mail to [redacted]');
  expect(text).toContain('TypeError');
  expect(text).not.toMatch(/ada@example|555 0101/);
});

test('dates, addresses and collections stay what they are', () => {
  expect(
    redact({ at: new Date(0), url: new URL('http://a.example/x'), map: new Map([['k', 'a@b.example']]) }),
  ).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    url: 'http://a.example/x',
    map: [['k', REDACTED]],
  });
});

test('a circle ends', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  expect(JSON.stringify(redact(circle))).toContain('[too deep]');
});
