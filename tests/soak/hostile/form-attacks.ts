import type { Random } from '../../../traffic/random.ts';
import { type Attack, eventOf, type Parts } from './attack.ts';
import { mutated, NASTY, nastyText, nastyValue, nested, POLLUTION, pick } from './payloads.ts';

const SUBMIT = 'POST /support/submit';
const JSON_TYPE = { 'content-type': 'application/json' };
const TYPES = [
  'application/json',
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-7',
  '',
  '*/*',
];

const form = (number: number) => ({
  name: 'Mallory',
  email: `mallory-${number}@example.com`,
  subject: 'A question of mine',
  message: 'How can I swap a shift with a colleague of mine?',
}); // biome-ignore format: one line

const submit = (kind: string, parts: Omit<Parts, 'route'>): Attack => ({
  kind,
  channel: 'web_form',
  event: eventOf({ route: SUBMIT, headers: JSON_TYPE, ...parts }),
});

/** What is stored although it is meant badly: every text that fits is a customer's text. */
export function storedForm(random: Random, number: number): Attack {
  const text = nastyText(random).slice(0, 4000);
  const body = JSON.stringify({ ...form(number), name: `M ${text}`.slice(0, 100), subject: `About ${text}`.slice(0, 150), message: `Please: ${text}` });
  return submit('form with injection', { body, headers: { ...JSON_TYPE, 'idempotency-key': `k-${number % 500}` } });
} // biome-ignore format: one line

/** One of the last, once more, or from a sender who never stops. */
export function repeatedForm(random: Random, number: number): Attack {
  const earlier = random.chance(0.5) ? Math.max(0, number - random.between(1, 400)) : 0;
  const headers = random.chance(0.5) ? { ...JSON_TYPE, 'idempotency-key': `r-${earlier % 50}` } : JSON_TYPE;
  return submit('form, repeated', { body: JSON.stringify(form(-1 - (earlier % 20))), headers });
}

export function wrongFields(random: Random, number: number): Attack {
  const fields = Object.fromEntries(
    ['name', 'email', 'subject', 'message', 'category', 'priority'].filter(() => random.chance(0.7)).map((field) => [field, nastyValue(random)]),
  );
  const body = JSON.stringify(random.chance(0.2) ? nastyValue(random) : { ...form(number), ...fields });
  return submit('form with wrong fields', { body });
} // biome-ignore format: one line

export function pollutedForm(random: Random, number: number): Attack {
  const keys = POLLUTION.filter(() => random.chance(0.5)).map((key) => `${JSON.stringify(key)}:{"polluted":true,"isAdmin":true}`);
  const good = JSON.stringify({ ...form(number), email: 'not one' }).slice(1, -1);
  return submit('form with prototype keys', {
    body: `{${[...keys, good].join(',')}}`,
    headers: Object.fromEntries([['content-type', 'application/json'], ...POLLUTION.map((key) => [key, 'polluted'])]),
    query: Object.fromEntries(POLLUTION.map((key) => [key, 'polluted'])),
  });
} // biome-ignore format: one line

export function brokenForm(random: Random, number: number): Attack {
  const good = Buffer.from(JSON.stringify(form(number)));
  const body = random.chance(0.1) ? Buffer.alloc(0) : mutated(random, good).subarray(0, good.length - 1);
  return submit('form, broken bytes', { body: random.chance(0.3) ? body.toString('latin1') : body });
}

export function deepForm(random: Random): Attack {
  const depth = random.between(500, 10_000);
  return submit('form, deep', { body: nested(depth, '1', random).slice(0, 65_000) });
}

export function hugeForm(random: Random, number: number): Attack {
  const body = JSON.stringify({ ...form(number), message: 'x'.repeat(random.between(66_000, 200_000)) });
  return submit('form, huge', { body });
}

export function oddHeaders(random: Random, number: number): Attack {
  const text = pick(random, NASTY);
  return submit('form with odd headers', {
    body: JSON.stringify({ ...form(number), message: 'short' }),
    headers: {
      'content-type': pick(random, TYPES),
      'Content-Length': String(random.between(-1, 1e9)),
      'X-Correlation-Id': text,
      'x-correlation-ID': 'x'.repeat(random.between(1, 8000)),
      'idempotency-key': random.chance(0.5) ? text : 'k',
      'transfer-encoding': 'chunked',
      'x-forwarded-for': text,
      host: text,
      cookie: 'x'.repeat(4000),
      authorization: text,
    },
  });
}

const GUESSED = [`tkt_${'0'.repeat(32)}`, 'tkt_1', '../tickets', '__proto__', '%00', '', 'a'.repeat(3000)];
const idOf = (random: Random) => (random.chance(0.6) ? pick(random, GUESSED) : pick(random, NASTY));

/** Calls of a customer's, or of an operator's without a key, under ids that are guesses. */
export function guessedId(random: Random): Attack {
  const id = idOf(random);
  const route = pick(random, [
    'GET /support/ticket/{id}', 'POST /support/ticket/{id}/feedback', 'POST /support/ticket/{id}/messages', 'GET /conversations/{id}',
    'DELETE /customers/{id}', 'POST /support/ticket/{id}/reply', 'POST /support/ticket/{id}/close', 'POST /support/ticket/{id}/assign',
  ]); // biome-ignore format: a table
  const body = route.startsWith('POST') ? JSON.stringify(random.chance(0.5) ? { rating: 5, message: 'Hello there' } : nastyValue(random)) : undefined;
  return {
    kind: 'guessed id',
    ...(route.endsWith('/messages') ? { channel: 'web_form' as const } : {}),
    event: eventOf({ route, params: { id }, path: `/x/${id}`, headers: { ...JSON_TYPE, 'x-api-key': pick(random, NASTY) }, ...(body === undefined ? {} : { body }) }),
  };
} // biome-ignore format: one line

export function operatorGuess(random: Random): Attack {
  const route = pick(random, ['GET /support/tickets', 'GET /customers/lookup', 'GET /metrics/channels']);
  const query = { status: pick(random, NASTY), after: pick(random, NASTY), email: pick(random, NASTY), limit: '-1' };
  const key = random.chance(0.3) ? {} : { 'x-api-key': random.chance(0.5) ? pick(random, NASTY) : 'x'.repeat(random.between(1, 5000)) };
  return { kind: 'operator call, guessed key', event: eventOf({ route, query, headers: key }) };
} // biome-ignore format: one line
