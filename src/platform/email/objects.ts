import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ObjectPort } from '../../fte/erasure/contract.ts';
import { requestHandler } from '../aws-config.ts';
import { mailStoreFailed } from './errors.ts';

/** The mails that SES has left in the bucket. S3 says of an object that is gone what it says of one that it removes. */
export function mailObjects(): ObjectPort {
  const client = new S3Client({ forcePathStyle: true, maxAttempts: 3, requestHandler });
  return {
    async remove({ bucket, key }) {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        throw mailStoreFailed(error);
      }
    },
  };
}
