import { S3Client } from '@aws-sdk/client-s3';
import type { S3Event, S3EventRecord } from 'aws-lambda';
import { objectRequestHandler } from '../aws-config.ts';
import { type InboundMail, readMailObject } from './inbound.ts';

const client = new S3Client({
  // One host for all buckets is what stand-ins have; S3 itself takes both.
  forcePathStyle: true,
  maxAttempts: 3,
  requestHandler: objectRequestHandler,
});

/** The records of an S3 event. S3's own test event, sent when a notification is set up, has none. */
export function mailRecords(event: unknown): readonly S3EventRecord[] {
  return (Object(event) as Partial<S3Event>).Records ?? [];
}

/**
 * The mail that a record tells of.
 *
 * @throws a 4xx for a mail that can't be read, now or ever; what may pass, as a store that does not answer, is a 5xx.
 */
export function readMail(record: S3EventRecord): Promise<InboundMail> {
  return readMailObject(record, client);
}
