import { createHash, timingSafeEqual } from 'node:crypto';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { S3EventRecord } from 'aws-lambda';
import type { Instant } from '../../fte/entities.ts';
import type { StoredObject } from '../../fte/erasure/contract.ts';
import type { HttpRequest } from '../../observability/http.ts';
import { mailGone, mailMalformed, mailStoreFailed, mailTooLarge, notMail, wrongBearer } from './errors.ts';
import { MAX_MAIL_BYTES } from './parse.ts';

/** A mail as it came in, by whichever entrance. */
export interface InboundMail {
  readonly raw: Uint8Array;
  readonly receivedAt: Instant;
  readonly source: 's3' | 'http';
  /** Where it lies, if it does. */
  readonly object?: StoredObject;
}

/** S3 writes keys into its events as forms do: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function keyOf(record: S3EventRecord): string {
  try {
    return decodeURIComponent(record.s3.object.key.replaceAll('+', ' '));
  } catch (cause) {
    throw mailMalformed('the event names no object', cause);
  }
}

async function bodyOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      chunks.push(chunk);
      if (length > MAX_MAIL_BYTES) break;
    }
  } catch (cause) {
    throw mailStoreFailed(cause);
  }
  if (length > MAX_MAIL_BYTES) throw mailTooLarge(MAX_MAIL_BYTES);
  return Buffer.concat(chunks);
}

async function getObject(record: S3EventRecord, s3: Pick<S3Client, 'send'>) {
  const { bucket, object } = record.s3;
  const key = keyOf(record);
  try {
    return await s3.send(
      new GetObjectCommand({
        Bucket: bucket.name,
        Key: key,
        ...(object.versionId === undefined ? {} : { VersionId: object.versionId }),
      }),
    );
  } catch (error) {
    if (error instanceof Error && ['NoSuchKey', 'NoSuchBucket', 'NoSuchVersion'].includes(error.name)) {
      throw mailGone(error);
    }
    throw mailStoreFailed(error);
  }
}

/**
 * Fetches the mail that a receipt rule has left in S3. Nothing is fetched of one that is too large. What comes back must be
 * the object of the event: somebody else's page would be read as a mail that is malformed, and not be asked for again.
 *
 * @throws a 400 (`FTE_MAIL_MALFORMED`, a key that is none), a 404 (`FTE_MAIL_GONE`), a 413 (`FTE_MAIL_TOO_LARGE`) or a
 *   503 (`FTE_MAIL_STORE`).
 */
export async function readMailObject(
  record: S3EventRecord,
  s3: Pick<S3Client, 'send'>,
): Promise<InboundMail> {
  if (record.s3.object.size > MAX_MAIL_BYTES) throw mailTooLarge(MAX_MAIL_BYTES);
  const answer = await getObject(record, s3);
  const { Body: body, ContentLength: length, LastModified: modified, ETag: etag } = answer;
  const stream = body as (AsyncIterable<Uint8Array> & { destroy?: () => void }) | undefined;
  const expected = record.s3.object.eTag;
  if (expected && etag?.replaceAll('"', '') !== expected) {
    stream?.destroy?.();
    throw mailStoreFailed('an answer that is not the object');
  }
  if (length === undefined || length > MAX_MAIL_BYTES) {
    stream?.destroy?.();
    throw length === undefined ? mailStoreFailed('an answer without length') : mailTooLarge(MAX_MAIL_BYTES);
  }
  const raw = stream === undefined ? new Uint8Array() : await bodyOf(stream);
  const noticed = Date.parse(record.eventTime);
  const receivedAt = Number.isNaN(noticed) ? (modified?.getTime() ?? Date.now()) : noticed;
  return { raw, receivedAt, source: 's3', object: { bucket: record.s3.bucket.name, key: keyOf(record) } };
}

/**
 * Checks `authorization: Bearer …` against the stored SHA-256 hashes. All are compared, in constant time each.
 *
 * @param headers their names in lower case.
 * @throws a 401 (`FTE_UNAUTHORIZED`).
 */
export function requireBearer(
  headers: Readonly<Record<string, string | undefined>>,
  tokenHashes: readonly string[],
): void {
  const token = /^bearer +(\S+)$/i.exec(headers.authorization?.trim() ?? '')?.[1];
  const given = createHash('sha256')
    .update(token ?? '')
    .digest();
  const matches = tokenHashes.map((hash) => timingSafeEqual(given, Buffer.from(hash, 'hex')));
  if (token === undefined || !matches.includes(true)) throw wrongBearer();
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The mail that another provider posts: `message/rfc822` as it is, or in Base64 under `content-transfer-encoding:
 * base64`. Whoever calls this has checked the token.
 *
 * @throws a 400 (`FTE_MAIL_MALFORMED`), a 413 (`FTE_MAIL_TOO_LARGE`) or a 415 (`FTE_MAIL_CONTENT_TYPE`).
 */
export function readMailRequest({
  headers,
  rawBody,
  receivedAt,
}: Pick<HttpRequest, 'headers' | 'rawBody' | 'receivedAt'>): InboundMail {
  if (headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() !== 'message/rfc822') throw notMail();
  if (rawBody.length === 0) throw mailMalformed('it is empty');
  let raw = rawBody;
  if (headers['content-transfer-encoding']?.trim().toLowerCase() === 'base64') {
    const text = rawBody.toString('latin1').replace(/\s+/g, '');
    if (!BASE64.test(text)) throw mailMalformed('it is not in Base64');
    raw = Buffer.from(text, 'base64');
  }
  if (raw.length > MAX_MAIL_BYTES) throw mailTooLarge(MAX_MAIL_BYTES);
  return { raw, receivedAt, source: 'http' };
}
