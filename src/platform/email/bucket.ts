import { S3Client } from '@aws-sdk/client-s3';
import type { S3Event } from 'aws-lambda';
import { ServiceError } from '../../observability/errors.ts';
import { objectRequestHandler } from '../aws-config.ts';
import { type InboundMail, readMailObject } from './inbound.ts';

const client = new S3Client({
  // One host for all buckets is what stand-ins have; S3 itself takes both.
  forcePathStyle: true,
  maxAttempts: 3,
  requestHandler: objectRequestHandler,
});

/**
 * The mails of an S3 event, one after the other. S3's own test event, sent when a notification is set up, has none.
 * A mail that can't be read, now or ever, is passed to `unreadable`, so that it does not take the others with it.
 *
 * @throws what may pass, as a store that does not answer: Lambda brings the event again.
 */
export async function* mailsOf(
  event: unknown,
  unreadable: (error: ServiceError) => void,
): AsyncGenerator<InboundMail> {
  const { Records: records = [] } = (event ?? {}) as Partial<S3Event>;
  for (const record of records) {
    try {
      yield await readMailObject(record, client);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status >= 500) throw error;
      unreadable(error);
    }
  }
}
