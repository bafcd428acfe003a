/**
 * What holds for anything that comes in. The readers of Twilio's forms, of Meta's JSON and of mails, and their signatures,
 * have theirs beside their own tests (tests/unit/whatsapp, tests/unit/email).
 */
import fc from 'fast-check';
import { catalogue as fullCatalogue } from '../../src/fte/catalogue.ts';
import { isTicketId, newTicketId } from '../../src/fte/ids.ts';
import { followUpMessage, formMessage } from '../../src/fte/intake/form.ts';
import { whatsappMessage } from '../../src/fte/intake/whatsapp.ts';
import { type Catalogue, type LabelValues, METRIC_NAMES } from '../../src/observability/catalogue.ts';
import { ServiceError } from '../../src/observability/errors.ts';
import { answer, DEFAULT_BODY_LIMIT, toGatewayResponse } from '../../src/observability/http.ts';
import { createMetrics, type Metrics } from '../../src/observability/metrics.ts';
import { networkOf } from '../../src/platform/source-network.ts';
import { questionOf } from '../running/form.ts';

const delivery = { idempotencyKey: undefined, receivedAt: 1, correlationId: 'c' };
const length = (text: string) => [...text].length;
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.array(fc.constantFrom('\ud83d', '\udc00', '\0', '\r\n', 'é', '😀', ' '), { maxLength: 20 }).map((parts) => parts.join('')),
  fc.integer({ min: 4990, max: 5010 }).map((count) => '😀'.repeat(count)),
); // biome-ignore format: a list

/** The error of ours with a status below 500, or what came out. */
function outcomeOf<T>(run: () => T): T | ServiceError {
  try {
    return run();
  } catch (error) {
    if (error instanceof ServiceError && error.status < 500) return error;
    throw error;
  }
}

describe('the form', () => {
  const field = fc.oneof({ weight: 3, arbitrary: words }, fc.jsonValue(), fc.emailAddress());
  const anyForm = fc.oneof(
    fc.jsonValue(),
    fc
      .dictionary(fc.constantFrom('name', 'email', 'subject', 'message', 'category', 'priority', '__proto__', 'constructor'), field)
      .map((fields) => ({ ...questionOf(), ...fields })),
  ); // biome-ignore format: one line

  test('is taken within its limits, or refused with a 422 that names fields', () => {
    let taken = 0;
    fc.assert(
      fc.property(anyForm, (input) => {
        const outcome = outcomeOf(() => formMessage(input, delivery));
        if (outcome instanceof ServiceError) {
          expect(outcome).toMatchObject({ status: 422, code: 'FTE_INPUT_INVALID' });
          expect(outcome.issues.length).toBeGreaterThan(0);
          return;
        }
        taken += 1;
        const { text, subject = '', customerName = '', from } = outcome;
        for (const one of [text, subject, customerName, from.value]) expect(one.isWellFormed()).toBe(true);
        expect(length(text)).toBeLessThanOrEqual(5000);
        expect(length(text)).toBeGreaterThanOrEqual(10);
        expect(length(subject)).toBeLessThanOrEqual(200);
        expect(length(customerName)).toBeLessThanOrEqual(200);
        expect(from.value).toMatch(/^[^\s@]+@[^\s@]+$/);
        expect(from.verified).toBe(false);
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  test("a key of the caller's stands in no id, and the same one makes the same id", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x7e]{1,128}$/), (idempotencyKey) => {
        const [a, b] = [questionOf({ email: 'a@example.com' }), questionOf({ email: 'b@example.com' })];
        const id = (form: unknown) => formMessage(form, { ...delivery, idempotencyKey }).id;
        expect(id(a)).toBe(id(a));
        expect(id(a)).not.toBe(id(b));
        expect(id(a)).toMatch(/^web_form#[0-9a-f]{64}$/);
      }),
    );
  });

  test('a follow-up is taken or refused the same way', () => {
    const from = { kind: 'email', value: 'a@example.com', verified: false } as const;
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ message: words })), (input) => {
        const outcome = outcomeOf(() => followUpMessage(input, `tkt_${'0'.repeat(32)}`, from, delivery));
        if (outcome instanceof ServiceError) expect(outcome.status).toBe(422);
        else expect(outcome.text.isWellFormed() && length(outcome.text) > 0).toBe(true);
      }),
    );
  });
});

