/** Each function may do what it does, and nothing else. That it may do enough, every test on the service checks. */
import { LOCAL_AUTHSERV_ID, LOCAL_MAIL_FROM, LOCAL_MAIL_TOKEN } from '../../../local/environment.ts';
import { FUNCTIONS } from '../../../src/fte/vocabulary.ts';
import { questionOf, refundOf } from '../../running/form.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { startSes } from '../../running/ses.ts';
import { until } from '../../running/until.ts';

let service: RunningService;
let ses: Awaited<ReturnType<typeof startSes>>;
beforeAll(async () => {
  ses = await startSes();
  service = await startService({
    environment: {
      // The ledger in its bucket and mails through SES, as on AWS.
      FTE_LEDGER_DIR: '',
      FTE_OUTBOX_FILE: '',
      FTE_MAIL_FROM: LOCAL_MAIL_FROM,
      FTE_NOTIFY_ADDRESS: 'team@example.com',
      AWS_ENDPOINT_URL_SESV2: ses.url,
    },
  });
});
afterAll(async () => {
  await Promise.all([service.stop(), ses.close()]);
});

const REASONS = {
  poller: 'Lambda itself uses the queue with this role',
  lostAnswer: 'a conditional write whose answer was lost is read back (lost-answers.test.ts)',
  whatsapp: 'whatsapp.test.ts plays the providers',
  late: 'hours later (upkeep-later.test.ts, surveys.test.ts)',
  restart: 'this instance keeps the ledger in its memory; another one reads it',
  erased: 'its customer is erased in the middle of the work (erasure-races.test.ts)',
  missing: 'S3 tells a missing object from a forbidden one by it',
  own: 'the runtime does it',
} as const;

/** Why a grant is not seen in use here; undefined where it must be. */
function excuse(by: string, action: string, resource: string): string | undefined {
  if (/^(logs|xray):/.test(action)) return REASONS.own;
  if (/^sqs:(Receive|Delete)Message$/.test(action)) return REASONS.poller;
  if (action === 's3:ListBucket') return REASONS.missing;
  if (action === 'sqs:GetQueueAttributes' && ['agent', 'deliver', 'notify'].includes(by))
    return REASONS.poller;
  if (by === 'fleet' && action === 's3:GetObject') return REASONS.restart;
  const later = ['escalations-queue.fifo', 'outbound-queue.fifo'].includes(resource);
  if (by === 'upkeep' && (/^dynamodb:(GetItem|Query)$/.test(action) || later)) return REASONS.late;
  const takesBack = action === 'dynamodb:DeleteItem' || (by === 'agent' && resource.endsWith('/index/gsi1'));
  if (by !== 'erasure' && takesBack) return REASONS.erased;
  if (/^(twilio|meta)$/.test(by)) return REASONS.whatsapp;
  if (action === 'dynamodb:GetItem') return REASONS.lostAnswer;
  return undefined;
}

const mime = (from: string, authservId: string) =>
  [
    `Authentication-Results: ${authservId}; dmarc=pass header.from=example.com`,
    `From: Ada <${from}>`,
    `To: ${LOCAL_MAIL_FROM}`,
    'Subject: A question',
    `Message-ID: <${from}>`,
    '',
    'How can I swap a shift with a colleague?',
  ].join('\r\n');

async function mailInBucket(key: string, Body: string): Promise<void> {
  const { CreateBucketCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'mail' })).catch(() => undefined);
  await s3.send(new PutObjectCommand({ Bucket: 'mail', Key: key, Body }));
  s3.destroy();
  const record = {
    eventTime: new Date().toISOString(),
    s3: { bucket: { name: 'mail' }, object: { key, size: 1 } },
  };
  await service.invoke('mailObject', { Records: [record] });
}

async function stranded(): Promise<void> {
  const { connect } = await import('../../../src/platform/service.ts');
  const { formMessage } = await import('../../../src/fte/intake/form.ts');
  const delivery = { idempotencyKey: undefined, receivedAt: Date.now() - 60_000, correlationId: 'stranded' };
  await connect().messages.storeOnce(formMessage(questionOf(), delivery));
  await service.invoke('upkeep', {});
}

