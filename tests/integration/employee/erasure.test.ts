/** DELETE /customers/{id}: after it, nothing of the person is in the table or the bucket, and nobody else lost anything. */
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LOCAL_MAIL_FROM, LOCAL_SECRETS } from '../../../local/environment.ts';
import { twilioSignature } from '../../../src/platform/whatsapp/twilio-signature.ts';
import { sumOf } from '../../running/counted.ts';
import { type Planted, plantedPerson, traceOf } from '../../running/planted.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { until } from '../../running/until.ts';

const BUCKET = 'mail';
let service: RunningService;
let ports: ReturnType<typeof import('../../../src/platform/service.ts')['connect']>;
let s3: S3Client;
beforeAll(async () => {
  service = await startService();
  ports = (await import('../../../src/platform/service.ts')).connect();
  s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  service.work();
});
afterAll(async () => {
  s3.destroy();
  await service.stop();
});

const sidOf = (n: number) => `SM${String(n).padStart(32, '0')}`;
const operate = (route: string, params: Record<string, string>, body?: unknown) =>
  service.request(route, params, { operator: true, ...(body === undefined ? {} : { body }) });
const erase = (id: string) => operate('DELETE /customers/{id}', { id });
const lookUp = (query: Record<string, string>) =>
  service.request('GET /customers/lookup', {}, { operator: true, query });
const left = async (person: Planted) => traceOf(person, (await service.scan()).items);
const objects = async () =>
  ((await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }))).Contents ?? []).map(({ Key }) => Key);
const replyTo = (id: string, count = 1) =>
  until(`${count} answers in ${id}`, async () => {
    const { json } = await service.request('GET /support/ticket/{id}', { id });
    return json.messages.filter(({ from }: { from: string }) => from !== 'customer').length >= count;
  });

function submit({ name, email, word }: Planted, more: Record<string, string> = {}) {
  const body = { name, email, subject: `About my ${word}`, message: `How can I swap my ${word} shift with a colleague?`, ...more };
  return service.request('POST /support/submit', {}, { body, headers: { 'idempotency-key': `form-${word}` } });
} // biome-ignore format: one line each

async function mail({ name, email, phone, word }: Planted, key: string): Promise<void> {
  const Body = [
    'Authentication-Results: amazonses.com; dmarc=pass header.from=example.com',
    `From: ${name} <${email}>`,
    `To: ${LOCAL_MAIL_FROM}`,
    `Subject: My ${word} again`,
    `Message-ID: <${key}@example.com>`,
    '',
    `My number is ${phone}. How do I set my availability for the ${word}?`,
  ].join('\r\n');
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body }));
  const record = { eventTime: new Date().toISOString(), s3: { bucket: { name: BUCKET }, object: { key, size: Body.length } } };
  await service.invoke('mailObject', { Records: [record] });
} // biome-ignore format: one line each

function whatsapp({ name, phone }: Planted, sid: string, Body: string) {
  const form = { MessageSid: sid, From: `whatsapp:${phone}`, To: 'whatsapp:+14155238886', ProfileName: name, Body };
  const parameters = new Map(Object.entries(form).map(([key, value]) => [key, [value]]));
  const signature = twilioSignature(LOCAL_SECRETS.FTE_TWILIO_AUTH_TOKEN, 'https://fte.example/webhooks/twilio', parameters);
  return service.request('POST /webhooks/twilio', {}, { rawBody: new URLSearchParams(form).toString(), headers: { 'x-twilio-signature': signature } });
} // biome-ignore format: one line each