test('a WhatsApp message keeps no half characters, and at most what fits', () => {
  fc.assert(
    fc.property(words, fc.option(words, { nil: undefined }), words, (id, name, text) => {
      const message = whatsappMessage('meta', { id, from: '+16505550100', name, text }, delivery);
      expect(message.text.isWellFormed() && (message.customerName ?? '').isWellFormed()).toBe(true);
      expect(message.text.length).toBeLessThanOrEqual(5000);
      expect(message.id).toMatch(/^whatsapp#meta#[0-9a-f]{64}$/);
    }),
  );
});

describe("a request's body", () => {
  const read = (body: string, isBase64Encoded: boolean) => {
    const event = { routeKey: 'POST /x', body, isBase64Encoded, headers: {}, requestContext: { http: {} } } as never;
    return answer(event, { 'POST /x': (request) => ({ status: 200, body: request.json() }) }, undefined, DEFAULT_BODY_LIMIT);
  }; // biome-ignore format: one line

  test('is the JSON that was sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ noUnicodeString: false }), async (text) => {
        fc.pre(!JSON.stringify(JSON.parse(text)).includes('\uFFFD') && text.isWellFormed());
        expect((await read(text, false)).body).toEqual(JSON.parse(text));
        expect((await read(Buffer.from(text).toString('base64'), true)).body).toEqual(JSON.parse(text));
      }),
    );
  });

  test('is refused with a 400 where it is anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const outcome = await read(Buffer.from(bytes).toString('base64'), true).catch(
          (error: unknown) => error,
        );
        if (outcome instanceof ServiceError) expect(outcome.status).toBe(400);
        else expect(outcome).toMatchObject({ status: 200 });
      }),
      { numRuns: 500 },
    );
  });
});

test('no answer has a header that a text of a caller could break', () => {
  fc.assert(
    fc.property(words, (text) => {
      const { headers = {} } = toGatewayResponse({ status: 200, body: { echoed: text } }, 'id');
      for (const value of Object.values(headers)) expect(String(value)).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});

test('labels: whatever a metric is given, its series stay within their sets and their number', async () => {
  const catalogue: Catalogue = fullCatalogue;
  const counters = Object.entries(catalogue).filter(([, { type }]) => type === 'counter');
  const value = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'success', 'email', '', 'other'));
  const calls = fc.array(
    fc.constantFrom(...counters).chain(([name, { labels }]) =>
      fc.tuple(fc.constant(name), fc.record(Object.fromEntries(Object.keys(labels).map((label) => [label, value])), { requiredKeys: [] })),
    ),
    { maxLength: 200 },
  );
  await fc.assert(
    fc.asyncProperty(calls, async (given) => {
      const metrics = createMetrics(fullCatalogue) as unknown as Metrics<Catalogue> & ReturnType<typeof createMetrics>;
      for (const [name, labels] of given) (metrics as unknown as { inc(name: string, labels: object): void }).inc(name, labels);
      for (const { name, series } of await metrics.snapshot()) {
        const sets: Readonly<Record<string, LabelValues>> = catalogue[name]?.labels ?? {};
        expect(series.length).toBeLessThanOrEqual((catalogue[name]?.cap ?? 500) + 1);
        for (const { labels } of series) {
          expect(Object.keys(labels).toSorted()).toEqual(Object.keys(sets).toSorted());
          for (const [label, held] of Object.entries(labels)) {
            const set = sets[label];
            if (Array.isArray(set)) expect([...(set === METRIC_NAMES ? Object.keys(catalogue) : set), 'other', 'unknown']).toContain(held);
          }
        }
      }
    }),
    { numRuns: 50 },
  );
}); // biome-ignore format: one line

test("a ticket's id is 128 random bits, and nothing else is one", () => {
  const ids = Array.from({ length: 1000 }, newTicketId);
  expect(new Set(ids).size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^tkt_[0-9a-f]{32}$/);
  // Every bit of them changes: none is a clock or a counter.
  const bits = ids.map((id) => BigInt(`0x${id.slice(4)}`));
  for (let bit = 0n; bit < 128n; bit += 1n) expect(new Set(bits.map((id) => (id >> bit) & 1n)).size).toBe(2);
  fc.assert(
    fc.property(fc.string(), (text) => expect(isTicketId(text)).toBe(/^tkt_[0-9a-f]{32}$/.test(text))),
  );
  expect([`${ids[0]}\n`, ` ${ids[0]}`, ids[0]?.toUpperCase() ?? ''].map(isTicketId)).toEqual([
    false,
    false,
    false,
  ]);
});

test('networks: any text is one, and its spelling does not matter', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), (ip) => expect(networkOf(ip)).toMatch(/^(?:unknown|[\d.]+|(?:[0-9a-f]{4}:){4}:\/64)$/)));
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      const canonical = new URL(`http://[${ip}]/`).hostname.slice(1, -1);
      expect(networkOf(ip.toUpperCase())).toBe(networkOf(canonical));
    }),
  );
}); // biome-ignore format: one line
