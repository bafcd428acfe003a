/** Both entrances: a mail object in S3, and a posted one. */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3EventRecord } from 'aws-lambda';
import { type StandIns, startStandIns } from '../../../local/stand-ins.ts';
import { readMailObject, readMailRequest, requireBearer } from '../../../src/platform/email/inbound.ts';
import { MAX_MAIL_BYTES, parseMail } from '../../../src/platform/email/parse.ts';
import { base64, latin1, plain } from '../../unit/email/fixtures.ts';

const REGION = 'eu-west-1';
const BUCKET = 'mail';
const clientFor = (endpoint: string) =>
  new S3Client({
    endpoint,
    region: REGION,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
const record = (key: string, over: { size?: number; eventTime?: string; bucket?: string } = {}) =>
  ({
    eventTime: over.eventTime ?? '2026-02-03T10:00:05.123Z',
    s3: { bucket: { name: over.bucket ?? BUCKET }, object: { key, size: over.size ?? 100 } },
  }) as S3EventRecord;

let standIns: StandIns;
let s3: S3Client;
const put = (Key: string, Body: Uint8Array) => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));

beforeAll(async () => {
  standIns = await startStandIns(REGION, undefined);
  s3 = clientFor(standIns.sqsUrl);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(async () => {
  s3.destroy();
  await standIns.stop();
});

describe('readMailObject', () => {
  test.each([
    ['a mail', plain],
    ['one in Latin 1', latin1],
    ['an empty one', Buffer.alloc(0)],
  ])('%s, byte for byte', async (name, raw) => {
    await put(`inbound/${name}`, raw);
    const mail = await readMailObject(
      record(`inbound/${encodeURIComponent(name).replaceAll('%20', '+')}`),
      s3,
    );
    expect(Buffer.compare(mail.raw, raw)).toBe(0);
    expect(mail).toMatchObject({ receivedAt: Date.UTC(2026, 1, 3, 10, 0, 5, 123), source: 's3' });
  });

  test('what it gives can be parsed', async () => {
    await put('parse', latin1);
    const { raw } = await readMailObject(record('parse'), s3);
    expect((await parseMail(raw)).text).toBe('Die Übersicht läßt sich nicht öffnen.');
  });

  test('without the event’s time, the object’s', async () => {
    await put('timeless', plain);
    const before = Date.now();
    const { receivedAt } = await readMailObject(record('timeless', { eventTime: '' }), s3);
    expect(Math.abs(receivedAt - before)).toBeLessThan(60_000);
  });

  test('the largest, and one byte more, whatever the event says', async () => {
    await put('largest', Buffer.alloc(MAX_MAIL_BYTES, 'x'));
    expect((await readMailObject(record('largest'), s3)).raw).toHaveLength(MAX_MAIL_BYTES);
    await put('larger', Buffer.alloc(MAX_MAIL_BYTES + 1, 'x'));
    await expect(readMailObject(record('larger'), s3)).rejects.toMatchObject({
      code: 'FTE_MAIL_TOO_LARGE',
      status: 413,
    });
  });

  test('one that is too large by the event itself is not asked for', async () => {
    await expect(readMailObject(record('nowhere', { size: MAX_MAIL_BYTES + 1 }), s3)).rejects.toMatchObject({
      code: 'FTE_MAIL_TOO_LARGE',
    });
  });

  test('what is not the object of the event, is fetched again', async () => {
    await put('other', Buffer.from('<html>'));
    const event = record('other');
    const object = { ...event.s3.object, eTag: 'the-one-that-was-written' };
    await expect(readMailObject({ ...event, s3: { ...event.s3, object } }, s3)).rejects.toMatchObject({
      code: 'FTE_MAIL_STORE',
    });
  });

  test.each([
    ['object', record('nowhere')],
    ['bucket', record('x', { bucket: 'no-such-bucket' })],
  ])('no such %s', async (_, event) => {
    await expect(readMailObject(event, s3)).rejects.toMatchObject({ code: 'FTE_MAIL_GONE', status: 404 });
  });

  test('a key that is none', async () => {
    await expect(readMailObject(record('%zz'), s3)).rejects.toMatchObject({ code: 'FTE_MAIL_MALFORMED' });
  });

  test.each([
    ['an error', (response: ServerResponse) => response.writeHead(500).end(), 'FTE_MAIL_STORE'],
    ['no length', (response: ServerResponse) => response.writeHead(200).end('x'), 'FTE_MAIL_STORE'],
    ['half a mail', halfMail, 'FTE_MAIL_STORE'],
    ['more than we take, and never gets to it', tooLong, 'FTE_MAIL_TOO_LARGE'],
  ])('a store that gives %s', async (_, answer, code) => {
    const server = createServer((_request, response) => answer(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const broken = clientFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(readMailObject(record('x'), broken)).rejects.toMatchObject({ code, component: 'email' });
    broken.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

function halfMail(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('x'.repeat(500), () => response.destroy());
}

function tooLong(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': String(MAX_MAIL_BYTES + 1) });
  response.write('x');
}

describe('requireBearer', () => {
  const hash = (token: string) => createHash('sha256').update(token).digest('hex');
  const hashes = [hash('first-token'), hash('second-token')];

  test.each(['Bearer first-token', 'bearer second-token', ' Bearer  first-token '])(
    'lets %j in',
    (authorization) => {
      expect(() => requireBearer({ authorization }, hashes)).not.toThrow();
    },
  );

  test.each([
    [undefined],
    [''],
    ['Bearer'],
    ['Bearer '],
    ['Bearer third-token'],
    ['Bearer first-token second-token'],
    ['Basic first-token'],
    ['first-token'],
    [`Bearer ${hash('first-token')}`],
  ])('lets %j not in', (authorization) => {
    expect(() => requireBearer({ authorization }, hashes)).toThrow(
      expect.objectContaining({ code: 'FTE_UNAUTHORIZED', status: 401, type: 'auth', component: 'email' }),
    );
  });

  test('where no token is known, none is let in, the empty one neither', () => {
    expect(() => requireBearer({ authorization: 'Bearer x' }, [])).toThrow();
    expect(() => requireBearer({}, [hash('')])).toThrow();
  });
});

describe('readMailRequest', () => {
  const request = (rawBody: Buffer, headers: Record<string, string> = {}) =>
    readMailRequest({
      headers: { 'content-type': 'message/rfc822', ...headers },
      rawBody,
      receivedAt: 1_770_112_805_000,
    });

  test('a mail as it is', () => {
    expect(request(latin1)).toEqual({ raw: latin1, receivedAt: 1_770_112_805_000, source: 'http' });
    expect(request(plain, { 'content-type': 'Message/RFC822; charset=x' }).raw).toEqual(plain);
  });

  test('a mail in Base64, in one line or in several', () => {
    const encoded = base64.toString('base64');
    const headers = { 'content-transfer-encoding': 'Base64' };
    expect(request(Buffer.from(encoded), headers).raw).toEqual(base64);
    expect(request(Buffer.from(encoded.replace(/.{76}/g, '$&\r\n')), headers).raw).toEqual(base64);
  });

  test.each([
    ['no mail', Buffer.from('{}'), { 'content-type': 'application/json' }, 'FTE_MAIL_CONTENT_TYPE', 415],
    ['no type', plain, { 'content-type': '' }, 'FTE_MAIL_CONTENT_TYPE', 415],
    ['nothing', Buffer.alloc(0), {}, 'FTE_MAIL_MALFORMED', 400],
    ['no Base64', plain, { 'content-transfer-encoding': 'base64' }, 'FTE_MAIL_MALFORMED', 400],
    ['too much', Buffer.alloc(MAX_MAIL_BYTES + 1, 'x'), {}, 'FTE_MAIL_TOO_LARGE', 413],
  ])('%s', (_, body, headers, code, status) => {
    expect(() => request(body, headers)).toThrow(expect.objectContaining({ code, status }));
  });
});