async function ticketsOfAllKinds(): Promise<void> {
  const of = async (body: unknown) =>
    (await service.request('POST /support/submit', {}, { body })).json.ticket_id;
  const [plain, refund] = [await of(questionOf()), await of(refundOf())];
  service.work();
  const messages = async (id: string) =>
    (await service.request('GET /support/ticket/{id}', { id })).json.messages.length;
  await until('both answers', async () => (await messages(plain)) > 1 && (await messages(refund)) > 1);
  const operate = (route: string, id: string, body: unknown = {}) =>
    service.request(route, { id }, { body, operator: true });
  await service.request(
    'POST /support/ticket/{id}/messages',
    { id: plain },
    { body: { message: 'And how late?' } },
  );
  await operate('POST /support/ticket/{id}/assign', refund, { assignee: 'Grace' });
  await operate('POST /support/ticket/{id}/reply', refund, { message: 'We are on it.' });
  await operate('POST /support/ticket/{id}/resolve', refund);
  await service.request('POST /support/ticket/{id}/feedback', { id: refund }, { body: { rating: 5 } });
  await service.request('GET /support/tickets', {}, { operator: true, query: { status: 'resolved' } });
  await service.request('GET /metrics/channels', {}, { operator: true });
  const { json } = await service.request(
    'GET /customers/lookup',
    {},
    {
      operator: true,
      query: { email: 'a@example.com' },
    },
  );
  const [id = ''] = json.conversation_ids;
  await service.request('GET /conversations/{id}', { id }, { operator: true });
}

async function erased(email: string): Promise<void> {
  const { json } = await service.request('GET /customers/lookup', {}, { operator: true, query: { email } });
  await service.request('DELETE /customers/{id}', { id: json.customer_id }, { operator: true });
}

test('no role allows what its function does not do', async () => {
  const raw = { 'content-type': 'message/rfc822', authorization: `Bearer ${LOCAL_MAIL_TOKEN}` };
  await service.request(
    'POST /webhooks/email',
    {},
    { rawBody: mime('a@example.com', LOCAL_AUTHSERV_ID), headers: raw },
  );
  await mailInBucket('b', mime('b@example.com', 'amazonses.com'));
  await mailInBucket('unreadable', 'no mail');
  await stranded();
  service.work();
  await until('both mails are answered', () => ses.taken.length >= 2);
  await ticketsOfAllKinds();
  await until('the team is told', () =>
    ses.taken.some((one) => JSON.stringify(one).includes('team@example.com')),
  );
  // A reply that SES refuses for good is for people.
  ses.behave({ do: 'refuse', status: 400, error: 'MessageRejected' });
  await service.request(
    'POST /webhooks/email',
    {},
    { rawBody: mime('c@example.com', LOCAL_AUTHSERV_ID), headers: raw },
  );
  await until('deliver hands it over', () =>
    service.awsCalls.some(({ by, resource }) => by === 'deliver' && resource === 'escalations-queue.fifo'),
  );
  ses.behave({ do: 'take' });
  await service.rest();
  await erased('b@example.com');

  const junk = await fetch(`${service.gatewayUrl}/metrics/job/fte-instance/instance/stranger/lane/0`, {
    method: 'PUT',
    body: '# TYPE junk gauge\njunk 1\n',
  });
  expect(junk.ok).toBe(true);
  // Older ledgers are removed from the fourth on.
  for (let i = 0; i < 5; i++) await service.invoke('fleet', {});
  await service.request('GET /metrics');
  await service.request('GET /health');
  await service.request('GET /');

  const inUse = (by: string, action: string, resource: string) =>
    service.awsCalls.some(
      (call) =>
        call.by === by &&
        call.action === action &&
        (call.resource === '' || call.resource.startsWith(resource.replace(/\*$/, ''))),
    );
  const unused = FUNCTIONS.flatMap((by) =>
    service.roles
      .grants(by)
      .filter(({ action, resource }) => excuse(by, action, resource) === undefined)
      .filter(({ action, resource }) => !inUse(by, action, resource))
      .map(({ action, resource }) => `${by}: ${action} on ${resource}`),
  );
  expect(unused).toEqual([]);
});

test('page and unmatched may only write logs and traces', () => {
  for (const by of ['page', 'unmatched'])
    expect(service.roles.grants(by).filter(({ action }) => !/^(logs|xray):/.test(action))).toEqual([]);
});