/** One person on every channel, with everything that can be written down about one. */
async function plant(n: number) {
  const person = plantedPerson(n);
  const { json } = await submit(person);
  const ticket: string = json.ticket_id;
  await replyTo(ticket);
  await service.request('POST /support/ticket/{id}/messages', { id: ticket }, { body: { message: `And my ${person.word} at night?` } });
  await replyTo(ticket, 2);
  await service.request('POST /support/ticket/{id}/feedback', { id: ticket }, { body: { rating: 5, comment: `Good ${person.word}!` } });

  const refund = { subject: `My ${person.word} was charged`, message: `I was charged twice for the ${person.word} and I want my money back.` };
  const second = await service.request('POST /support/submit', {}, { body: { name: person.name, email: person.email, ...refund } });
  const escalated: string = second.json.ticket_id;
  await replyTo(escalated);
  await operate('POST /support/ticket/{id}/assign', { id: escalated }, { assignee: 'grace' });
  await operate('POST /support/ticket/{id}/reply', { id: escalated }, { message: `Dear ${person.name}, we look into your ${person.word}.` });
  await replyTo(escalated, 2);

  await mail(person, `mail-${n}`);
  await whatsapp(person, sidOf(n), `This is ${person.email}, where is my ${person.word} shift?`);
  const { id } = await until('one customer of both', async () => {
    const [byMail, byPhone] = await Promise.all([
      ports.customers.find({ kind: 'email', value: person.email }),
      ports.customers.find({ kind: 'whatsapp', value: person.phone }),
    ]);
    return byMail !== undefined && byMail.id === byPhone?.id && byMail;
  });
  await until('everything is delivered', async () => {
    const sizes = await Promise.all((['incoming', 'outbound', 'escalations'] as const).map((queue) => ports.queue.size(queue)));
    return sizes.every((size) => size === 0);
  });
  return { person, id, ticket, escalated };
} // biome-ignore format: one line each

test('nothing of the person is left, and everything of everybody else', async () => {
  const zeb = await plant(1);
  const other = await plant(2);
  // Somebody who says that the address is theirs, which it is not.
  const elsewhere = { kind: 'whatsapp', value: other.person.phone, verified: true } as const;
  await ports.customers.claim(elsewhere, { kind: 'email', value: zeb.person.email, verified: false });
  expect((await left(zeb.person)).length).toBeGreaterThan(30);
  const before = (await service.scan()).items.filter((item) => traceOf(other.person, [item]).length > 0);

  const { status, json } = await erase(zeb.id);
  expect({ status, json }).toEqual({
    status: 200,
    json: { customer_id: zeb.id, erased_at: expect.any(String), conversations: expect.any(Number), messages: 5 },
  });
  expect(json.conversations).toBeGreaterThanOrEqual(3);
  expect(await left(zeb.person)).toEqual([]);
  expect(await objects()).toEqual(['mail-2']);
  for (const id of [zeb.ticket, zeb.escalated])
    expect((await service.request('GET /support/ticket/{id}', { id })).status).toBe(404);
  expect((await lookUp({ email: zeb.person.email })).status).toBe(404);
  expect((await lookUp({ phone: zeb.person.phone })).status).toBe(404);

  const after = (await service.scan()).items.filter((item) => traceOf(other.person, [item]).length > 0);
  const foreign = (items: typeof before) => items.filter(({ pk, sk }) => !`${pk} ${sk}`.includes(zeb.person.email));
  expect(foreign(after)).toEqual(foreign(before));
  expect((await lookUp({ email: other.person.email })).json.customer_id).toBe(other.id);

  // The same call again, and one for the record that was joined with it.
  expect(await erase(zeb.id)).toMatchObject({ status: 200, json });
}); // biome-ignore format: one line each

