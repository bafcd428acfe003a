/** Mails in the bucket that can't be read: nobody waits for an answer, so that people must hear of each. */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteMessageCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { sumOf } from '../../running/counted.ts';
import { type RunningService, startService } from '../../running/service.ts';
import { logLinesOf } from '../../running/small-service.ts';

const BUCKET = 'mail';
let service: RunningService;
let s3: S3Client;
let sqs: SQSClient;
beforeAll(async () => {
  service = await startService({ environment: { LOG_LEVEL: 'WARN' } });
  s3 = new S3Client({ forcePathStyle: true });
  sqs = new SQSClient({});
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(async () => {
  s3.destroy();
  sqs.destroy();
  await service.stop();
});

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
const eventOf = (key: string, size = 100) => ({
  Records: [{ eventTime: new Date().toISOString(), s3: { bucket: { name: BUCKET }, object: { key, size } } }],
});
const rejections = async () => {
  const { metrics } = await import('../../../src/platform/telemetry.ts');
  return sumOf(await metrics.snapshot(), 'fte_webhook_rejections_total', { channel: 'email' });
};

/** What lies in the dead-letter queue of mails, which is empty after that. */
async function deadLetters() {
  const QueueUrl = process.env.FTE_MAIL_DLQ_URL;
  const letters: unknown[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return letters;
    for (const { Body = '', ReceiptHandle, MessageAttributes } of Messages) {
      const { requestPayload, responsePayload } = JSON.parse(Body);
      letters.push({
        event: requestPayload,
        error: responsePayload.errorType,
        correlationId: MessageAttributes?.correlation_id?.StringValue,
      });
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

const TWO = 'From: a@example.com, b@example.com\r\nSubject: A question\r\n\r\nHello';
const MALFORMED = 'FTE_MAIL_MALFORMED';
// As SES names its objects.
const keyOf = (n: number) => `inbound/o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0${n}`;
let n = 0;

test.each<[string, string | undefined, string | undefined]>([
  ['two senders', TWO, MALFORMED],
  ['a local part beyond ASCII', 'From: jürgen@example.com\r\n\r\nHello', MALFORMED],
  ['too many lines', `From: a@example.com\r\n\r\n${'\n'.repeat(150_001)}`, MALFORMED],
  ["a sender's own verdict below that of SES", `X-SES-Spam-Verdict: PASS\r\nX-SES-Spam-Verdict: FAIL\r\n${TWO}`, MALFORMED],
  ["a verdict in its text only", `${TWO}\r\nX-SES-Spam-Verdict: FAIL\r\n`, MALFORMED],
  ['two senders, and is spam', `X-SES-Spam-Verdict: FAIL\r\n${TWO}`, undefined],
  ['two senders, and a virus', `X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: FAIL\r\n${TWO}`, undefined],
  ['been removed', undefined, undefined],
])('one that has %s is a dead letter, or let go, and its line in the log names it', async (_, body, error) => {
  const key = keyOf(++n);
  if (body !== undefined) await put(key, body);
  const before = await rejections();
  const event = eventOf(key);
  const [line, ...others] = await logLinesOf(() => service.invoke('mailObject', event));
  expect(line).toMatchObject({ level: 'WARN', message: 'a mail that can not be read', bucket: BUCKET, key });
  expect(others).toEqual([]);
  const letter = { event, error, correlationId: line?.correlation_id };
  expect(await deadLetters()).toEqual(error === undefined ? [] : [letter]);
  expect(await rejections()).toBe(before + (body === undefined ? 0 : 1));
}); // biome-ignore format: a table

test('one that is too large is not fetched', async () => {
  await service.invoke('mailObject', eventOf('huge', 11 * 1024 * 1024));
  expect(await deadLetters()).toEqual([expect.objectContaining({ error: 'FTE_MAIL_TOO_LARGE' })]);
});

test('while that queue takes nothing, the event fails uncounted, and Lambda tries it again', async () => {
  await put('again', TWO);
  const before = await rejections();
  await sqs.send(new DeleteQueueCommand({ QueueUrl: process.env.FTE_MAIL_DLQ_URL }));
  await expect(service.invoke('mailObject', eventOf('again'))).rejects.toThrow(/pass this on/);
  expect(await rejections()).toBe(before);
});