test('what the providers repeat brings nothing back; whoever writes again is somebody new', async () => {
  const { person, id } = await plant(3);
  await erase(id);
  const again = sumOf(await ports.metrics.snapshot(), 'fte_duplicate_messages_total', {});
  const repeated = await submit(person);
  expect((await service.request('GET /support/ticket/{id}', { id: repeated.json.ticket_id })).status).toBe(404);
  expect((await whatsapp(person, sidOf(3), `This is ${person.email}, where is my ${person.word} shift?`)).status).toBe(200);
  await mail(person, 'mail-3');
  expect(sumOf(await ports.metrics.snapshot(), 'fte_duplicate_messages_total', {})).toBe(again + 3);
  await service.invoke('upkeep', {});
  expect((await left(person)).filter((key) => !key.startsWith('RATE#'))).toEqual([]);

  const anew = await service.request('POST /support/submit', {}, {
    body: { name: person.name, email: person.email, subject: 'A new matter', message: 'How do I set my availability for next week?' },
  });
  await replyTo(anew.json.ticket_id);
  const { json } = await lookUp({ email: person.email });
  expect(json.customer_id).not.toBe(id);
  expect(json.conversation_ids).toHaveLength(1);
  expect((await erase(json.customer_id)).status).toBe(200);
  expect(await left(person)).toEqual([]);
}); // biome-ignore format: one line each

test('a message and a reply that wait in their queues are let go; neither ends among the dead letters', async () => {
  const person = plantedPerson(4);
  const first = await submit(person);
  await replyTo(first.json.ticket_id);
  const { json } = await lookUp({ email: person.email });
  await service.rest();
  service.work(['agent']);
  await service.request('POST /support/ticket/{id}/messages', { id: first.json.ticket_id }, { body: { message: `And the ${person.word}?` } });
  await until('a reply waits', async () => (await ports.queue.size('outbound')) > 0 && (await ports.queue.size('incoming')) === 0);
  await service.rest();
  await service.request('POST /support/ticket/{id}/messages', { id: first.json.ticket_id }, { body: { message: `Or the ${person.word}?` } });
  const replies = () => service.outbox().filter(({ kind }) => kind === 'reply').length;
  const sent = replies();

  expect((await erase(json.customer_id)).status).toBe(200);
  service.work();
  await until('both are let go', async () => (await ports.queue.size('outbound')) + (await ports.queue.size('incoming')) === 0);
  expect(await left(person)).toEqual([]);
  expect(replies()).toBe(sent);
  expect(await ports.queue.size('dlq')).toBe(0);
}); // biome-ignore format: one line each

test.each([
  ['an id that nobody has', `cus_${'0'.repeat(24)}`],
  ['a ticket', `tkt_${'0'.repeat(32)}`],
  ['a path', '../customers'],
])('%s is a 404', async (_, id) => {
  expect(await erase(id)).toMatchObject({ status: 404, json: { error: { code: 'FTE_NOT_FOUND' } } });
});

test('without a key it is a 401', async () => {
  const id = `cus_${'0'.repeat(24)}`;
  expect((await service.request('DELETE /customers/{id}', { id })).status).toBe(401);
});

test('what remains to be known of it: who asked, when, how much; nothing about the person', async () => {
  const { id, person } = await plant(5);
  const { eraseCustomer } = await import('../../../src/fte/erasure/erase.ts');
  const { mailObjects } = await import('../../../src/platform/email/objects.ts');
  const lines: unknown[] = [];
  const log = { ...ports.log, info: (message: string, fields?: unknown) => lines.push({ message, fields }) };
  await eraseCustomer(id, { requestedBy: '0a1b2c3d', correlationId: 'audit-1' }, { ...ports, log, objects: mailObjects() });
  expect(lines).toEqual([
    {
      message: 'customer erased',
      fields: { customer_id: id, conversations: expect.any(Number), messages: 5, requested_by: '0a1b2c3d', requested_at: expect.any(String) },
    },
  ]);
  const { items } = await service.scan();
  const [record] = items.filter(({ pk }) => pk === `ERASURE#${id}`);
  expect(record?.erasure).toMatchObject({ customerId: id, requestedBy: '0a1b2c3d', correlationId: 'audit-1', erasedAt: expect.any(Number) });
  expect(traceOf(person, items)).toEqual([]);
}); // biome-ignore format: one line each
